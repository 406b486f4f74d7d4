"""Where the random numbers of a network come from: generators that are passed in, and one that draws nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["SHAPES_ONLY", "ShapesOnly", "draw", "generator", "stand_in"]


def stand_in(shape: tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    """A read-only array of zeros that takes the memory of one, whatever its shape.

    >>> stand_in((1000, 1000, 1000)).base.nbytes
    4
    """
    return np.broadcast_to(np.zeros((), dtype), shape)


class ShapesOnly:
    """In place of a generator: what is initialised with it has a shape, and no numbers to take memory.

    Its draws are stand-ins, arrays of zeros whose entries all share one place in memory. `nn.summary` of a model that
    is built so costs neither time nor memory, whatever the size of the model. Such a model can't be trained.

    >>> from autodiff import nn
    >>> nn.Linear(100_000, 100_000, rng=nn.SHAPES_ONLY).num_parameters
    10000100000
    """

    def spawn(self, count: int) -> list[ShapesOnly]:
        return [self] * count

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return "nn.SHAPES_ONLY"


SHAPES_ONLY = ShapesOnly()


def generator(rng: Any) -> Any:
    """A generator of one's own: a child of `rng`, so that what one layer draws does not shift what others draw.

    rng  a np.random.Generator, an int as the seed of one, `SHAPES_ONLY`, or None for fresh entropy from the system:
         two runs then differ

    Raises TypeError for anything else.
    """
    if isinstance(rng, np.random.Generator | ShapesOnly):
        return rng.spawn(1)[0]
    if rng is None or (isinstance(rng, int | np.integer) and not isinstance(rng, bool)):
        return np.random.default_rng(rng)
    raise TypeError(f"rng is a numpy.random.Generator or a seed, such as np.random.default_rng(0), not {rng!r}")


def draw(rng: Any, how: str, shape: tuple[int, ...], dtype: Any, *parameters: float) -> np.ndarray:
    """rng.<how>(*parameters, shape) in a dtype; a stand-in where nothing is to be drawn.

    float32 is drawn as float32 where the generator can: half the time, and other numbers than those of float64.
    """
    if isinstance(rng, ShapesOnly):
        return stand_in(shape, dtype)
    dtype = np.dtype(dtype)
    if how == "normal":
        mean, std = parameters
        x = rng.standard_normal(shape, dtype if dtype.itemsize in (4, 8) else np.float64)
        return np.asarray(x * std + mean, dtype)
    if how == "uniform":
        low, high = parameters
        x = rng.random(shape, dtype if dtype.itemsize in (4, 8) else np.float64)
        return np.asarray(low + (high - low) * x, dtype)
    raise ValueError(f"there is no draw {how!r}: it is 'normal' (mean, std) or 'uniform' (low, high)")
