"""np.pad: along one axis after the other, what lies before and what lies after the array is made and joined to it."""

from operator import index

import numpy as np

from ..errors import UnsupportedError
from ..primitive import Linear
from ..tracer import Tracer, implements, unwrap

# -- modes: (x, axis, before, after, options) -> the two pads, of these widths -----------------------------------------


def _along(x, axis, entries):
    return x[(*(slice(None),) * axis, entries)]


def _repeated(x, axis, width):
    """x, of length one along the axis, made as long as this."""
    return np.broadcast_to(x, (*x.shape[:axis], width, *x.shape[axis + 1 :]))


def _constant(x, axis, widths, constant_values):
    row = _along(x, axis, slice(0, 1)).shape
    shape = (*row[:axis], 1, *row[axis + 1 :])
    ends = (np.broadcast_to(value, shape).astype(x.dtype) for value in constant_values)
    return [_repeated(end, axis, width) for end, width in zip(ends, widths, strict=True)]


def _mirrored(mode):
    """The modes that continue the array by entries of its own."""

    def pads(x, axis, widths, reflect_type="even"):
        n = x.shape[axis]
        entries = np.pad(np.arange(n), widths, mode)
        inner = [_along(x, axis, part) for part in (entries[: widths[0]], entries[widths[0] + n :])]
        if reflect_type == "even":
            return inner
        if reflect_type != "odd":
            raise ValueError(f"reflect_type is 'even' or 'odd', not {reflect_type!r}")
        if max(widths) > (n - 1 if mode == "reflect" else n):
            raise UnsupportedError.keyword("np.pad", "reflect_type='odd' with more padding than there are entries")
        return [2 * edge - part for edge, part in zip(_edges(x, axis), inner, strict=True)]

    return pads


def _edges(x, axis):
    return _along(x, axis, slice(0, 1)), _along(x, axis, slice(-1, None))


def _linear_ramp(x, axis, widths, end_values):
    pads = []
    for edge, end, width, outwards in zip(_edges(x, axis), end_values, widths, (-1, 1), strict=True):
        step = (np.arange(width, 0, -1) if outwards < 0 else np.arange(1, width + 1)) / max(width, 1)
        step = np.reshape(step, (-1, *(1 for _ in x.shape[axis + 1 :]))).astype(x.real.dtype)
        pads.append((edge + (end - edge) * step).astype(x.dtype))
    return pads


def _statistic(function):
    """The modes that continue the array by a statistic of the entries at its end."""

    def pads(x, axis, widths, stat_length):
        n = x.shape[axis]
        first, last = (n if length is None else min(int(length), n) for length in stat_length)
        if min(first, last) < 1:
            raise ValueError("stat_length of 0 yields no value for padding")
        ends = (_along(x, axis, slice(0, first)), _along(x, axis, slice(n - last, n)))
        values = (function(end, axis=axis, keepdims=True) for end in ends)
        return [_repeated(value, axis, width) for value, width in zip(values, widths, strict=True)]

    return pads


_MODES = {
    "constant": (_constant, "constant_values", 0),
    "edge": (_mirrored("edge"), None, None),
    "wrap": (_mirrored("wrap"), None, None),
    "reflect": (_mirrored("reflect"), "reflect_type", "even"),
    "symmetric": (_mirrored("symmetric"), "reflect_type", "even"),
    "linear_ramp": (_linear_ramp, "end_values", 0),
    "maximum": (_statistic(np.max), "stat_length", None),
    "minimum": (_statistic(np.min), "stat_length", None),
    "mean": (_statistic(np.mean), "stat_length", None),
    "median": (_statistic(np.median), "stat_length", None),
}

# -- np.pad ------------------------------------------------------------------------------------------------------------

_pad_with_zeros = Linear(
    lambda x, widths: np.pad(x, widths),
    (lambda c, x, widths: c[tuple(slice(b, b + n) for (b, _), n in zip(widths, x.shape, strict=True))],),
    name="pad",
)


@implements(np.pad)
def pad(x, pad_width, mode="constant", **options):
    if callable(mode):
        raise UnsupportedError.keyword("np.pad", "a function as mode writes to the array in place")
    if mode == "empty":
        raise UnsupportedError.keyword("np.pad", "mode='empty' leaves entries undefined")
    if mode not in _MODES:
        raise ValueError(f"mode '{mode}' is not supported")
    pads_of, option, default = _MODES[mode]
    if set(options) - {option}:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {set(options) - {option}}")
    value = options.get(option, default)
    widths = [(index(before), index(after)) for before, after in _pairs(_by_axis(unwrap(pad_width), x.ndim), x.ndim)]
    if min((min(pair) for pair in widths), default=0) < 0:
        raise ValueError("index can't contain negative values")
    if mode == "constant" and not isinstance(value, Tracer | tuple | list) and np.all(np.equal(value, 0)):
        return _pad_with_zeros(x, tuple(widths))
    if not any(map(any, widths)):
        return x.copy()
    values = [value] * x.ndim if option in (None, "reflect_type") else _pairs(value, x.ndim)
    for axis, (pair, value) in enumerate(zip(widths, values, strict=True)):
        if pair != (0, 0):
            if x.shape[axis] == 0 and mode != "constant":
                raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
            before, after = pads_of(x, axis, pair, *([] if option is None else [value]))
            x = np.concatenate([before, x, after], axis=axis)
    return x


def _by_axis(widths, ndim):
    """Widths for some axes only, {axis: width}, as widths for all."""
    if not isinstance(widths, dict):
        return widths
    pairs = [(0, 0)] * ndim
    for axis, width in widths.items():
        pairs[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
    return pairs


def _pairs(value, ndim):
    """(before, after) for each axis, from any of v, (v,), (before, after), ((before, after),) and one for each axis."""
    rows = value.tolist() if isinstance(value, np.ndarray) else value
    if _is_one(rows):
        return [(rows, rows)] * ndim
    if all(_is_one(row) for row in rows):
        return [_pair(rows)] * ndim
    pairs = [_pair(row) for row in rows]
    if len(pairs) not in (1, ndim):
        raise ValueError(f"there are {len(pairs)} pairs (before, after) for {ndim} axes")
    return pairs * ndim if len(pairs) == 1 else pairs


def _is_one(value):
    return not isinstance(value, list | tuple)


def _pair(row):
    if _is_one(row):
        return (row, row)
    if len(row) not in (1, 2):
        raise ValueError(f"{row!r} is not a pair (before, after)")
    return (row[0], row[-1])
