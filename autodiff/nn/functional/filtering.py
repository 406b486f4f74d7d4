"""The convolution of mathematics, which turns the filter around, and its matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError

__all__ = ["convolve", "toeplitz"]


def convolve(x: Any, f: Any, mode: str = "full") -> Any:
    """(f ⋆ x)[t] = Σ_τ f[τ] x[t - τ], x and f being zero outside: the convolution, which turns the filter around.

    x, f  (n,) and (m,)
    mode  "full": all n + m - 1 entries; "same": the middle ones, max(n, m) of them; "valid": those max(n, m) -
          min(n, m) + 1 that use no zeros from outside

    So convolve(x, f) = toeplitz(f, n) @ x = convolve(f, x), and in mode "valid" it is `conv1d` with f[::-1].

    >>> convolve(np.array([1.0, 2.0, 4.0]), np.array([1.0, -1.0]))
    array([ 1.,  1.,  2., -4.])
    """
    for name, given in (("convolve's x", x), ("convolve's f", f)):
        if len(shape_of(given)) != 1 or not shape_of(given)[0]:
            raise ShapeError.of(name, "(n,), n > 0", shape_of(given), "conv1d and conv2d take batches and channels")
    if mode not in ("full", "same", "valid"):
        raise ModelError(f'convolve: mode is "full", "same" or "valid", not {mode!r}')
    return np.convolve(x, f, mode)


def toeplitz(f: Any, n: int) -> Any:
    """T(f)[i, j] = f[i - j], zero outside: the matrix of the convolution, T(f) @ x = convolve(x, f).

    f  (m,)
    n  the length of x

    Returns (n + m - 1, n).

    >>> toeplitz(np.array([1.0, 2.0]), 3)
    array([[1., 0., 0.],
           [2., 1., 0.],
           [0., 2., 1.],
           [0., 0., 2.]])
    """
    if len(shape_of(f)) != 1:
        raise ShapeError.of("toeplitz", "(m,)", shape_of(f), "its filter has one axis")
    m = shape_of(f)[0]
    places = np.arange(n + m - 1)[:, None] - np.arange(n)
    places = np.where((places >= 0) & (places < m), places, m)  # number m: a zero
    return np.concatenate([f, np.zeros(1, dtype_of(f))])[places]
