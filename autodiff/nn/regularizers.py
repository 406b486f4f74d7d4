"""Regularisers: what is added to a loss so that weights, or activations, stay small, sparse or orthogonal.

Each is a function of a model, inside of the function that is differentiated:

    loss = lambda model: nn.losses.cross_entropy(model(x), y) + nn.regularizers.l2(model, 1e-4)

`where` says which parameters, by path, with the wildcards of a shell; frozen ones never count. Of those, arrays with
fewer than `min_axes` axes are left out: by default scales and shifts of normalisations, and biases.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from ..errors import InputError
from ..tracer import shape_of
from .errors import ModelError
from .watching import Watch, watched

__all__ = ["activity", "activity_l1", "activity_l2", "elastic", "l1", "l2", "orthogonal", "spectral"]


def _weights(model, where, min_axes):
    """The parameters that are meant. Raises ModelError where there is none."""
    candidates = [at for at in model.named_arrays() if at.kind == "parameter"]
    chosen = [at.array for at in candidates if fnmatchcase(at.path, where) and len(shape_of(at.array)) >= min_axes]
    if not chosen:
        paths = ", ".join(f"{at.path} {shape_of(at.array)}" for at in candidates) or "none"
        raise ModelError(f"no parameter of {min_axes} axes or more matches {where!r}; there are {paths}")
    return chosen


def _total(strength, model, where, min_axes, penalty):
    if not strength >= 0:
        raise InputError(f"the strength of a regulariser is 0 or more, not {strength}")
    parts = [penalty(w) for w in _weights(model, where, min_axes)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return strength * total


def l1(model: Any, strength: float, where: str = "*weight", *, min_axes: int = 2) -> Any:
    """λ Σ |w|: makes weights exactly zero, where a proximal step is taken (`optim` has it), or nearly.

    model     any
    strength  λ

    Raises ModelError where no parameter matches.

    >>> from autodiff import nn
    >>> model = nn.initialize(nn.Linear(3, 2, rng=0), nn.init.constant, value=-2.0)
    >>> float(l1(model, 0.5))
    6.0
    """
    return _total(strength, model, where, min_axes, lambda w: np.sum(np.abs(w)))


def l2(model: Any, strength: float, where: str = "*weight", *, min_axes: int = 2) -> Any:
    """λ Σ w²: its gradient is 2 λ w, that of a weight decay of 2 λ in gradient descent. Arguments as of `l1`.

    >>> from autodiff import nn
    >>> model = nn.initialize(nn.Linear(3, 2, rng=0), nn.init.constant, value=-2.0)
    >>> float(l2(model, 0.5))
    12.0
    """
    return _total(strength, model, where, min_axes, lambda w: np.sum(np.square(w)))


def elastic(model: Any, l1: float, l2: float, where: str = "*weight", *, min_axes: int = 2) -> Any:
    """λ₁ Σ |w| + λ₂ Σ w²: the elastic net (Zou and Hastie 2005). Other arguments as of `l1`.

    >>> from autodiff import nn
    >>> model = nn.initialize(nn.Linear(3, 2, rng=0), nn.init.constant, value=-2.0)
    >>> float(elastic(model, 0.5, 0.5))
    18.0
    """
    if l1 < 0 or l2 < 0:
        raise InputError(f"the strengths of a regulariser are 0 or more, not {l1} and {l2}")
    return _total(1.0, model, where, min_axes, lambda w: l1 * np.sum(np.abs(w)) + l2 * np.sum(np.square(w)))


def orthogonal(
    model: Any, strength: float, where: str = "*weight", *, diagonal: bool = False, min_axes: int = 2
) -> Any:
    """β Σ ‖W Wᵀ ⊙ (1 - I)‖²: the filters of a layer, rows of W (out, in · kernel), are drawn to be orthogonal.

    diagonal  also to be of length 1: β Σ ‖W Wᵀ - I‖²

    Other arguments as of `l1`. Source: Brock, Donahue and Simonyan 2019 (BigGAN), equation 3, β = 1e-4; they found
    lengths left free to be better (Brock et al. 2017 have the diagonal).

    >>> from autodiff import nn
    >>> model = nn.initialize(nn.Linear(3, 2, rng=0), nn.init.identity, gain=3.0)
    >>> float(orthogonal(model, 1.0)), float(orthogonal(model, 1.0, diagonal=True))
    (0.0, 128.0)
    """
    _require_matrices(min_axes)

    def penalty(w):
        rows = np.reshape(w, (shape_of(w)[0], -1))
        gram = rows @ np.swapaxes(rows, 0, 1)
        unit = np.eye(shape_of(w)[0], dtype=bool)
        return np.sum(np.square(gram - unit if diagonal else np.where(unit, 0, gram)))

    return _total(strength, model, where, min_axes, penalty)


def spectral(model: Any, strength: float, where: str = "*weight", *, min_axes: int = 2) -> Any:
    """λ/2 Σ σ(W)², σ the largest singular value of W (out, in · kernel): the layer's gain.

    Arguments as of `l1`. Source: Yoshida and Miyato 2017. Exact, by a singular value decomposition.

    >>> from autodiff import nn
    >>> model = nn.initialize(nn.Linear(3, 2, rng=0), nn.init.identity, gain=3.0)
    >>> float(spectral(model, 1.0))
    4.5
    """
    _require_matrices(min_axes)

    def penalty(w):
        return np.square(np.linalg.norm(np.reshape(w, (shape_of(w)[0], -1)), 2))

    return _total(strength / 2, model, where, min_axes, penalty)


def _require_matrices(min_axes):
    if min_axes < 2:
        raise InputError("this regulariser is one of matrices: min_axes is 2 or more")


class _Activity(Watch):
    def __init__(self, where, penalty):
        self.where, self.penalty, self.total, self.met = where, penalty, None, []

    def after(self, path, module, args, out):
        self.met.append(path)
        if fnmatchcase(path, self.where):
            part = self.penalty(out)
            self.total = part if self.total is None else self.total + part
        return out


def activity(model: Any, *args: Any, penalty: Callable[[Any], Any], where: str = "*") -> tuple[Any, Any]:
    """(model(*args), Σ penalty(activation)) over the modules whose path matches: the model runs once for both.

    penalty  a function of the result of a module, to a number

    Raises ModelError where no module that was called matches.

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU())
    >>> y, silence = activity(model, np.ones((4, 3), np.float32), penalty=lambda a: np.mean(a > 0), where="1")
    >>> y.shape, 0 <= silence <= 1
    ((4, 2), np.True_)
    """
    watch = _Activity(where, penalty)
    out = watched(model, watch)(*args)
    if watch.total is None:
        raise ModelError(f"no module matches {where!r}; there are {', '.join(map(repr, dict.fromkeys(watch.met)))}")
    return out, watch.total


def _per_sample(values):
    shape = shape_of(values)
    return np.sum(values) / (shape[0] if shape and shape[0] else 1)


def activity_l1(model: Any, *args: Any, strength: float, where: str = "*") -> tuple[Any, Any]:
    """(model(*args), λ Σ |a|) of activations a, summed over a sample and averaged over the batch: for sparse codes.

    Other arguments as of `activity`.

    >>> from autodiff import nn
    >>> y, penalty = activity_l1(nn.Sequential(nn.Identity()), np.full((2, 3), -1.0), strength=0.5, where="0")
    >>> float(penalty)
    1.5
    """
    return activity(model, *args, penalty=lambda a: strength * _per_sample(np.abs(a)), where=where)


def activity_l2(model: Any, *args: Any, strength: float, where: str = "*") -> tuple[Any, Any]:
    """(model(*args), λ Σ a²) of activations a, summed over a sample and averaged over the batch.

    Other arguments as of `activity`.

    >>> from autodiff import nn
    >>> y, penalty = activity_l2(nn.Sequential(nn.Identity()), np.full((2, 3), -2.0), strength=0.5, where="0")
    >>> float(penalty)
    6.0
    """
    return activity(model, *args, penalty=lambda a: strength * _per_sample(np.square(a)), where=where)
