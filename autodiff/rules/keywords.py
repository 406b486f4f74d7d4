"""What NumPy's functions have in common: keywords, and that any array may be given as a list."""

import numpy as np

from ..errors import TracerConversionError
from ..tracer import Tracer, shape_of, unwrap

__all__ = ["as_array", "given", "into", "is_given", "masked_by", "newer"]


def as_array(x):
    """x as an array, where it is a list or a number."""
    return x if isinstance(x, Tracer) else np.asarray(x)


def is_given(value):
    """Whether a keyword was given: NumPy's own code passes `np._NoValue` on where it was not."""
    return value is not None and value is not np._NoValue


def given(**keywords):
    """Those keywords that were given."""
    return {name: value for name, value in keywords.items() if is_given(value)}


def masked_by(where):
    """A mask as a plain array, which has no derivative; True where there is none."""
    return unwrap(where) if is_given(where) else True


def into(out, result):
    """The result, written into `out` where that is given: into a traced array, since a plain one cannot hold it."""
    if out.__class__ is tuple:
        (out,) = out
    if out is None:
        return result
    if isinstance(result, Tracer) and not isinstance(out, Tracer):
        raise TracerConversionError.into_array(result)
    if shape_of(out) != shape_of(result):
        raise ValueError(f"out has shape {shape_of(out)}, but the result has shape {shape_of(result)}")
    out[...] = result
    return out


def newer(*names):
    """The functions of these names that NumPy has in the version installed."""
    return [getattr(np, name) for name in names if hasattr(np, name)]
