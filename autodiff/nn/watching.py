"""Looking at a model while it computes: what goes into each layer and what comes out.

A model is not changed for that. `watched(model, watch)` is a copy that shares all arrays with it, and whose modules
tell the watch of each call; the model itself knows nothing of it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from .. import tree
from ..arguments import require_scalar
from ..transforms import stop_gradient, vjp
from .errors import ModelError

__all__ = ["Watch", "activation_gradients", "capture", "watched"]


class Watch:
    """What is told of the calls of the modules of a model. A subclass overrides what it wants to know."""

    def before(self, path: str, module: Any, args: tuple) -> None:
        """A module is about to compute with args."""

    def after(self, path: str, module: Any, args: tuple, out: Any) -> Any:
        """It has computed out. What is returned takes the place of out."""
        return out


def watched(model: Any, watch: Watch) -> Any:
    """A copy of a model that shares its arrays, and whose modules tell `watch` of each of their calls.

    >>> import numpy as np
    >>> from autodiff import nn
    >>> class Shapes(Watch):
    ...     def after(self, path, module, args, out):
    ...         print(path or "model", out.shape)
    ...         return out
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU())
    >>> _ = watched(model, Shapes())(np.zeros((5, 3), np.float32))
    0 (5, 2)
    1 (5, 2)
    model (5, 2)
    """
    leaves, structure = tree.flatten(model)
    twin = tree.unflatten(structure, leaves)
    twin.__dict__["_watch"] = (watch, "")
    for path, module in twin.named_modules():
        module.__dict__["_watch"] = (watch, path)
    return twin


class _Kept(Watch):
    def __init__(self, where):
        self.where, self.found, self.met = where, {}, []

    def after(self, path, module, args, out):
        self.met.append(path)
        if fnmatchcase(path, self.where):
            name = path
            count = 1
            while name in self.found:  # a module that is called several times
                count += 1
                name = f"{path}#{count}"
            self.found[name] = stop_gradient(out)
        return out


def capture(model: Any, *args: Any, where: str = "*", **kwargs: Any) -> dict[str, Any]:
    """The results of the modules of a model on one input, by path; "" is the model itself.

    where  of which modules, a pattern with the wildcards of a shell

    A module that is called again has its later results under "path#2" and so on. Raises ModelError where no module that
    was called matches.

    >>> import numpy as np
    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU())
    >>> {path: y.shape for path, y in capture(model, np.zeros((5, 3), np.float32)).items()}
    {'0': (5, 2), '1': (5, 2), '': (5, 2)}
    """
    kept = _Kept(where)
    watched(model, kept)(*args, **kwargs)
    if not kept.found:
        raise ModelError(f"no module matches {where!r}; there are {', '.join(map(repr, dict.fromkeys(kept.met)))}")
    return kept.found


class _Shifted(Watch):
    """Adds a given array to each result: the derivative with respect to it is that with respect to the result."""

    def __init__(self, shifts):
        self.shifts = shifts

    def after(self, path, module, args, out):
        return out + self.shifts[path] if path in self.shifts else out


def activation_gradients(f: Any, model: Any, *args: Any, where: str = "*") -> dict[str, tuple[Any, Any]]:
    """(activation, gradient of f(model(*args)) with respect to it) of the modules of a model, by path.

    f  of the result of the model, a scalar

    Modules that are called twice, or give something other than one array, are left out. Raises NonScalarOutputError
    where f is not scalar.

    >>> import numpy as np
    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU())
    >>> found = activation_gradients(lambda y: (2 * y).sum(), model, np.ones((1, 3), np.float32), where="1")
    >>> found["1"][1]
    array([[2., 2.]], dtype=float32)
    """
    found = capture(model, *args, where=where)
    single = {path: y for path, y in found.items() if f"{path}#2" not in found and "#" not in path}
    activations = {path: y for path, y in single.items() if hasattr(y, "dtype") and y.dtype.kind == "f"}
    zeros = {path: y * 0 for path, y in activations.items()}
    value, pullback = vjp(lambda shifts: f(watched(model, _Shifted(shifts))(*args)), zeros)
    require_scalar(value, "activation_gradients")
    (gradients,) = pullback(value * 0 + 1)
    return {path: (activations[path], gradients[path]) for path in activations}
