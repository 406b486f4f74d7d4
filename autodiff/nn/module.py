"""Modules: objects that hold arrays and compute with them, and that are trees like any other.

The parameters of a module are its attributes that are arrays of floats, and those of the modules it has as attributes,
in lists, tuples and dicts too. They are the leaves of the module as a tree, so

    loss, grads = ad.value_and_grad(lambda model: loss_of(model(x), y))(model)

differentiates with respect to all of them, and `grads` is a module of the same class that holds the gradients. All else
is constant in the tree and shared by the modules that are rebuilt from it: numbers, strings, functions, generators, and
two kinds of array, buffers (such as running means: `self.mean = nn.Buffer(...)`) and frozen parameters.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, Self

import numpy as np

from .. import nodes
from .errors import LoadError, ModelError
from .locating import locate
from .printing import shown
from .structure import kind_of
from .vocabulary import OF_MODULES, absent
from .walking import ArrayAt, Part, arrays_of, is_branch, modules_of

__all__ = ["Buffer", "Module"]


class _Computing(threading.local):
    """The modules whose forward is running, innermost last."""

    def __init__(self):
        self.modules: list = []


_computing = _Computing()


class Buffer:
    """Marks an array that belongs to a module but is no parameter: `self.mean = nn.Buffer(np.zeros(3))`.

    The attribute is the array itself. It is saved with the module, and nothing differentiates with respect to it.
    """

    def __init__(self, array: Any):
        self.array = np.asarray(array)


class Module(Part):
    """The base of all layers and models. A subclass sets attributes and defines `forward`; calling it runs that.

    >>> import numpy as np, autodiff as ad
    >>> from autodiff import nn
    >>> class Affine(nn.Module):
    ...     def __init__(self):
    ...         self.scale, self.shift = np.ones(2), np.zeros(2)
    ...     def forward(self, x):
    ...         return self.scale * x + self.shift
    >>> model = Affine()
    >>> grads = ad.grad(lambda m: (m(np.array([1.0, 2.0])) ** 2).sum())(model)
    >>> grads.scale, grads.shift
    (array([2., 8.]), array([2., 4.]))

    `forward` computes and returns. It sets no arrays as attributes, and raises ModelError where it tries: they would be
    parameters, and be gone where the model is differentiated. State is a `Buffer`, written in place; activations are
    looked at by `nn.capture`.
    """

    training: bool = True
    _watch: Any = None  # (watch, path): see `nn.watching`

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        nodes.kinds[cls] = kind_of(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        state = self.__dict__
        if any(module is self for module in _computing.modules) and state.get(name) is not value:
            _refuse_to_keep(self, name, value)
        if value.__class__ is Buffer:
            state[name] = value.array
            if name not in self._buffers:
                state["_buffers"] = (*self._buffers, name)
        else:
            state[name] = value
        state.pop("_children", None)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self.__dict__.pop("_children", None)
        for marks in ("_buffers", "_frozen"):
            if name in getattr(self, marks):
                self.__dict__[marks] = tuple(n for n in getattr(self, marks) if n != name)

    def __getattr__(self, name: str) -> Any:
        raise absent(f"{type(self).__name__}", name, OF_MODULES)

    # -- computing -----------------------------------------------------------------------------------------------------

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        raise NotImplementedError(f"{name} must define forward(self, ...), which computes what {name}(...) returns")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        running = _computing.modules
        running.append(self)
        try:
            if self._watch is None:
                return self.forward(*args, **kwargs)
            watch, path = self._watch
            watch.before(path, self, args)
            return watch.after(path, self, args, self.forward(*args, **kwargs))
        except Exception as error:
            locate(error, self, args)
            raise
        finally:
            running.pop()

    # -- what it is made of --------------------------------------------------------------------------------------------

    def named_arrays(self) -> list[ArrayAt]:
        """All arrays: parameters, frozen parameters and buffers, with paths as PyTorch writes them.

        Raises ModelError where one array or module is in two places: gradients would treat it as two.
        """
        found = list(arrays_of(self))
        places: dict[int, str] = {}
        for at in found:
            if isinstance(at.array, np.ndarray) and not (at.array.base is not None and at.array.strides.count(0)):
                first = places.setdefault(id(at.array), at.path)
                if first != at.path:
                    raise ModelError(
                        f"{first} and {at.path} are one array: as leaves of a tree they would be trained apart. "
                        "Keep it in one place and use it twice in forward, or copy it"
                    )
        return found

    def named_parameters(self) -> dict[str, np.ndarray]:
        """The parameters that are trained, by path.

        >>> from autodiff import nn
        >>> [(path, p.shape) for path, p in nn.Sequential(nn.Linear(3, 2, rng=0)).named_parameters().items()]
        [('0.weight', (2, 3)), ('0.bias', (2,))]
        """
        return {at.path: at.array for at in self.named_arrays() if at.kind == "parameter"}

    def named_buffers(self) -> dict[str, np.ndarray]:
        """The arrays that belong to the model but are no parameters, by path."""
        return {at.path: at.array for at in self.named_arrays() if at.kind == "buffer"}

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module, with the path "", and all modules in it, parents first."""
        return modules_of(self)

    @property
    def num_parameters(self) -> int:
        """How many numbers are trained or frozen; buffers do not count."""
        return sum(int(np.size(at.array)) for at in arrays_of(self) if at.kind != "buffer")

    # -- modes ---------------------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Puts this module and all in it into training mode, which dropout and batch normalisation look at."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Puts this module and all in it into evaluation mode."""
        return self.train(False)

    @contextmanager
    def eval_mode(self) -> Iterator[Self]:
        """Evaluation mode for the time of a `with` block; then each module is as it was."""
        before = [(module, module.training) for _, module in self.named_modules()]
        try:
            yield self.eval()
        finally:
            for module, mode in before:
                module.training = mode

    def freeze(self, pattern: str = "*") -> Self:
        """Takes the parameters whose path matches (wildcards of a shell) out of the tree: they are not trained.

        Raises ModelError where none does.

        >>> from autodiff import nn
        >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.Linear(2, 1, rng=0)).freeze("0.*")
        >>> list(model.named_parameters())
        ['1.weight', '1.bias']
        """
        return self._mark_frozen(pattern, "parameter", lambda names, name: (*names, name))

    def unfreeze(self, pattern: str = "*") -> Self:
        """Puts frozen parameters back among the trained ones. Raises ModelError where none matches."""
        return self._mark_frozen(pattern, "frozen", lambda names, name: tuple(n for n in names if n != name))

    def _mark_frozen(self, pattern, kind, change):
        candidates = [at for at in self.named_arrays() if at.kind == kind]
        chosen = [at for at in candidates if fnmatchcase(at.path, pattern)]
        if not chosen and not (pattern == "*" and kind == "frozen"):
            raise ModelError(
                f"no {kind} matches {pattern!r}; there are {', '.join(at.path for at in candidates) or 'none'}"
            )
        for at in chosen:
            names = at.owner._frozen
            if (kind == "frozen") == (at.name in names):
                at.owner._frozen = change(names, at.name)
        return self

    def astype(self, dtype: Any) -> Self:
        """A copy whose arrays of floats, buffers and frozen ones included, have another dtype.

        >>> from autodiff import nn
        >>> nn.Linear(3, 2, rng=0).astype(np.float64).weight.dtype
        dtype('float64')
        """
        twin = copy.deepcopy(self)
        for at in twin.named_arrays():
            if at.array.dtype.kind == np.dtype(dtype).kind:
                at.put(at.array.astype(dtype))
        return twin

    # -- in and out ----------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, np.ndarray]:
        """All arrays by path, copied; with the names and layouts of PyTorch where it has the layer."""
        return {path: np.array(array) for at in self.named_arrays() for path, array in at.owner.exported(at)}

    def load_state_dict(self, state: dict[str, Any], strict: bool = True) -> Self:
        """Writes arrays into this module, by path; a state dict of PyTorch will do.

        strict  whether every array must be there, and nothing else

        The dtypes stay those of this module. Raises LoadError, before anything is written, where names or shapes
        differ.
        """
        written, missing, wrong = [], [], []
        unused = dict(state)
        for at in self.named_arrays():
            found = at.owner.imported(at, unused)
            if found is None:
                missing.append(at.path)
            elif np.shape(found) != at.array.shape:
                wrong.append(f"{at.path} has shape {at.array.shape}, not {np.shape(found)}")
            else:
                written.append((at, found))
        if wrong or (strict and (missing or unused)):
            raise LoadError(
                f"the state does not fit this {type(self).__name__}: "
                + "; ".join(
                    wrong + [f"{path} is missing" for path in missing] + [f"{path} is unknown" for path in unused]
                )
                + ("" if wrong else ". strict=False loads what fits")
            )
        for at, array in written:
            at.write(array)
        return self

    def exported(self, at: ArrayAt) -> list[tuple[str, np.ndarray]]:
        """What one of its own arrays is called and how it is laid out in a state dict, for layers that differ there."""
        return [(at.path, at.array)]

    def imported(self, at: ArrayAt, state: dict[str, Any]) -> Any:
        """The array for one of its own out of a state dict, from which it is taken; None where it is not there."""
        found = state.pop(at.path, None)
        return None if found is None else np.asarray(found)

    # -- printing ------------------------------------------------------------------------------------------------------

    def options(self) -> str:
        """The arguments that made it, as its line in the printed model shows them."""
        return ""

    def __repr__(self) -> str:
        return shown(self)


def _refuse_to_keep(module, name, value):
    """Raises ModelError for an attribute that is set in forward and belongs to the tree."""
    if value.__class__ is Buffer or is_branch(value):
        raise ModelError(
            f"forward of {type(module).__name__} sets self.{name}: it would be a parameter from then on, and be lost "
            "where the model is differentiated. Return it; or look at it by nn.capture; or, where it is state, set "
            f"self.{name} = nn.Buffer(...) in __init__ and write self.{name}[...] = ad.stop_gradient(...) in forward"
        )
