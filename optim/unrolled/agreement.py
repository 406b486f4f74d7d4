"""Whether the steps that were taken again led where the run had led."""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedProblemError

__all__ = ["check_same"]


def check_same(found: np.ndarray, expected: np.ndarray, name: str) -> None:
    """The steps taken again must lead to the same point: else the derivative would be that of another run."""
    distance = np.abs(found - expected).max()
    if not distance <= 1e-6 * max(1.0, np.abs(expected).max()):
        raise UnsupportedProblemError(
            f"{name} does not lead to the same point twice ({distance:.3g} apart): the objective is random, or the run "
            "is so unstable that rounding decides; its derivative would mean nothing"
        )
