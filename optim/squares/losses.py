"""Loss functions that make a fit robust: how much a squared residual counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..errors import UnknownOptionError, near_matches

__all__ = ["LOSSES", "Loss", "loss_named"]


class Loss(NamedTuple):
    """ρ(z) for z ≥ 0, with ρ(0) = 0 and ρ'(0) = 1, and its first two derivatives, elementwise."""

    rho: Callable
    first: Callable
    second: Callable


def _huber(z):
    small = z <= 1
    return np.where(small, z, 2 * np.sqrt(np.where(small, 1, z)) - 1)  # no root of zero, whose slope is infinite


# Source: Triggs, McLauchlan, Hartley and Fitzgibbon 2000, Bundle adjustment; the names and forms are SciPy's.
LOSSES = {
    "linear": Loss(lambda z: z, np.ones_like, np.zeros_like),
    "soft_l1": Loss(
        lambda z: 2 * (np.sqrt(1 + z) - 1), lambda z: (1 + z) ** -0.5, lambda z: -0.5 * (1 + z) ** -1.5
    ),
    "huber": Loss(
        _huber,
        lambda z: np.maximum(z, 1) ** -0.5,
        lambda z: np.where(z <= 1, 0, -0.5 * np.maximum(z, 1) ** -1.5),
    ),
    "cauchy": Loss(np.log1p, lambda z: 1 / (1 + z), lambda z: -1 / (1 + z) ** 2),
    "arctan": Loss(np.arctan, lambda z: 1 / (1 + z**2), lambda z: -2 * z / (1 + z**2) ** 2),
}  # fmt: skip


def loss_named(loss: str | Loss) -> Loss:
    """The loss of that name, or the `Loss` itself.

    >>> loss_named("cauchy").first(np.array([0.0, 1.0]))
    array([1. , 0.5])
    """
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise UnknownOptionError(
            f"there is no loss {loss!r}{near_matches(loss, LOSSES) or ';'} give one of "
            f"{', '.join(map(repr, LOSSES))}, or an optim.squares.losses.Loss"
        )
    return LOSSES[loss]
