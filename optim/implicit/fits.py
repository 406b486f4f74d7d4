"""`least_squares` where what it is given is traced: fitted parameters as functions of the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import UnsupportedProblemError
from ..layout import Layout
from ..methods import make_method
from ..objective import as_tree
from ..result import Point
from ..squares.losses import loss_named
from .conditions import kinks, least_distance
from .parameters import opened
from .problem import Problem, flat_bounds
from .solution import solved_vector

__all__ = ["differentiable_fit"]


def differentiable_fit(residual: Callable, x0: Any, method: Any, args: Any, settings: dict, options: dict) -> Any:
    """`least_squares` with x, fun, residual and jacobian of the result traced, by the condition of its solution,

        ∇F(x) = Jᵀ (ρ'(r² / c²) r) = 0,    or x = P(x - ∇F(x)) within bounds.

    Its derivative has the whole ∇²F, not JᵀJ alone. Args, bounds and f_scale may be traced.

    Raises NotConvergedError where the fit does not succeed, SolutionError where the data do not determine x.

    >>> import autodiff as ad, optim
    >>> t = np.array([0.0, 1.0, 2.0])
    >>> line = lambda x, y: x[0] + x[1] * t - y
    >>> slope = lambda y: optim.least_squares(line, np.zeros(2), args=(y,)).x[1]
    >>> ad.grad(slope)(np.array([1.0, 2.0, 2.0])).round(6) + 0.0
    array([-0.5,  0. ,  0.5])
    """
    from autodiff import jacobian, stop_gradient, vjp
    from autodiff.errors import SolutionError

    args = args if isinstance(args, tuple) else (args,)
    jac, loss = settings["jac"], loss_named(settings["loss"])
    if isinstance(jac, str):
        raise UnsupportedProblemError(
            f"jac={jac!r} finds Jacobians by differences, which cannot be differentiated; leave jac out, or give a "
            "function written with NumPy"
        )
    tree = as_tree(stop_gradient(x0))
    layout = Layout(tree)
    start = layout.gather(tree, np.empty(layout.size), "x0")
    held, fill = opened((settings["bounds"], settings["f_scale"], method, options))

    def of_vector(values):
        return lambda x: _flat(residual(layout.unravel(x), *values))

    def jacobian_of(values):
        return jacobian(of_vector(values)) if jac is None else lambda x: jac(layout.unravel(x), *values)

    def weigh(r, f_scale):
        return r if settings["loss"] == "linear" else loss.first((r / f_scale) ** 2) * r

    def gradient(x, values, f_scale):
        r, pull = vjp(of_vector(values), x) if jac is None else (of_vector(values)(x), None)
        weighted = weigh(r, f_scale)
        return weighted @ jacobian_of(values)(x) if pull is None else pull(weighted)[0]

    plain = stop_gradient(args)
    units, size = _units(stop_gradient(of_vector(plain)(start)), stop_gradient(jacobian_of(plain)(start)))

    def condition(values, held):
        bounds, f_scale, solver, parts = fill(held)
        made = make_method(solver, parts)
        of_regularizer = getattr(made, "regularizer", None) is not None  # it is in units of its own
        scale, by = (1.0, 1.0) if of_regularizer else (units, size)
        problem = Problem(
            gradient=lambda x: scale * gradient(x, values, f_scale) / by,
            layout=layout,
            start=start,
            bounds=flat_bounds(bounds, layout, start),
            units=scale,
        )
        return made.condition(problem)

    def require_regular(x, left, values, held):
        condition(values, held).require_regular(x, left)
        r, c = of_vector(values)(x), float(fill(held)[1])
        if found := kinks(lambda r: weigh(r, c), r, least_distance(c, 0.0) * min(1.0, c)):
            raise SolutionError(
                f"the solution is degenerate: the residuals {found} are where the loss {settings['loss']!r} has a jump "
                "of its second derivative, so that x has none; change f_scale a little, or use a smooth loss"
            )

    def run(values, held):
        from ..squares.solving import least_squares

        bounds, f_scale, solver, parts = fill(held)
        given = settings | {"bounds": bounds, "f_scale": f_scale}
        return least_squares(residual, tree, solver, args=values, **given, **parts)

    x, result = solved_vector(
        lambda x, *given: condition(*given).residual(x),
        layout,
        start,
        (args, held),
        run,
        require_regular=require_regular,
    )
    r = of_vector(args)(x)
    f_scale = fill(held)[1]
    of_loss = r @ r if settings["loss"] == "linear" else f_scale**2 * np.sum(loss.rho((r / f_scale) ** 2))
    cost: Any = 0.5 * of_loss
    extra = condition(args, held).extra
    cost = cost if extra is None else cost + extra(x)
    solution: Any = layout.unravel(x)
    return replace(
        result, x=solution, fun=cost, best=Point(solution, cost), residual=r, jacobian=jacobian_of(args)(x)
    )  # fmt: skip


def _units(r, J):
    """The change of each variable that changes the residual by its size at the start, shape (n,), and that size
    squared: in these units the problem has none."""
    size = float(np.linalg.norm(r)) or 1.0
    norms = np.linalg.norm(np.asarray(J, float), axis=0)
    return size / np.where((norms > 0) & np.isfinite(norms), norms, 1.0), size**2


def _flat(found):
    if isinstance(found, list | tuple | dict):
        from autodiff.tree import leaves

        return np.concatenate([np.reshape(leaf, -1) for leaf in leaves(found)])
    return np.reshape(found, -1)
