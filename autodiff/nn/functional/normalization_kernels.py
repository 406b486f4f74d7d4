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
    scale, shift = (None if v is None else v.reshape(size) for v in (weight, bias))
    normal, inverse = np.empty(rows.shape, x.dtype), np.empty((len(rows), 1), x.dtype)
    y = normal if weight is None and bias is None else np.empty(rows.shape, x.dtype)
    for block in _blocks(*rows.shape):
        part, values, of_rows = normal[block], rows[block], inverse[block]
        if centered:
            values = np.subtract(values, values @ mean_of, out=part)
        np.vecdot(values, values, out=of_rows[:, 0])
        of_rows /= size
        of_rows += eps
        np.sqrt(of_rows, out=of_rows)
        np.reciprocal(of_rows, out=of_rows)
        values = np.multiply(values, of_rows, out=part)
        if scale is not None:
            values = np.multiply(values, scale, out=y[block])
        if shift is not None:
            np.add(values, shift, out=y[block])
    return y.reshape(x.shape), (normal, inverse)


def layer_backward(cotangent, kept, wanted, x, weight=None, bias=None, *, axes, centered, eps):
    normal, inverse = kept
    rows, size = normal.shape
    c = cotangent.reshape(rows, size)
    scale = None if weight is None else weight.reshape(size)
    mean_of = np.full((size, 1), 1 / size, x.dtype)
    if scale is not None:
        mean_of *= scale[:, None]
    dx = np.empty(c.shape, x.dtype) if 0 in wanted else None
    of_weight, of_bias = np.zeros(size, x.dtype), np.zeros(size, x.dtype)
    for block in _blocks(rows, size):
        part, of_y = normal[block], c[block]
        products = of_y * part
        ones = np.ones(len(part), x.dtype)
        if 1 in wanted:
            of_weight += ones @ products
        if 2 in wanted:
            of_bias += ones @ of_y
        if dx is not None:
            np.multiply(part, products @ mean_of, out=products)
            if centered:
                products += of_y @ mean_of
            if scale is not None:
                of_y = np.multiply(of_y, scale, out=dx[block])
            np.subtract(of_y, products, out=dx[block])
            dx[block] *= inverse[block]
    found = [dx, of_weight, of_bias]
    return [found[k].reshape(shape) for k, shape in _shapes(wanted, x, weight, bias)]


def _shapes(wanted, *args):
    return [(k, args[k].shape) for k in wanted]


# -- group normalisation -----------------------------------------------------------------------------------------------


def group_forward(x, weight=None, bias=None, *, groups, eps):
    n, channels = x.shape[:2]
    size = math.prod(x.shape[1:]) // groups
    rows = x.reshape(n * groups, size)
    ones = np.ones((size, 1), x.dtype)
    normal, inverse = np.empty(rows.shape, x.dtype), np.empty((len(rows), 1), x.dtype)
    by_channel = (len(rows) // groups, channels, math.prod(x.shape[2:]))
    plain = weight is None and bias is None
    y = normal if plain else np.empty(rows.shape, x.dtype)
    for block in _blocks(n, groups * size):
        lines = slice(block.start * groups, block.stop * groups)
        part, values, of_rows = normal[lines], rows[lines], inverse[lines]
        np.subtract(values, values @ ones / size, out=part)
        np.vecdot(part, part, out=of_rows[:, 0])
        of_rows /= size
        of_rows += eps
        np.sqrt(of_rows, out=of_rows)
        np.reciprocal(of_rows, out=of_rows)
        part *= of_rows
        if not plain:
            values, result = normal.reshape(by_channel)[block], y.reshape(by_channel)[block]
            if weight is not None:
                values = np.multiply(values, _column(weight), out=result)
            if bias is not None:
                np.add(values, _column(bias), out=result)
    return y.reshape(x.shape), (normal, inverse)


def group_backward(cotangent, kept, wanted, x, weight=None, bias=None, *, groups, eps):
    normal, inverse = kept
    size = normal.shape[1]
    c = _channel_view(cotangent)
    by_channel = normal.reshape(c.shape)
    n, channels, s = c.shape
    ones = np.ones((s, 1), x.dtype)
    sums, products = np.empty((n, channels), x.dtype), np.empty((n, channels), x.dtype)
    dx = np.empty(c.shape, x.dtype) if 0 in wanted else None
    for block in _blocks(n, channels * s):
        of_y, part = c[block], by_channel[block]
        of_sums = np.matmul(of_y, ones, out=sums[block][..., None])[..., 0]
        of_products = np.vecdot(of_y, part, out=products[block])
        if dx is None:
            continue
        if weight is not None:
            of_sums, of_products = of_sums * weight, of_products * weight
            of_y = np.multiply(of_y, _column(weight), out=dx[block])
        shape = (len(part) * groups, channels // groups)
        mean, mean_product = (v.reshape(shape).sum(axis=1, keepdims=True) / size for v in (of_sums, of_products))
        lines = slice(block.start * groups, block.stop * groups)
        removed = normal[lines] * mean_product
        removed += mean
        result = dx[block].reshape(removed.shape)
        np.subtract(of_y.reshape(removed.shape), removed, out=result)
        result *= inverse[lines]
    found = [dx, products.sum(axis=0), sums.sum(axis=0)]
    return [found[k].reshape(shape) for k, shape in _shapes(wanted, x, weight, bias)]
