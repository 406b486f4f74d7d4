"""Initialisers whose entries belong together: orthogonal and sparse matrices, identities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ModelError
from .distributions import initialiser

__all__ = ["dirac", "eye", "identity", "orthogonal", "sparse"]


@initialiser
def orthogonal(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """gain Q, Q with orthonormal rows or columns, whichever are fewer, uniform among those (Haar).

    shape  (out, in, *kernel); the matrix is (out, in · kernel)

    Q is that of the QR decomposition of normal numbers, its columns with the signs of R's diagonal: without that it is
    not uniform (Mezzadri 2007). Source: Saxe, McClelland and Ganguli 2014. Raises ModelError for fewer than two axes.

    >>> q = orthogonal(0, (3, 5), np.float64)
    >>> bool(np.allclose(q @ q.T, np.eye(3), atol=1e-15))
    True
    """
    rows, columns = _as_matrix("orthogonal", shape)
    if not rows * columns:
        return np.zeros(shape, dtype)
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return np.asarray(gain * (q if rows >= columns else q.T), dtype).reshape(shape)


def _as_matrix(name, shape):
    if len(shape) < 2:
        raise ModelError(f"{name} takes a shape (out, in, *kernel) of two axes or more, not {shape}")
    return shape[0], math.prod(shape[1:])


@initialiser
def identity(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """gain on the diagonal of a matrix, 0 elsewhere: a linear layer that passes its input on. Also `eye`.

    >>> identity(None, (2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    if len(shape) != 2:
        raise ModelError(f"identity takes the shape of a matrix, (out, in), not {shape}; of convolutions take dirac")
    return np.asarray(gain * np.eye(*shape), dtype)


eye = identity


@initialiser
def dirac(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, groups: int = 1) -> Any:
    """1 in the middle of the kernel from channel k to channel k, 0 elsewhere: a convolution that passes its input on.

    shape   (out, in / groups, *kernel)
    groups  of the convolution: each passes its channels on

    >>> dirac(None, (1, 1, 3))
    array([[[0., 1., 0.]]], dtype=float32)
    """
    if len(shape) < 3:
        raise ModelError(f"dirac takes the shape of a convolution's weight, (out, in, *kernel), not {shape}")
    if groups < 1 or shape[0] % groups:
        raise ModelError(f"dirac's groups divide the {shape[0]} output channels, but {groups} do not")
    weight = np.zeros(shape, dtype)
    middle = tuple(n // 2 for n in shape[2:])
    each = shape[0] // groups
    for group in range(groups):
        for k in range(min(each, shape[1])):
            weight[(group * each + k, k, *middle)] = 1
    return weight


@initialiser
def sparse(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, sparsity: float, std: float = 0.01) -> Any:
    """Normal with a standard deviation, and a share of the entries of each column zero (Martens 2010).

    shape     (out, in)
    sparsity  the share of zeros, rounded up to whole entries

    >>> (sparse(0, (10, 4), sparsity=0.25) == 0).sum(axis=0).tolist()
    [3, 3, 3, 3]
    """
    if len(shape) != 2:
        raise ModelError(f"sparse takes the shape of a matrix, (out, in), not {shape}")
    if not 0 <= sparsity <= 1:
        raise ModelError(f"sparsity is the share of zeros, from 0 to 1, not {sparsity}")
    zeros = math.ceil(sparsity * shape[0])
    weight = np.asarray(std * rng.standard_normal(shape), dtype)
    weight[rng.random(shape).argsort(axis=0) < zeros] = 0
    return weight
