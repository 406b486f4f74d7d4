"""Initialisation of a whole model: by a rule for its arrays, or by what its layers give."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from ..errors import ModelError
from ..random import ShapesOnly, generator
from ..walking import children_of
from ..watching import Watch, watched
from .structured import orthogonal

__all__ = ["activation_std", "initialize", "lsuv"]


def initialize(
    model: Any, rule: Callable, where: str = "*weight", *, rng: Any = None, min_axes: int = 2, **options: Any
) -> Any:
    """Draws the parameters of a model anew: each that matches becomes rule(rng, its shape, its dtype, **options).

    rule      such as `init.he_normal`
    where     which, by path, with the wildcards of a shell
    rng       a np.random.Generator, a seed, or None; each array gets a child of it
    min_axes  arrays with fewer axes are left out: by default the scales and shifts of normalisations, which the rules
              for weights do not fit. 0 or 1 to mean them too

    The model is changed, and returned. Raises ModelError where no parameter matches.

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU(), nn.Linear(2, 1, rng=1))
    >>> _ = nn.initialize(model, nn.init.constant, "*.bias", min_axes=1, value=0.5)
    >>> nn.initialize(model, nn.init.orthogonal, rng=0)[0].bias
    array([0.5, 0.5], dtype=float32)
    """
    candidates = [at for at in model.named_arrays() if at.kind != "buffer"]
    chosen = [at for at in candidates if fnmatchcase(at.path, where) and np.ndim(at.array) >= min_axes]
    if not chosen:
        paths = ", ".join(f"{at.path} {at.array.shape}" for at in candidates) or "none"
        raise ModelError(f"no parameter of {min_axes} axes or more matches {where!r}; there are {paths}")
    rng = generator(rng)
    for at, child in zip(chosen, rng.spawn(len(chosen)), strict=True):
        at.put(rule(child, at.array.shape, at.array.dtype, **options))
    return model


class _Deviations(Watch):
    def __init__(self):
        self.found = {}

    def after(self, path, module, args, out):
        if _is_floating(out) and not list(children_of(module)):
            self.found[path] = float(np.std(out, dtype=np.float64))
        return out


def _is_floating(out):
    return isinstance(out, np.ndarray) and out.dtype.kind == "f"


def activation_std(model: Any, x: Any) -> dict[str, float]:
    """The standard deviation of what each layer gives for x, over all its entries, by path in the order of the calls.

    Only of layers that have no layers in them. Of one that is called twice, the later. A depth in which these grow or
    fall like powers is one in which gradients do.

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(100, 100, rng=0), nn.ReLU())
    >>> activation_std(model, np.random.default_rng(0).standard_normal((50, 100))).keys()
    dict_keys(['0', '1'])
    """
    deviations = _Deviations()
    watched(model, deviations)(x)
    return deviations.found


class _UnitVariance(Watch):
    """Scales the weight of a layer as soon as it has computed, until its results have variance 1."""

    def __init__(self, tolerance, max_iterations):
        self.tolerance, self.max_iterations = tolerance, max_iterations
        self.done = set()

    def after(self, path, module, args, out):
        weight = module.__dict__.get("weight")
        if not (_is_weight(weight) and _is_floating(out)) or path in self.done:
            return out
        self.done.add(path)
        for _ in range(self.max_iterations):
            variance = float(np.var(out, dtype=np.float64))
            if abs(variance - 1) < self.tolerance:
                break
            if not 0 < variance < np.inf:
                raise ModelError(
                    f"lsuv: {path or 'the model'} gives values of variance {variance}, which no scale of its weight "
                    "mends; look at its input"
                )
            weight /= np.sqrt(variance)
            out = module.forward(*args)
        return out


def _is_weight(array):
    return isinstance(array, np.ndarray) and array.ndim >= 2 and array.dtype.kind == "f"


def lsuv(
    model: Any,
    x: Any,
    *,
    tolerance: float = 0.05,
    max_iterations: int = 10,
    orthonormal: bool = True,
    rng: Any = None,
) -> Any:
    """Layer-sequential unit variance: the weights of each layer, one after the other, are scaled until Var f(x) = 1.

    model           any; its layers are the modules with a `weight` of two axes or more
    x               a batch of inputs
    tolerance       |Var f(x) - 1| that is good enough
    max_iterations  of one layer; without a bias one is enough
    orthonormal     whether all these weights are first made orthonormal, as in the paper

    A batch passes through the model once. The model is changed, and returned. Raises ModelError where there is no such
    layer, or one whose output is constant. Source: Mishkin and Matas 2016, "All you need is a good init".

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(20, 50, rng=0), nn.ReLU(), nn.Linear(50, 10, rng=1))
    >>> x = np.random.default_rng(0).standard_normal((100, 20)).astype(np.float32)
    >>> stds = activation_std(lsuv(model, x, rng=0), x)
    >>> abs(stds["0"] - 1) < 0.025, abs(stds["2"] - 1) < 0.025
    (True, True)
    """
    layers = [module for _, module in model.named_modules() if _is_weight(module.__dict__.get("weight"))]
    if not layers:
        raise ModelError("lsuv scales the weights of layers; this model has none with a `weight` of two axes or more")
    if isinstance(rng, ShapesOnly) or any(not module.weight.flags.writeable for module in layers):
        raise ModelError("lsuv needs numbers: this model was built with nn.SHAPES_ONLY")
    if orthonormal:
        for module, child in zip(layers, generator(rng).spawn(len(layers)), strict=True):
            module.weight[...] = orthogonal(child, module.weight.shape, module.weight.dtype)
    watched(model, _UnitVariance(tolerance, max_iterations))(x)
    return model
