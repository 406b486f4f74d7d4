"""What the constructors of layers require of their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import ModelError

__all__ = ["require_flags", "require_sizes"]


def require_sizes(module: Any, **sizes: Any) -> None:
    """Raises ModelError for the first of them that is no whole number from 1 on.

    >>> require_sizes("Linear", in_features=3, out_features=0)
    Traceback (most recent call last):
    ...
    autodiff.nn.errors.ModelError: Linear: out_features is a whole number from 1 on, not 0
    """
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ModelError(f"{_name(module)}: {name} is a whole number from 1 on, not {size!r}")


def require_flags(module: Any, **flags: Any) -> None:
    """Raises ModelError for the first of them that is neither True nor False.

    Any object is as good as True to Python: a generator given by position, where `bias` comes third, would be none of
    the generators that the layer draws from.
    """
    for name, flag in flags.items():
        if not isinstance(flag, bool | np.bool_):
            hint = "; the generator is given by name, rng=..." if isinstance(flag, np.random.Generator) else ""
            raise ModelError(f"{_name(module)}: {name} is True or False, not {flag!r}{hint}")


def _name(module):
    return module if isinstance(module, str) else type(module).__name__
