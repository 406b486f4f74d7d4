"""Exact derivatives of ordinary Python functions written with NumPy: by dual numbers (forward) and a tape (reverse).

>>> import numpy as np
>>> import autodiff as ad
>>> ad.grad(lambda x: np.sin(x[0] * x[1]) + x[1] ** 2)(np.array([0.0, 3.0]))
array([3., 6.])
"""

from . import errors, symbolic, testing, tree
from .checkpoint import checkpoint
from .dual import Dual
from .inspect.recording import record
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

__all__ = [
    "checkpoint",
    "derivative",
    "Dual",
    "errors",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "record",
    "stop_gradient",
    "symbolic",
    "Tape",
    "testing",
    "tree",
    "value_and_grad",
    "vjp",
]
