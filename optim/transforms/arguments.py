"""Checks of what transforms are given, before any step is made."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..errors import near_matches

__all__ = ["require_at_least", "require_fraction", "require_positive", "require_variant"]


def require_fraction(**values: float) -> None:
    """Each is at least 0 and less than 1, as the weights of moving averages must be."""
    for name, value in values.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be at least 0 and less than 1, but it is {value!r}")


def require_at_least(least: float, **values: float) -> None:
    for name, value in values.items():
        if not least <= value < math.inf:
            raise ValueError(f"{name} must be a finite number that is at least {least:g}, but it is {value!r}")


def require_positive(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number greater than 0, but it is {value!r}")


def require_variant(variant: str, known: Sequence[str]) -> None:
    if variant not in known:
        raise ValueError(
            f"there is no variant {variant!r}{near_matches(variant, known) or ';'} give one of "
            f"{', '.join(map(repr, known))}"
        )
