"""Exact derivatives of ordinary Python functions written with NumPy: by dual numbers (forward) and a tape (reverse).

>>> import numpy as np
>>> import autodiff as ad
>>> ad.grad(lambda x: np.sin(x[0] * x[1]) + x[1] ** 2)(np.array([0.0, 3.0]))
array([3., 6.])
"""

from typing import TYPE_CHECKING

from . import errors, tree
from .checkpoint import checkpoint
from .dual import Dual
from .tape import Tape
from .transforms import (
    derivative,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)

if TYPE_CHECKING:
    from . import nn, numpy, symbolic, testing
    from .implicit import fixed_point, linear_solve, root
    from .inspect.recording import record

_ON_DEMAND = {  # name -> its module, and the attribute of that which it is: what a gradient does not need
    "fixed_point": ("implicit", "fixed_point"),
    "linear_solve": ("implicit", "linear_solve"),
    "nn": ("nn", None),
    "numpy": ("numpy", None),
    "record": ("inspect.recording", "record"),
    "root": ("implicit", "root"),
    "symbolic": ("symbolic", None),
    "testing": ("testing", None),
}


def __getattr__(name):
    if name not in _ON_DEMAND:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    import importlib

    module, attribute = _ON_DEMAND[name]
    found = importlib.import_module(f"{__name__}.{module}")
    globals()[name] = found = found if attribute is None else getattr(found, attribute)
    return found


__all__ = [
    "checkpoint",
    "derivative",
    "Dual",
    "errors",
    "fixed_point",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linear_solve",
    "linearize",
    "nn",
    "numpy",
    "record",
    "root",
    "stop_gradient",
    "symbolic",
    "Tape",
    "testing",
    "tree",
    "value_and_grad",
    "vjp",
]
