"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..errors import ModelError
from ..module import Module

__all__ = ["Lambda", "ModuleDict", "ModuleList", "Parallel", "Sequential", "Skip"]


class _Listed(Module):
    """Modules in a list; their paths are their numbers."""

    _transparent = "layers"

    def __init__(self, layers: Iterable[Any]):
        self.layers: list[Any] = [self._checked(k, layer) for k, layer in enumerate(layers)]

    def _checked(self, k: int, layer: Any) -> Any:
        if not callable(layer):
            hint = f"; unpack it: {type(self).__name__}(*layers)" if isinstance(layer, list | tuple | dict) else ""
            raise ModelError(
                f"{type(self).__name__} is made of modules and functions, but number {k} is {layer!r}{hint}"
            )
        return layer

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __getitem__(self, index: int | slice) -> Any:
        return type(self)(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __setitem__(self, index: int, layer: Any) -> None:
        self.layers[index] = self._checked(index, layer)

    def __delitem__(self, index: int | slice) -> None:
        del self.layers[index]

    def append(self, layer: Any) -> None:
        self.insert(len(self.layers), layer)

    def extend(self, layers: Iterable[Any]) -> None:
        for layer in layers:
            self.append(layer)

    def insert(self, index: int, layer: Any) -> None:
        self.layers.insert(index, self._checked(index, layer))


class Sequential(_Listed):
    """One module after the other: y = f_L(... f₂(f₁(x))).

    layers  modules, or functions of an array

    >>> import numpy as np
    >>> from autodiff import nn
    >>> rng = np.random.default_rng(0)
    >>> nn.Sequential(nn.Linear(784, 128, rng=rng), nn.ReLU(), nn.Linear(128, 10, rng=rng))
    Sequential(
      0: Linear(784, 128)    # 100,480
      1: ReLU()
      2: Linear(128, 10)     # 1,290
    )
    101,770 parameters
    """

    def __init__(self, *layers: Any):
        super().__init__(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class ModuleList(_Listed):
    """A list of modules, to be called by the module that has it. A plain list serves as well."""

    def __init__(self, *layers: Any):
        given: Any = layers[0] if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers
        super().__init__(given)

    def forward(self, *args: Any) -> Any:
        raise ModelError("a ModuleList only keeps modules: call them one by one in forward, or make it a Sequential")


class ModuleDict(Module):
    """Modules by name, to be called by the module that has them. A plain dict serves as well."""

    _transparent = "layers"

    def __init__(self, layers: dict[str, Any]):
        self.layers = dict(layers)

    def __getitem__(self, name: str) -> Any:
        return self.layers[name]

    def __setitem__(self, name: str, layer: Any) -> None:
        self.layers[name] = layer

    def __delitem__(self, name: str) -> None:
        del self.layers[name]

    def __contains__(self, name: str) -> bool:
        return name in self.layers

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self.layers)

    def keys(self) -> Any:
        return self.layers.keys()

    def values(self) -> Any:
        return self.layers.values()

    def items(self) -> Any:
        return self.layers.items()

    def forward(self, *args: Any) -> Any:
        raise ModelError("a ModuleDict has no order to compute in: call its modules, self.layers[name](x), in forward")


class Parallel(_Listed):
    """y = combine(f₁(x), ..., f_n(x)): branches of one input.

    combine  a function of the list of results; by default they are concatenated along `axis`

    >>> import numpy as np
    >>> from autodiff import nn
    >>> nn.Parallel(lambda x: x, lambda x: 2 * x, axis=-1)(np.ones((1, 2)))
    array([[1., 1., 2., 2.]])
    """

    def __init__(self, *layers: Any, combine: Callable[[list], Any] | None = None, axis: int = 1):
        super().__init__(layers)
        self.combine, self.axis = combine, axis

    def forward(self, x: Any) -> Any:
        results = [layer(x) for layer in self.layers]
        return np.concatenate(results, axis=self.axis) if self.combine is None else self.combine(results)


class Skip(Module):
    """y = combine(f(x), x), by default the sum: a residual connection.

    shortcut  a module for the second argument, such as a 1×1 convolution where f changes the shape

    >>> Skip(lambda x: 10 * x)(1.0)
    11.0
    """

    def __init__(self, layer: Any, combine: Callable[[Any, Any], Any] | None = None, shortcut: Any = None):
        self.layer, self.combine, self.shortcut = layer, combine, shortcut

    def forward(self, x: Any) -> Any:
        y = self.layer(x)
        passed = x if self.shortcut is None else self.shortcut(x)
        return y + passed if self.combine is None else self.combine(y, passed)


class Lambda(Module):
    """y = f(x), for a function without parameters.

    >>> Lambda(abs)(-1.0)
    1.0
    """

    def __init__(self, function: Callable):
        self.function = function

    def forward(self, *args: Any) -> Any:
        return self.function(*args)

    def options(self) -> str:
        return getattr(self.function, "__name__", repr(self.function))
