"""The loss at the parameters, for the transforms that ask for more than its gradient there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..layout import Layout
from ..objective import Objective

__all__ = ["Loss", "loss_of_objective", "loss_of_tree"]


class Loss:
    """A function f of a flat vector x, shape (n,), and its derivatives.

    value     x → f(x)
    gradient  x → ∇f(x)
    product   x, v → ∇²f(x) v
    """

    __slots__ = ("gradient", "product", "value")

    def __init__(self, value: Callable, gradient: Callable, product: Callable):
        self.value, self.gradient, self.product = value, gradient, product


def loss_of_tree(fun: Callable[[Any], Any], layout: Layout) -> Loss:
    """That of a function of the tree of parameters, with derivatives from autodiff."""
    from autodiff import grad, hvp, stop_gradient

    def of_vector(x):
        return fun(layout.unravel(x))

    gradient = grad(of_vector)
    return Loss(
        lambda x: float(stop_gradient(of_vector(x))),
        lambda x: np.asarray(gradient(x)),
        lambda x, v: np.asarray(hvp(of_vector, x, v)),
    )


def loss_of_objective(objective: Objective) -> Loss:
    """That of an objective of `minimize`, which counts what is evaluated."""
    return Loss(objective.value, lambda x: objective.value_and_gradient(x)[1], objective.hessian_product)
