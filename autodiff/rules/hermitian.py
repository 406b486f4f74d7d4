"""Transposes, and matrices of which NumPy reads one triangle only."""

import numpy as np

from ..primitive import Linear
from ..tracer import dtype_of, shape_of

__all__ = ["adjoint", "conjugate", "from_triangle", "half", "real", "transposed"]


def transposed(x):
    return np.swapaxes(x, -1, -2)


def conjugate(x):
    """The complex conjugate; x itself where it is real."""
    return np.conjugate(x) if dtype_of(x).kind == "c" else x


def real(x):
    """The real part; x itself where it is real."""
    return np.real(x) if dtype_of(x).kind == "c" else x


def adjoint(x):
    return conjugate(transposed(x))


def half(x, triangle="L"):
    """The lower or upper ("U") triangle with half of the diagonal, so that a Hermitian x is this and its adjoint."""
    part = np.tril(x) if triangle == "L" else np.triu(x)
    return part * (1 - np.eye(shape_of(x)[-1], dtype=dtype_of(x)) / 2)


def _whole(x, triangle):
    part = half(x, triangle)
    return part + adjoint(part)


from_triangle = Linear(_whole, (lambda c, x, triangle: half(c + adjoint(c), triangle),), name="from_triangle")
"""The Hermitian matrix whose lower ("L") or upper ("U") triangle is that of x.

np.linalg.cholesky, eigh and their kin read no more of their argument, so it is in this triangle that they have
derivatives. In the space of symmetric matrices the gradient is (G + Gᵀ)/2.
"""
