"""Running sums and running products."""

import numpy as np

from ..elementwise import strong_multiply
from ..primitive import general, linear
from ..tracer import implements, shape_of, unwrap
from .keywords import into, newer

# -- running sums ------------------------------------------------------------------------------------------------------


def _cumsum_transpose(c, x, axis):
    return np.flip(np.cumsum(np.flip(c, axis), axis=axis), axis)


_cumsum = linear(np.cumsum, _cumsum_transpose)


@implements(np.cumsum)
def cumsum(x, axis=None, dtype=None, out=None):
    x, axis = _along(x, axis, dtype)
    return into(out, _cumsum(x, axis=axis))


def _along(x, axis, dtype):
    """The array in the dtype asked for, in one dimension where no axis is given."""
    if dtype is not None:
        x = x.astype(dtype)
    return (np.ravel(x), 0) if axis is None else (x, axis)


# -- running products: by products only, so that they are exact where entries are zero ---------------------------------


def _recurrence(factors, terms):
    """s with s[k] = factors[k] * s[k-1] + terms[k] along the last axis, s[-1] = 0.

    By doubling: after step d, s[k] sums the last 2d terms and factors[k] is the product of as many factors, so it takes
    log2(n) products of arrays, all of which are differentiable.
    """
    n, reach = terms.shape[-1], 1
    while reach < n:
        terms = np.concatenate(
            [terms[..., :reach], terms[..., reach:] + _times(terms[..., :-reach], factors[..., reach:])], axis=-1
        )
        factors = np.concatenate([factors[..., :reach], factors[..., reach:] * factors[..., :-reach]], axis=-1)
        reach *= 2
    return terms


def _times(weight, product):
    """weight * product, where a weight of zero stays zero: products may overflow that nobody asked for."""
    plain = weight * product
    return strong_multiply(weight, product) if np.isnan(unwrap(plain)).any() else plain


def _shifted(x, first):
    """x, moved on by one along the last axis."""
    return np.concatenate([np.broadcast_to(first, (*x.shape[:-1], 1)), x[..., :-1]], axis=-1)


def _cumprod_jvp(dx, ans, x, axis):
    """y[k] = x[k] y[k-1], so dy[k] = x[k] dy[k-1] + y[k-1] dx[k]."""
    x, y, dx = (np.moveaxis(a, axis, -1) for a in (x, ans, dx))
    return np.moveaxis(_recurrence(x, _times(dx, _shifted(y, _one(y)))), -1, axis)


def _cumprod_vjp(ans, x, axis):
    """The same backwards: s[k] = x[k+1] s[k+1] + c[k], and the cotangent of x[k] is y[k-1] s[k]."""

    def pull(c):
        factors, y, c = (np.moveaxis(a, axis, -1) for a in (x, ans, c))
        factors = _shifted(np.flip(factors, -1), _one(factors))
        s = np.flip(_recurrence(factors, np.flip(c, -1)), -1)
        return np.moveaxis(_times(s, _shifted(y, _one(y))), -1, axis)

    return pull


def _one(x):
    return x.dtype.type(1)


_cumprod = general(np.cumprod, _cumprod_jvp, _cumprod_vjp)


@implements(np.cumprod)
def cumprod(x, axis=None, dtype=None, out=None):
    x, axis = _along(x, axis, dtype)
    return into(out, _cumprod(x, axis=axis))


# -- the same with the names of the array API standard -----------------------------------------------------------------


def _declare_cumulative(function, accumulate, neutral):
    @implements(function)
    def declared(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        if axis is None and len(shape_of(x)) > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0 if axis is None else axis
        accumulated = accumulate(x, axis=axis, dtype=dtype)
        if include_initial:
            first = np.full_like(unwrap(accumulated).take([0], axis=axis), neutral)
            accumulated = np.concatenate([first, accumulated], axis=axis)
        return into(out, accumulated)


for _function in newer("cumulative_sum"):
    _declare_cumulative(_function, np.cumsum, 0)
for _function in newer("cumulative_prod"):
    _declare_cumulative(_function, np.cumprod, 1)
