"""Connectionist temporal classification: the likelihood of a sequence of labels, summed over all its alignments.

With blanks between the labels and around them, l' = (-, l₁, -, l₂, ..., -), an alignment walks through l' in T steps
and in each stays, goes on by one, or skips a blank between two different labels:

    α_t(s) = log p_t(l'_s) + log(exp α_{t-1}(s) + exp α_{t-1}(s-1) + exp α_{t-1}(s-2) where it may skip)
    β_t(s) = the same from the end, without p_t
    ℓ = -log(exp α_T(|l'|) + exp α_T(|l'| - 1)),   ∂ℓ/∂log p_t(k) = -Σ_{s: l'_s = k} exp(α_t(s) + β_t(s) + ℓ)

Source: Graves, Fernández, Gomez and Schmidhuber 2006, sections 4.1 and 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...fused import fused
from ...tracer import dtype_of, shape_of
from ..errors import ShapeError
from .reduction import check_not_empty, check_reduction, out_of_range, reduced

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """ℓ = -log Σ over alignments of Π_t p_t: the probability that the frames spell the labels.

    log_probs       (T, N, C), or (T, C), logarithms of probabilities: a log-softmax
    targets         (N, S), padded at will, or (Σ target_lengths,), one after the other; class numbers, not the blank
    input_lengths   (N,), how many frames of each sample count, 1 to T
    target_lengths  (N,), how many labels each has
    blank           number of the class that stands for no label
    reduction       "mean": of the losses over their target lengths; "sum"; "none": (N,)
    zero_infinity   0 in place of the infinite loss of a target that is too long for its frames

    The gradient is that by log_probs: minus the posterior of each label in each frame. (PyTorch's adds exp(log_probs),
    as if a log-softmax stood before; behind one the two agree.) An infinite loss has gradient 0. Raises ShapeError
    and InputError where lengths or labels do not fit.

    >>> p = np.log(np.full((2, 1, 2), 0.5))  # two frames: "a-", "-a" and "aa" spell "a"
    >>> float(np.exp(-ctc_loss(p, [[1]], [2], [1], reduction="sum")).round(4))
    0.75
    """
    check_reduction(reduction)
    shape = shape_of(log_probs)
    if len(shape) not in (2, 3) or not shape[0]:
        raise ShapeError.of("ctc_loss", "log-probabilities (T, N, C), or (T, C)", shape, "put the frames first")
    single = len(shape) == 2
    if single:
        log_probs = np.reshape(log_probs, (shape[0], 1, shape[1]))
    frames, samples, classes = shape_of(log_probs)
    if not 0 <= blank < classes:
        raise InputError(f"ctc_loss takes a blank from 0 to {classes - 1}, not {blank}")
    input_lengths = _lengths("input_lengths", input_lengths, samples, 1, frames)
    target_lengths = _lengths("target_lengths", target_lengths, samples, 0, None)
    labels = _padded(np.asarray(targets), target_lengths, samples, single)
    valid = np.arange(labels.shape[1]) < target_lengths[:, None]
    wrong = labels[valid & ((labels < 0) | (labels >= classes) | (labels == blank))]
    if wrong.size:
        if wrong[0] == blank:
            raise InputError(f"ctc_loss's targets are labels: {blank} is the blank, which goes between them by itself")
        raise out_of_range("ctc_loss", wrong[0], classes)
    states = np.full((samples, 2 * labels.shape[1] + 1), blank, np.intp)
    states[:, 1::2] = np.where(valid, labels, blank)
    losses = _alignments(log_probs, states=states, ends=2 * target_lengths, lengths=input_lengths)
    if zero_infinity:
        losses = np.where(np.isinf(losses), 0, losses)
    if reduction == "mean":
        check_not_empty("ctc_loss", samples)
        return np.mean(losses / np.maximum(target_lengths, 1).astype(dtype_of(log_probs)))
    if reduction == "none":
        return losses[0] if single else losses
    return reduced("ctc_loss", losses, reduction)


def _lengths(name, lengths, samples, low, high):
    lengths = np.atleast_1d(np.asarray(lengths))
    if lengths.dtype.kind not in "iu" or lengths.shape != (samples,):
        raise ShapeError.of(
            f"ctc_loss's {name}", f"one integer for each sample, ({samples},)", lengths.shape, "count frames and labels"
        )
    if lengths.size and (lengths.min() < low or (high is not None and lengths.max() > high)):
        most = "" if high is None else f" to {high}"
        raise InputError(f"ctc_loss takes {name} from {low}{most}, but was given {lengths.min()} to {lengths.max()}")
    return lengths.astype(np.intp)


def _padded(targets, lengths, samples, single):
    """The labels as (N, S)."""
    longest = int(lengths.max(initial=0))
    if targets.size and targets.dtype.kind not in "iu":
        raise InputError(f"ctc_loss takes targets as integers, but was given {targets.dtype}")
    if targets.ndim == 2 and targets.shape[0] == samples and targets.shape[1] >= longest:
        return targets[:, :longest].astype(np.intp)
    if targets.ndim == 1 and single and len(targets) >= longest:
        return targets[None, :longest].astype(np.intp)
    if targets.ndim == 1 and len(targets) == lengths.sum():
        labels = np.zeros((samples, longest), np.intp)
        labels[np.arange(longest) < lengths[:, None]] = targets
        return labels
    raise ShapeError.of(
        "ctc_loss's targets",
        f"labels ({samples}, S) with S of {longest} or more, or all of them in one row, ({lengths.sum()},),",
        targets.shape,
        "target_lengths says how many each sample has",
    )


def _may_skip(states):
    """Whether state s may follow state s - 2: a label behind another one that differs; blanks never do."""
    skip = np.zeros(states.shape, bool)
    skip[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    return skip


def _forward(log_probs, *, states, ends, lengths):
    frames, samples, _ = log_probs.shape
    emitted = np.take_along_axis(log_probs, np.broadcast_to(states, (frames, *states.shape)), axis=2)  # (T, N, L)
    skip = _may_skip(states)
    alpha = np.full(emitted.shape, -np.inf, log_probs.dtype)
    alpha[0, :, :2] = emitted[0, :, :2]
    for t in range(1, frames):
        before, now = alpha[t - 1], alpha[t]
        now[:, 0] = before[:, 0]
        np.logaddexp(before[:, 1:], before[:, :-1], out=now[:, 1:])
        now[:, 2:] = np.where(skip[:, 2:], np.logaddexp(now[:, 2:], before[:, :-2]), now[:, 2:])
        now += emitted[t]
    numbers = np.arange(samples)
    last = alpha[lengths - 1, numbers]  # (N, L)
    losses = -np.logaddexp(last[numbers, ends], np.where(ends > 0, last[numbers, ends - 1], -np.inf))
    return losses.astype(log_probs.dtype, copy=False), (alpha, emitted, losses)


def _backward(cotangent, kept, wanted, log_probs, *, states, ends, lengths):
    alpha, emitted, losses = kept
    frames, samples, classes = log_probs.shape
    skip = _may_skip(states)
    numbers = np.arange(samples)
    at_end = np.full(states.shape, -np.inf, log_probs.dtype)
    at_end[numbers, ends] = 0
    at_end[numbers, np.maximum(ends - 1, 0)] = 0  # of no label: the same state
    beta = np.full(states.shape, -np.inf, log_probs.dtype)
    weights = np.where(np.isfinite(losses), cotangent, 0)[:, None]
    shift = np.where(np.isfinite(losses), losses, 0)[:, None]
    posterior = np.empty(emitted.shape, log_probs.dtype)
    for t in range(frames - 1, -1, -1):
        if t < frames - 1:
            after = beta + emitted[t + 1]
            beta = after.copy()
            beta[:, :-1] = np.logaddexp(beta[:, :-1], after[:, 1:])
            beta[:, :-2] = np.where(skip[:, 2:], np.logaddexp(beta[:, :-2], after[:, 2:]), beta[:, :-2])
        beta = np.where((lengths - 1 == t)[:, None], at_end, beta)
        np.exp(alpha[t] + beta + shift, out=posterior[t])
        posterior[t] *= -weights
    places = (np.arange(frames * samples) * classes).reshape(frames, samples, 1) + states
    found = np.bincount(places.ravel(), posterior.ravel(), minlength=log_probs.size)
    return [found.reshape(log_probs.shape).astype(log_probs.dtype)]


def _shape(log_probs, *, states, ends, lengths):
    return (shape_of(log_probs)[1],), dtype_of(log_probs)


@fused(_forward, _backward, shape=_shape)
def _alignments(log_probs, *, states, ends, lengths):
    """The α of the paper, one frame after the other; -inf is a number so low that nothing changes it."""
    frames, samples, _ = shape_of(log_probs)
    dtype: Any = dtype_of(log_probs)
    never = float(np.finfo(dtype).min) / 1e4
    emitted = np.take_along_axis(log_probs, np.broadcast_to(states, (frames, *states.shape)), 2)
    skip = _may_skip(states)
    starts = np.arange(states.shape[1]) < 2
    alpha = np.where(starts, emitted[0], never)
    rows = [alpha]
    for t in range(1, frames):
        by_one = np.concatenate([np.full((samples, 1), never, dtype), alpha[:, :-1]], axis=1)
        total = np.logaddexp(alpha, by_one)
        if states.shape[1] > 2:
            by_two = np.concatenate([np.full((samples, 2), never, dtype), alpha[:, :-2]], axis=1)
            total = np.where(skip, np.logaddexp(total, np.where(skip, by_two, never)), total)
        alpha = total + emitted[t]
        rows.append(alpha)
    numbers = np.arange(samples)
    last = np.stack(rows)[lengths - 1, numbers]
    total = np.logaddexp(last[numbers, ends], np.where(ends > 0, last[numbers, ends - 1], never))
    return np.where(total > never / 2, -total, np.inf)
