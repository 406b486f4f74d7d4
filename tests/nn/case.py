"""One case of the harness that every layer goes through: how to make the layer, and what it takes and gives."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A layer with options.

    name        unique; by convention the class and what is special: "Conv2d(groups=2)"
    make        (rng, dtype) -> the module
    inputs      shapes of the arguments, batch first; or functions (rng, dtype) -> argument, for masks and indices
    output      shape of the result; of several results, a list of shapes
    parameters  how many numbers it trains
    random      whether its result in training mode is random
    batched     whether the first axis of every input of the first kind is a batch axis that may be empty
    smooth      whether finite differences may be taken at random points (False: ties and kinks are likely there)
    order       up to which order derivatives are checked
    arguments   further keyword arguments of the call
    """

    name: str
    make: Callable[[np.random.Generator, Any], Any]
    inputs: tuple = ()
    output: Any = ()
    parameters: int = 0
    random: bool = False
    batched: bool = True
    smooth: bool = True
    order: int = 2
    arguments: dict = field(default_factory=dict)

    def drawn(self, rng, dtype, batch=None):
        """The arguments: numbers away from 0, where many activations have their kinks."""
        drawn = []
        for spec in self.inputs:
            if callable(spec):
                drawn.append(spec(rng, dtype))
            else:
                shape = tuple(spec) if batch is None else (batch, *spec[1:])
                x = rng.uniform(0.1, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
                drawn.append(x.astype(dtype))
        return drawn


def all_cases() -> list[Case]:
    """The cases of all files in tests/nn/cases."""
    from tests.nn import cases

    found = []
    for info in pkgutil.iter_modules(cases.__path__):
        found += importlib.import_module(f"{cases.__name__}.{info.name}").CASES
    return found
