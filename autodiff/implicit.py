"""Solutions of equations, differentiated without looking into the solver: the implicit function theorem.

Where F(x*(θ), θ) = 0 and ∂F/∂x is regular,

    dx*/dθ = -(∂F/∂x)⁻¹ ∂F/∂θ    at the solution,

whatever algorithm has found it, and however many steps it took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import tree
from .dispatch import Primitive, pulled
from .errors import InputError, SolutionError
from .tracer import Tracer
from .transforms import jacobian, jvp, stop_gradient, vjp

__all__ = ["fixed_point", "linear_solve", "root", "solution"]


def root(
    f: Callable, x0: Any, args: tuple = (), *, solver: Callable | None = None, tol: float = 1e-12, max_iter: int = 100
) -> Any:
    """x* with f(x*, *args) = 0, differentiable with respect to args in every mode and to any order.

    f       of a tree x like x0 and of args; returns a tree of as many numbers as x has
    x0      where to start; the solution does not depend on it, and its derivative with respect to it is zero
    args    trees. What is differentiated has to be here: f must not close over a traced value
    solver  (g, x0) → x with g(x) = 0, for vectors of shape (n,), on plain arrays; by default Newton's method, whose
            steps are halved until the residual falls; it goes on from ‖f‖∞ ≤ tol to where rounding lets it fall no more

    Raises SolutionError where no solution is found, or the Jacobian there is singular, InputError where f closes over
    a traced value.

    Source: Griewank and Walther 2008, chapter 15; Blondel et al. 2022 (arXiv:2105.15183).

    >>> import autodiff as ad
    >>> square_root = lambda a: ad.root(lambda x, a: x**2 - a, 1.0, (a,))
    >>> square_root(4.0), ad.grad(square_root)(4.0), ad.grad(ad.grad(square_root))(4.0)
    (2.0, 0.25, -0.03125)
    """

    def solve(x, *values):
        def g(x):
            return residual(x, *values)

        return _newton(g, x, tol, max_iter) if solver is None else np.asarray(solver(g, x), dtype=x.dtype)

    residual, vector, unravel = _of_vectors(f, x0)
    return unravel(solution(residual, vector, _as_tuple(args), solve))


def fixed_point(
    f: Callable,
    x0: Any,
    args: tuple = (),
    *,
    solver: Callable | None = None,
    tol: float = 1e-12,
    max_iter: int = 10_000,
) -> Any:
    """x* = f(x*, *args), differentiable with respect to args in every mode and to any order.

    f       of a tree x like x0 and of args; returns a tree like x0. Near the solution it must be a contraction, unless
            a solver is given that does not need this
    solver  (g, x0) → x with g(x) = x, for vectors of shape (n,), on plain arrays; by default x ← g(x) until the change
            is at most tol · max(1, ‖x‖∞)

    The rest as in `root`, of x - f(x).

    >>> import autodiff as ad, numpy as np
    >>> dottie = lambda a: ad.fixed_point(lambda x, a: np.cos(a * x), 1.0, (a,))
    >>> round(dottie(1.0), 10), round(ad.grad(dottie)(1.0), 10)
    (0.7390851332, -0.2974743415)
    """
    image, vector, unravel = _of_vectors(f, x0)

    def solve(x, *values):
        def g(x):
            return image(x, *values)

        return _iterate(g, x, tol, max_iter) if solver is None else np.asarray(solver(g, x), dtype=x.dtype)

    return unravel(solution(lambda x, *values: x - image(x, *values), vector, _as_tuple(args), solve))


def linear_solve(A: Any, b: Any, args: tuple = (), *, solver: Callable | None = None) -> Any:
    """x with A x = b.

    A       shape (n, n), and then it is np.linalg.solve; or a function A(v, *args) that is linear in v, a vector of
            shape (n,), whose matrix is never formed by the solver
    b       shape (n,)
    args    further arguments of the function A; what is differentiated has to be here, or in b
    solver  (matvec, b) → x on plain arrays; by default GMRES, to a relative residual of 1e-12

    Raises SolutionError where GMRES does not converge.

    >>> import autodiff as ad, numpy as np
    >>> b = np.array([2.0, 8.0])
    >>> ad.linear_solve(lambda v, d: d * v, b, (np.array([1.0, 4.0]),)).round(10)
    array([2., 2.])
    >>> ad.grad(lambda d: ad.linear_solve(lambda v, d: d * v, b, (d,)).sum())(np.array([1.0, 4.0])).round(10)
    array([-2. , -0.5])
    """
    if not callable(A):
        return np.linalg.solve(A, b)

    def solve(x, b, *values):
        return (_gmres if solver is None else solver)(lambda v: A(v, *values), b)

    start = np.zeros(np.shape(b))
    return solution(lambda x, b, *values: A(x, *values) - b, start, (b, *_as_tuple(args)), solve)


def solution(residual: Callable, x0: np.ndarray, args: tuple, solve: Callable) -> Any:
    """x* = solve(x0, *args) as a function of args that is differentiated by residual(x*, *args) = 0 alone.

    residual  of a vector of shape (n,) and of args; returns shape (n,)
    solve     the same arguments, all plain, to shape (n,); it may be any program

    The functions above are this with solvers of their own. Raises as they do.
    """
    leaves, structure = tree.flatten(args)
    traced = [k for k, leaf in enumerate(leaves) if isinstance(leaf, Tracer)]
    primitive = _Solution(residual, x0, leaves, structure, traced, solve)
    return primitive(*(leaves[k] for k in traced))


class _Solution(Primitive):
    """x*, as a primitive of the traced leaves of args."""

    kind = "implicit"

    def __init__(self, residual, x0, leaves, structure, traced, solve):
        super().__init__(self.evaluate, f"solution({getattr(residual, '__name__', 'residual')})")
        self.residual, self.x0, self.leaves, self.structure, self.traced = residual, x0, leaves, structure, traced
        self.solve = solve

    def evaluate(self, *values):
        args = self._args(values)
        before = self.residual(self.x0, *args)
        if isinstance(before, Tracer):
            raise InputError(
                "the equation that is to be solved closes over a traced value: pass it in args, so that the solution "
                "is differentiated with respect to it, or pass ad.stop_gradient of it"
            )
        if np.shape(before) != self.x0.shape:
            raise InputError(
                f"there are {np.size(before)} equations for {self.x0.size} unknowns; give a function that returns as "
                "many numbers as x0 has"
            )
        return self.solve(self.x0, *args)

    def jvp(self, ans, args, tangents, params):
        moving = [k for k, tangent in enumerate(tangents) if tangent is not None]
        along = tuple(tangents[k] for k in moving)
        pushed = jvp(self._of(ans, args, moving), tuple(args[k] for k in moving), along)[1]
        return -_solved(self._regular_jacobian(ans, args), pushed)

    def vjp(self, ans, args, wanted, params):
        def pull(cotangent):
            adjoint = -_solved(self._regular_jacobian(ans, args).T, cotangent)
            return vjp(self._of(ans, args, wanted), *(args[k] for k in wanted))[1](adjoint)

        return pulled, pull

    def _args(self, values):
        leaves = list(self.leaves)
        for k, value in zip(self.traced, values, strict=True):
            leaves[k] = value
        return tree.unflatten(self.structure, leaves)

    def _of(self, x, args, positions):
        """The residual at x as a function of the traced leaves at some positions, the others held."""

        def f(*values):
            replaced = dict(zip(positions, values, strict=True))
            return self.residual(x, *self._args([replaced.get(k, arg) for k, arg in enumerate(args)]))

        return f

    def _regular_jacobian(self, x, args):
        found = jacobian(lambda x: self.residual(x, *self._args(args)))(x)  # (n, n)
        if _is_singular(stop_gradient(found)):
            raise _singular()
        return found


def _is_singular(matrix):
    """Whether it is so to working precision: solving with it would give numbers made of rounding errors.

    Rows and columns are first brought to one size, for the units of equations and unknowns say nothing.
    """
    for axis in (1, 0):
        sizes = np.abs(matrix).max(axis=axis, keepdims=True)
        if not np.isfinite(sizes).all() or not sizes.all():
            return bool((sizes == 0).any())  # what is not finite is seen in the result
        matrix = matrix / sizes
    try:
        return bool(np.linalg.cond(matrix, 1) * np.finfo(matrix.dtype).eps > 1)
    except np.linalg.LinAlgError:
        return True


def _solved(matrix, vector):
    try:
        return np.linalg.solve(matrix, vector)
    except np.linalg.LinAlgError as error:
        raise _singular() from error


def _singular():
    return SolutionError(
        "the Jacobian of the equation is singular at the solution, which is therefore no differentiable function "
        "of the arguments; choose a formulation in which the solution is isolated"
    )


def _of_vectors(f, x0):
    """f as a function of a vector and of args, to a vector; x0 as a vector; and the way back."""
    vector, unravel = tree.ravel(stop_gradient(x0))
    if vector.dtype.kind != "f":
        vector = vector.astype(np.float64)

    def of_vector(x, *args):
        return tree.ravel(f(unravel(x), *args))[0]

    return of_vector, vector, unravel


def _as_tuple(args):
    return args if isinstance(args, tuple) else (args,)


# -- solvers -----------------------------------------------------------------------------------------------------------


def _newton(g, x, tol, max_iter):
    """x ← x - α J⁻¹ g with α = 1, ½, ¼ ... until ‖g‖₂ falls."""
    value = g(x)
    for _ in range(max_iter):
        size = np.linalg.norm(value)
        if size == 0:
            return x
        step = _solved(jacobian(g)(x), value)
        is_near = np.abs(value).max() <= tol or np.abs(step).max() <= 1e3 * np.finfo(x.dtype).eps * np.abs(x).max()
        alpha = 1.0
        while True:
            tried = x - alpha * step
            at_tried = g(tried)
            if np.linalg.norm(at_tried) < size:  # false for nan
                x, value = tried, at_tried
                break
            if is_near:  # tried all the same: it costs little and gives the last digits
                return x
            alpha /= 2
            if alpha < 1e-12:
                raise SolutionError(
                    f"Newton's method is stuck where the residual is {np.abs(value).max():.3g}, above tol={tol:g}; "
                    "start nearer to a solution, or give a solver"
                )
    raise SolutionError(
        f"Newton's method left a residual of {np.abs(value).max():.3g} after {max_iter} iterations, above tol={tol:g}; "
        "start nearer to a solution, or raise max_iter"
    )


def _iterate(g, x, tol, max_iter):
    for _ in range(max_iter):
        x, before = g(x), x
        change = np.abs(x - before).max()
        if not np.isfinite(change):
            break
        if change <= tol * max(1.0, np.abs(x).max()):
            return x
    raise SolutionError(
        f"the iteration x ← f(x) still changes by {change:.3g}: f is no contraction near where it started, or a slow "
        "one; give a solver, or use root of x - f(x)"
    )


def _gmres(matvec, b):
    from scipy.sparse.linalg import LinearOperator, gmres

    n = len(b)
    A = LinearOperator((n, n), matvec=matvec, dtype=b.dtype)  # pyright: ignore  (SciPy has no stub of it)
    x, info = gmres(A, b, rtol=1e-12, restart=min(n, 100), maxiter=50)
    if info:
        raise SolutionError(
            "GMRES did not converge; give a solver that suits the matrix, such as one for this structure"
        )
    return x
