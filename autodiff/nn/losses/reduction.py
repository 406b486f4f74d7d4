"""What all losses share: what becomes of the losses of single samples, and whether a target fits a prediction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ShapeError

__all__ = ["check_labels", "check_reduction", "check_signs", "check_weight", "class_numbers", "matched", "reduced"]


def check_reduction(reduction: str, *more: str) -> None:
    allowed = ("mean", "sum", "none", *more)
    if reduction not in allowed:
        raise InputError(f"reduction is one of {', '.join(map(repr, allowed))}, not {reduction!r}")


def check_not_empty(name: str, size: int) -> None:
    if not size:
        raise InputError(
            f"{name} of an empty batch has no mean: leave the batch out, or take reduction='sum', which is 0"
        )


def reduced(name: str, values: Any, reduction: str, weight: Any = None) -> Any:
    """The mean or sum of an array of losses, or the array; `weight` multiplies them before.

    Raises ShapeError for a weight that does not broadcast to the losses: (N,) beside (N, 1) would make (N, N) of them.
    """
    check_reduction(reduction)
    if weight is not None:
        check_weight(name, "weight", weight, values)
        values = values * weight
    if reduction == "mean":
        check_not_empty(name, math.prod(shape_of(values)))
        return np.mean(values)
    return np.sum(values) if reduction == "sum" else values


def check_weight(name: str, what: str, weight: Any, values: Any) -> None:
    """Raises ShapeError unless a weight broadcasts to the shape of the values that it multiplies."""
    given, shape = shape_of(weight), shape_of(values)
    pairs = zip(reversed(given), reversed(shape), strict=False)
    if len(given) > len(shape) or any(k not in (1, n) for k, n in pairs):
        raise ShapeError.of(
            f"{name}'s {what}", f"{shape}, or what broadcasts to it", given, "give it axes of length 1: weight[:, None]"
        )


def matched(name: str, prediction: Any, target: Any, what: str = "target") -> Any:
    """The target, as an array in the prediction's precision where it is of integers.

    Raises ShapeError unless the shapes agree: broadcasting (N, 1) against (N,) is a mistake that trains on.
    """
    if shape_of(prediction) != shape_of(target):
        raise ShapeError.of(
            f"{name}'s {what}",
            f"the shape {shape_of(prediction)} of the prediction",
            shape_of(target),
            "reshape one of them (x[:, 0] of a prediction (N, 1), np.broadcast_to where they are meant to broadcast)",
        )
    dtype = dtype_of(target)
    if dtype.kind in "iub":
        return np.asarray(target, dtype_of(prediction) if dtype_of(prediction).kind == "f" else None)
    return target if hasattr(target, "shape") else np.asarray(target)


def check_signs(name: str, target: Any) -> None:
    """Raises InputError unless all labels are -1 or 1."""
    labels = unwrap(target)
    if not np.all(np.equal(np.abs(labels), 1)):
        found = np.asarray(labels)[np.not_equal(np.abs(labels), 1)].flat[0]
        raise InputError(f"{name} takes targets -1 and 1, not {found}; of labels 0 and 1, give 2 * target - 1")


def check_labels(name: str, target: Any) -> None:
    """Raises InputError unless all targets are from 0 to 1."""
    labels = unwrap(target)
    if np.size(labels) and not (np.min(labels) >= 0 and np.max(labels) <= 1):
        raise InputError(
            f"{name} takes targets from 0 to 1, but was given {np.min(labels)} to {np.max(labels)}; "
            "of labels -1 and 1, give (target + 1) / 2"
        )


def class_numbers(name: str, target: Any, shape: tuple, classes: int) -> np.ndarray:
    """The target as integers of a shape, without a look at their range."""
    target = np.asarray(target)
    if target.dtype.kind not in "iu":
        raise InputError(
            f"{name} takes class numbers as integers, but was given {target.dtype}; "
            "target.astype(int) makes them, target.argmax(axis) those of one-hot vectors"
        )
    if target.shape != shape:
        raise ShapeError.of(
            f"{name}'s target", f"one class number for each sample, {shape}", target.shape, "leave the class axis out"
        )
    return target.astype(np.intp, copy=False)


def out_of_range(name: str, found: Any, classes: int, ignored: int | None = None) -> InputError:
    besides = "" if ignored is None else f", or {ignored} (ignore_index)"
    return InputError(
        f"{name} takes class numbers from 0 to {classes - 1}{besides}, but was given {found}; "
        "count the classes from 0, and give the prediction one score for each class"
    )
