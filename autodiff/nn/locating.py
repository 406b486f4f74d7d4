"""Where in a model an error came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tracer import Tracer
from .errors import ShapeError
from .printing import options_of
from .walking import name_of_child

__all__ = ["locate"]


def locate(error: Any, module: Any, args: tuple) -> None:
    """Puts the names of the modules that an error passes in front of it."""
    chain = getattr(error, "_modules", None)
    if chain is None:
        chain = error._modules = []
        if not isinstance(error, ShapeError):
            shapes = ", ".join(str(arg.shape) for arg in args if isinstance(arg, np.ndarray | Tracer))
            error.add_note(f"in {type(module).__name__}({options_of(module)}), given {shapes or 'no array'}")
    child = chain[-1] if chain else None
    name = name_of_child(module, child) if child is not None else None
    if isinstance(error, ShapeError):
        if not chain:
            error.path = (f"{type(module).__name__}({options_of(module)})",)
        elif name is not None:
            error.path = (name, *error.path)
    elif name is not None:
        error.add_note(f"  which is {name} of {type(module).__name__}")
    chain.append(module)
