"""Numbers and arrays that may be traced: a traced value stays what it is, and all else becomes a float."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["as_array", "as_number", "untraced"]


def as_array(value: Any) -> Any:
    """An array of floats, or a traced value.

    >>> as_array([1, 2])
    array([1., 2.])
    """
    from autodiff.tracer import Tracer

    return value if isinstance(value, Tracer) else np.asarray(value, np.float64)


def as_number(value: Any) -> Any:
    """A float, or a traced value."""
    from autodiff.tracer import Tracer

    return value if isinstance(value, Tracer) else float(value)


def untraced(value: Any, what: str) -> np.ndarray:
    """What a function of the user's returned for plain arguments, as an array.

    Raises InputError where it is traced all the same: then the function does not get what is differentiated in its
    args, where the derivative of the solution is looked for, but from around it.
    """
    try:
        return np.asarray(value)
    except TypeError as error:
        from autodiff.errors import InputError
        from autodiff.tracer import Tracer

        if not isinstance(value, Tracer):
            raise
        raise InputError(
            f"{what} closes over a traced value: pass it in args, so that the solution is differentiated with respect "
            "to it, or pass ad.stop_gradient of it"
        ) from error
