"""A check: a number that was expected, the number that was found, and how far apart they may be and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Check:
    """One tested claim of a demo. Build it with `close`, `exact`, `at_most` or `at_least`.

    name        the claim, in words
    expected    the number (or array) the source gives, or the bound
    found       the number (or array) this run produced
    relation    how the two are compared: a key of `RELATIONS`
    tolerance   largest allowed difference, in the units of the number, or relative to it
    relative    whether the tolerance is a fraction of the largest expected entry
    reason      why this tolerance, or where the expected number comes from
    """

    name: str
    expected: Any
    found: Any
    relation: str
    tolerance: float
    relative: bool
    reason: str

    def __post_init__(self):
        if not self.reason.strip():
            raise ValueError(f"check {self.name!r} gives no reason for its tolerance; say why it is what it is")
        if not (np.isfinite(self.tolerance) and self.tolerance >= 0):
            raise ValueError(
                f"check {self.name!r} has tolerance {self.tolerance!r}; it must be finite and not negative"
            )
        if np.shape(self.expected) != np.shape(self.found):
            raise ValueError(
                f"check {self.name!r} compares shape {np.shape(self.expected)} (expected) with "
                f"{np.shape(self.found)} (found); compare arrays of the same shape"
            )

    @classmethod
    def close(cls, name, expected, found, *, tolerance, reason, relative=False) -> Check:
        """`max |found - expected| <= tolerance`, or `<= tolerance * max |expected|` where `relative`.

        >>> Check.close("pi", 3.14159, 22 / 7, tolerance=0.01, reason="a textbook approximation").passed
        True
        """
        return cls(name, expected, found, "close", tolerance, relative, reason)

    @classmethod
    def exact(cls, name, expected, found, *, reason) -> Check:
        """`found == expected`, for counts, names, truth values and arrays of integers.

        >>> Check.exact("iterations", 3108, 3108, reason="a count").passed
        True
        """
        return cls(name, expected, found, "exact", 0.0, False, reason)

    @classmethod
    def at_most(cls, name, bound, found, *, reason) -> Check:
        """`found <= bound` for every entry.

        >>> Check.at_most("residual", 1e-10, 3e-13, reason="round-off of a hundred steps").passed
        True
        """
        return cls(name, bound, found, "at most", 0.0, False, reason)

    @classmethod
    def at_least(cls, name, bound, found, *, reason) -> Check:
        """`found >= bound` for every entry.

        >>> Check.at_least("accuracy", 0.85, float("nan"), reason="chance is 0.1").passed
        False
        """
        return cls(name, bound, found, "at least", 0.0, False, reason)

    @property
    def passed(self) -> bool:
        """Whether the claim holds. A NaN anywhere fails it."""
        return bool(RELATIONS[self.relation](self))

    @property
    def difference(self) -> float | None:
        """Largest distance between found and expected, absolute or relative; None where a distance has no meaning."""
        if self.relation != "close":
            return None
        distance = np.max(np.abs(np.subtract(self.found, self.expected)), initial=0.0)
        return float(distance / np.max(np.abs(self.expected)) if self.relative else distance)


RELATIONS = {
    "close": lambda check: check.difference <= check.tolerance,
    "exact": lambda check: np.all(np.equal(check.found, check.expected)),
    "at most": lambda check: np.all(np.less_equal(check.found, check.expected)),
    "at least": lambda check: np.all(np.greater_equal(check.found, check.expected)),
}


def show(value: Any) -> str:
    """A value as text for a table: ten significant digits, long arrays by shape and range.

    >>> show(np.array([1.0, 1096.8949601]))
    '(1, 1096.89496)'
    >>> show(np.zeros((10, 10)))
    '10 × 10 array, 0 to 0'
    """
    if isinstance(value, (str, bool, np.bool_)):
        return str(value)
    array = np.asarray(value)
    if array.ndim == 0:
        return _number(array[()])
    if array.size <= 6 and array.ndim == 1:
        return "(" + ", ".join(_number(entry) for entry in array) + ")"
    extent = " × ".join(map(str, array.shape)) if array.ndim > 1 else f"{array.size} entries"
    return f"{extent}{' array' if array.ndim > 1 else ''}, {_number(array.min())} to {_number(array.max())}"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | np.integer) else f"{value:.10g}"
