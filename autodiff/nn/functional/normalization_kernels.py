"""The kernels of the normalisations: values and cotangents of plain arrays, each group centred before it is squared.

With x̂ = (x - μ) s, s = 1/√(σ² + ε), m numbers in a group and c the cotangent of x̂,

    dx = s (c - mean(c) - x̂ mean(c x̂))

which is what all of them compute; sums are products with ones, which BLAS does at the speed of memory.
"""

from __future__ import annotations

import math

import numpy as np

BLOCK = 1 << 16
"""Numbers that several operations go over in turn while they are in the cache."""


def _blocks(count, size):
    """Slices of a first axis of some length, whose entries have so many numbers."""
    step = max(1, BLOCK // max(1, size))
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def _channel_view(x):
    """(N, C, ...) as (N, C, S)."""
    return x.reshape(*x.shape[:2], math.prod(x.shape[2:]))


def _total(x):
    """Σ over n and s of (N, C, S)."""
    n, c, s = x.shape
    if s == 1:
        return np.ones(n, x.dtype) @ x.reshape(n, c)
    if not x.flags.c_contiguous:
        return x.sum(axis=(0, 2))
    return np.ones(n, x.dtype) @ (x.reshape(n * c, s) @ np.ones(s, x.dtype)).reshape(n, c)


def _total_of_products(x, y):
    """Σ over n and s of x y, both (N, C, S)."""
    if x.shape[2] == 1:
        return np.einsum("nc,nc->c", x[:, :, 0], y[:, :, 0])
    return np.einsum("ncs,ncs->nc", x, y).sum(axis=0)


def _column(v):
    """(C,) or (N, C) for broadcasting against (N, C, S)."""
    return v[..., None]


# -- scale and shift ---------------------------------------------------------------------------------------------------


def channel_forward(x, scale, shift):
    view = _channel_view(x)
    y = np.multiply(view, _column(scale))
    y += _column(shift)
    return y.reshape(x.shape), ()


def channel_backward(cotangent, kept, wanted, x, scale, shift):
    c, view = _channel_view(cotangent), _channel_view(x)
    found = []
    for k in wanted:
        if k == 0:
            found.append((c * _column(scale)).reshape(x.shape))
        elif k == 1:
            found.append(_total_of_products(c, view) if scale.ndim == 1 else np.einsum("ncs,ncs->nc", c, view))
        else:
            found.append(_total(c) if shift.ndim == 1 else c.sum(axis=2))
    return found


# -- batch normalisation -----------------------------------------------------------------------------------------------


def batch_forward(x, weight=None, bias=None, *, eps):
    view = _channel_view(x)
    n, c, s = view.shape
    count = n * s
    mean = _total(view)
    mean /= count
    centered, y = np.empty(view.shape, x.dtype), np.empty(view.shape, x.dtype)
    squares = np.zeros(c, x.dtype)
    for block in _blocks(n, c * s):
        part = np.subtract(view[block], _column(mean), out=centered[block])
        squares += _total_of_products(part, part)
    var = squares / count
    inverse = 1 / np.sqrt(var + eps)
    scale = inverse if weight is None else inverse * weight
    for block in _blocks(n, c * s):
        part = np.multiply(centered[block], _column(scale), out=y[block])
        if bias is not None:
            part += _column(bias)
    return (y.reshape(x.shape), mean, var), (centered, inverse)


def batch_backward(cotangents, kept, wanted, x, weight=None, bias=None, *, eps):
    of_y, of_mean, of_var = cotangents
    centered, inverse = kept
    c = _channel_view(of_y)
    n, channels, s = c.shape
    count = n * s
    total = _total(c)
    products = np.zeros(channels, x.dtype)
    blocks = _blocks(n, channels * s)
    for block in blocks:
        products += _total_of_products(c[block], centered[block])
    found = {}
    if 0 in wanted:
        scale = inverse if weight is None else inverse * weight
        slope = (2 * of_var - scale * inverse * inverse * products) / count
        offset = (of_mean - scale * total) / count
        dx = np.empty(c.shape, x.dtype)
        for block in blocks:
            part = np.multiply(centered[block], _column(slope), out=dx[block])
            part += c[block] * _column(scale)
            part += _column(offset)
        found[0] = dx.reshape(x.shape)
    found[1] = products * inverse
    found[2] = total
    return [found[k] for k in wanted]


# -- layer and root-mean-square normalisation --------------------------------------------------------------------------


def layer_forward(x, weight=None, bias=None, *, axes, centered, eps):
    size = math.prod(x.shape[-axes:])
    rows = x.reshape(math.prod(x.shape[:-axes]), size)
    mean_of = np.full((size, 1), 1 / size, x.dtype)
    normal = rows - rows @ mean_of if centered else rows
    inverse = np.einsum("rd,rd->r", normal, normal)[:, None]
    inverse /= size
    inverse += eps
    np.sqrt(inverse, out=inverse)
    np.reciprocal(inverse, out=inverse)
    normal = np.multiply(normal, inverse, out=normal if centered else None)
    y = normal
    if weight is not None:
        y = normal * weight.reshape(size)
    if bias is not None:
        y = np.add(y, bias.reshape(size), out=None if y is normal else y)
    return y.reshape(x.shape), (normal, inverse)


def layer_backward(cotangent, kept, wanted, x, weight=None, bias=None, *, axes, centered, eps):
    normal, inverse = kept
    rows, size = normal.shape
    c = cotangent.reshape(rows, size)
    products = c * normal
    ones = np.ones(rows, x.dtype)
    found = {}
    if 1 in wanted:
        found[1] = (ones @ products).reshape(weight.shape)
    if 2 in wanted:
        found[2] = (ones @ c).reshape(bias.shape)
    if 0 in wanted:
        mean_of = np.full((size, 1), 1 / size, x.dtype)
        if weight is not None:
            mean_of *= weight.reshape(size, 1)
        np.multiply(normal, products @ mean_of, out=products)
        dx = c * (1 if weight is None else weight.reshape(size))
        if centered:
            dx -= c @ mean_of
        dx -= products
        dx *= inverse
        found[0] = dx.reshape(x.shape)
    return [found[k] for k in wanted]


# -- group normalisation -----------------------------------------------------------------------------------------------


def group_forward(x, weight=None, bias=None, *, groups, eps):
    n, channels = x.shape[:2]
    size = math.prod(x.shape[1:]) // groups
    rows = x.reshape(n * groups, size)
    normal = rows - rows @ np.full((size, 1), 1 / size, x.dtype)
    inverse = 1 / np.sqrt(np.einsum("rd,rd->r", normal, normal)[:, None] / size + eps)
    normal *= inverse
    y = normal
    if weight is not None:
        y = _channel_view(normal.reshape(x.shape)) * _column(weight)
    if bias is not None:
        y = _channel_view(y.reshape(x.shape)) + _column(bias)
    return y.reshape(x.shape), (normal, inverse)


def group_backward(cotangent, kept, wanted, x, weight=None, bias=None, *, groups, eps):
    normal, inverse = kept
    rows, size = normal.shape
    c = _channel_view(cotangent)
    found = {}
    if 1 in wanted:
        found[1] = _total_of_products(c, _channel_view(normal.reshape(x.shape)))
    if 2 in wanted:
        found[2] = _total(c)
    if 0 in wanted:
        dx = (c * (1 if weight is None else _column(weight))).reshape(rows, size)
        mean_product = np.einsum("rd,rd->r", dx, normal)[:, None] / size
        dx -= dx @ np.full((size, 1), 1 / size, x.dtype)
        dx -= normal * mean_product
        dx *= inverse
        found[0] = dx.reshape(x.shape)
    return [found[k] for k in wanted]
