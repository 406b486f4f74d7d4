"""Descents whose direction comes from a matrix that is not the Hessian itself, or is never formed."""

from __future__ import annotations

from collections.abc import Callable

from ..descent import Descent
from ..errors import UnknownOptionError
from ..line_search import InitialStep, LineSearch, UnitStep
from .natural_gradient import NaturalGradient, pulled_back
from .newton_cg import TruncatedNewton

__all__ = ["natural_gradient", "newton_cg"]


def newton_cg(
    line_search: str | LineSearch = "strong_wolfe",
    initial_step: InitialStep | None = None,
    max_products: int | None = None,
) -> Descent:
    """Newton's method for many variables: its direction by conjugate gradients, with Hessian-vector products alone.

        x⁺ = x + α d,    ∇²f(x) d ≈ -∇f(x)

    max_products  most products ∇²f v for one direction; by default 2 n + 10

    Source: Nocedal and Wright 2006, algorithm 7.1.

    >>> import numpy as np, optim
    >>> optim.minimize(optim.problems.rosenbrock, np.full(50, -1.0), "newton_cg").success
    True
    """
    return Descent("newton_cg", TruncatedNewton(max_products), line_search, initial_step or UnitStep())


def natural_gradient(
    metric: Callable | None = None,
    outputs: Callable | None = None,
    output_metric: Callable | None = None,
    damping: float = 0.0,
    line_search: str | LineSearch = "armijo",
    initial_step: InitialStep | None = None,
) -> Descent:
    """Natural gradient: steepest descent in the metric G, such as Fisher's information.

        x⁺ = x - α (G(x) + μ I)⁻¹ ∇f(x)

    metric         G, a function of x, shape (n, n); or instead
    outputs, output_metric   z(x) and Λ(z), which give G = JᵀΛJ with J = ∂z/∂x by autodiff; Λ is by default the
                   identity. Then this is the generalised Gauss-Newton method
    damping        μ, for a metric that is singular somewhere

    Source: Amari 1998, Natural gradient works efficiently in learning; Martens 2020, New insights and perspectives on
    the natural gradient method.

    >>> import numpy as np, optim
    >>> z = lambda x: np.stack([np.exp(x[0]), x[0] + x[1]])
    >>> f = lambda x: ((z(x) - np.array([2.0, 1.0])) ** 2).sum() / 2
    >>> optim.minimize(f, np.zeros(2), "natural_gradient", outputs=z).x.round(6)
    array([0.693147, 0.306853])
    """
    if (metric is None) == (outputs is None):
        raise UnknownOptionError("natural_gradient needs a metric: give either metric= or outputs=, a function of x")
    if outputs is not None:
        metric = pulled_back(outputs, output_metric)
    assert metric is not None
    return Descent(
        "natural_gradient",
        NaturalGradient(metric, damping),
        line_search,
        initial_step or UnitStep(),
    )
