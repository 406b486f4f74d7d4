"""Transposes, and matrices of which NumPy reads one triangle only."""

import numpy as np

from ..tracer import dtype_of, shape_of

__all__ = ["adjoint", "conjugate", "from_triangle", "real", "transposed"]


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


def from_triangle(x, triangle):
    """The Hermitian matrix whose lower ("L") or upper ("U") triangle is that of x.

    np.linalg.cholesky, eigh and their kin read no more of their argument, so it is by this triangle that they have
    derivatives. In the space of symmetric matrices the gradient is (G + Gᵀ)/2.
    """
    n = shape_of(x)[-1]
    inside = np.tri(n, k=-1, dtype=bool)
    whole = np.where(inside if triangle == "L" else inside.T, x, adjoint(x))
    return np.where(np.eye(n, dtype=bool), real(x), whole)
