"""Descent methods: a direction, how far to go along it, and nothing else. All combinations are one class."""

from __future__ import annotations

import math

import numpy as np

from .confirmation import Confirmation
from .directions import BFGS, DFP, SR1, ConjugateGradient, Direction, LimitedMemoryBFGS, Newton, Steepest
from .line_search import InitialStep, LineSearch, PreviousDecrease, Ray, StrongWolfe, UnitStep, line_search
from .method import Method
from .objective import Objective
from .precision import rescue
from .status import Status

__all__ = ["Descent", "bfgs", "cg", "dfp", "lbfgs", "newton", "sr1", "steepest_descent"]

_PATIENCE = 8  # iterations that neither lower the objective nor halve the gradient, before rounding is suspected
_STRIKES = 4  # times that it is suspected in vain, before the run is given up
_RESCUES = 10  # of a run, by Newton steps where the method's own lead nowhere


class Descent(Method):
    """x⁺ = x + α d, with d from a direction and α from a line search.

    Where the direction does not descend, or nothing lower is found along it, the direction forgets what it has learnt
    and the gradient is followed instead. Where that fails too, either no decrease is representable any more, which is
    a success, or Newton's step leads on, or the derivatives are wrong. Newton's step is taken, too, where it promises
    much although the gradient is within its tolerance.
    """

    def __init__(self, name: str, direction: Direction, search: str | LineSearch, initial_step: InitialStep):
        self.name, self.direction, self.initial_step = name, direction, initial_step
        self.search = line_search(search)
        self.order = direction.order
        self.keep = "best" if self.search.descends else "last"

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self.direction.start(x.size)
        self._decrease = self._change = math.nan
        self._idle, self._lowest, self._least_gradient = 0, math.inf, math.inf
        self._rescues, self._confirmation = 0, Confirmation()

    def advance(self, objective: Objective) -> Status | None:
        jac = self.jac
        if not np.isfinite(jac).all():
            return Status.NOT_FINITE
        if (status := self._confirmation.verdict(self.fun)) is not None:
            return status
        if (newton := self._confirmation.taken()) is not None and self._go(objective, newton) is None:
            return None
        direction = self.direction.at(objective, self.x, jac)
        if not self.search.descends:
            usable = np.isfinite(direction).all()
            return self._go(objective, direction if usable else -jac)
        scaled = self.direction.scaled
        slope = float(jac @ direction)
        if not -math.inf < slope < 0:  # nan, or not down: the direction has gone wrong
            self.direction.start(jac.size)
            direction, scaled = -jac, False
        if self._go(objective, direction, scaled) is None:
            return self._finish_if_idle(objective, direction)
        self.direction.start(jac.size)
        if scaled and self._go(objective, -jac, False) is None:
            return None
        return self._end(objective, direction)

    def confirms(self, objective, tol):
        """Whether ½ gᵀ|∇²f|⁻¹g promises no more than little; see `precision.objection`."""
        if not self.search.descends:
            return True
        direction = self.direction.at(objective, self.x, self.jac) if self.direction.scaled else None
        return self._confirmation.asks(objective, self.x, self.fun, self.jac, tol, direction)

    def inverse_hessian(self) -> np.ndarray | None:
        return self.direction.inverse_hessian()

    def _go(self, objective, direction, scaled=True):
        """Goes along a direction; a failure where the search finds nothing lower."""
        ray = Ray(objective, self.x, self.fun, self.jac, direction)
        slope = ray.origin.slope
        if self.search.descends and not slope < 0:  # also where it is so small that its product underflows
            return Status.LINE_SEARCH_FAILED
        alpha = self.initial_step(self.x, self.fun, self.jac, slope, scaled, self._decrease, self._change)
        trial, success, _ = self.search(ray, alpha)
        if not success and not trial.fun < self.fun:
            return Status.LINE_SEARCH_FAILED
        jac = trial.jac if trial.jac is not None else objective.value_and_gradient(trial.x)[1]
        step = trial.x - self.x
        self.direction.update(step, jac - self.jac, jac)
        self._decrease, self._change = self.fun - trial.fun, trial.alpha * slope
        self.step_norm, self.lr = math.sqrt(step @ step), trial.alpha
        self.x, self.fun, self.jac = trial.x, trial.fun, jac
        return None

    def _finish_if_idle(self, objective, direction):
        """Ends the run where it goes on without getting anywhere, as it does in the rounding error of the objective."""
        gradient = self.optimality(self.x, self.jac)
        noise = 4 * objective.layout.epsilon * abs(self.fun)
        if self.fun < self._lowest - noise or gradient < 0.5 * self._least_gradient:
            self._idle = 0
            self._lowest, self._least_gradient = min(self.fun, self._lowest), min(gradient, self._least_gradient)
            return None
        self._idle += 1
        if self._idle % _PATIENCE:
            return None
        return self._end(objective, direction, is_last=self._idle == _STRIKES * _PATIENCE)

    def _end(self, objective, direction, is_last=True):
        """The limit of precision, or an attempt to go on from there by Newton's step; else a failure."""
        found = rescue(objective, self.x, self.fun, self.jac, direction)
        if found is None:
            return Status.PRECISION_LIMIT
        if found.certain and self._rescues < _RESCUES:
            self._rescues += 1
            if self._go(objective, found.step) is None:
                return None
        return Status.LINE_SEARCH_FAILED if is_last else None


def steepest_descent(
    line_search: str | LineSearch = "strong_wolfe", initial_step: InitialStep | None = None
) -> Descent:
    """Steepest descent with a line search (for a given learning rate, `gradient_descent`).

        x⁺ = x - α ∇f(x)

    line_search   by name or as an object; "exact" shows the zigzag of orthogonal steps
    initial_step  where the search starts; by default at the step that would repeat the last decrease

    Source: Nocedal and Wright 2006, section 3.3. Cauchy 1847.

    >>> import optim
    >>> f = lambda x: x[0] ** 2 + 10 * x[1] ** 2
    >>> run = optim.minimize(f, np.array([10.0, 1.0]), "steepest_descent", line_search="exact", max_iter=3)
    >>> run.history.fun.round(4)
    array([110.    ,  73.6364,  49.2938,  32.9983])
    """
    return Descent("steepest_descent", Steepest(), line_search, initial_step or PreviousDecrease())


def bfgs(
    line_search: str | LineSearch = "strong_wolfe",
    initial_step: InitialStep | None = None,
    scale: float | None = 2.0,
) -> Descent:
    """BFGS: Newton's method with an inverse Hessian learnt from gradients. O(n²) work and memory for each iteration.

        x⁺ = x - α H ∇f(x),    H⁺ = (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,    ρ = 1 / yᵀs

    initial_step  where the search starts; by default at the step that would repeat the last decrease, but at most 1
    scale         of the first H, in units of the first curvature seen; H is also enlarged where a step shows it to be
                  too small. None for the identity and no enlarging

    Source: Nocedal and Wright 2006, algorithm 6.1.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "bfgs").x.round(6)
    array([1., 1.])
    """
    return Descent("bfgs", BFGS(scale), line_search, initial_step or PreviousDecrease())


def cg(
    formula: str = "HZ",
    line_search: str | LineSearch | None = None,
    initial_step: InitialStep | None = None,
    restart: float | None = None,
) -> Descent:
    """Nonlinear conjugate gradients, for very many variables: O(n) work and memory for each iteration.

        x⁺ = x + α d,    d⁺ = -∇f(x⁺) + β d

    formula      β by "FR" (Fletcher-Reeves), "PR+" (Polak-Ribière, not negative), "HS" (Hestenes-Stiefel), "DY"
                 (Dai-Yuan), "HZ" (Hager-Zhang) or "DL" (Dai-Liao)
    line_search  by default strong Wolfe with c2 = 0.1: the directions are conjugate only where the search is accurate
    restart      begin anew where successive gradients have |g⁺ᵀg| ≥ restart · ‖g⁺‖²; None for never

    Source: Nocedal and Wright 2006, section 5.2. Hager and Zhang 2006, Pacific J. Optim. 2.

    >>> import optim
    >>> f = optim.problems.quadratic([1.0, 10.0, 100.0])
    >>> optim.minimize(f, f.x0, "cg", formula="PR+", line_search="exact").nit
    3
    """
    search = StrongWolfe(c2=0.1) if line_search is None else line_search
    return Descent("cg", ConjugateGradient(formula, restart), search, initial_step or PreviousDecrease())


def dfp(
    line_search: str | LineSearch | None = None,
    initial_step: InitialStep | None = None,
    scale: float | None = 1.0,
) -> Descent:
    """DFP: the first quasi-Newton method. BFGS takes its place, but for looking at what the difference is.

        x⁺ = x - α H ∇f(x),    H⁺ = H - H y yᵀ H / yᵀHy + s sᵀ / yᵀs

    line_search  by default strong Wolfe with c2 = 0.1: DFP mends an H that is too large so slowly that with loose
                 searches it takes a hundred times as many iterations as BFGS
    scale        of the first H, in units of the first curvature seen; None for the identity

    Source: Nocedal and Wright 2006, equation (6.15). Davidon 1959, Fletcher and Powell 1963.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "dfp").x.round(6)
    array([1., 1.])
    """
    search = StrongWolfe(c2=0.1) if line_search is None else line_search
    return Descent("dfp", DFP(scale), search, initial_step or PreviousDecrease())


def sr1(
    line_search: str | LineSearch = "strong_wolfe",
    initial_step: InitialStep | None = None,
    scale: float | None = 1.0,
) -> Descent:
    """SR1: a quasi-Newton method that learns negative curvature, too. O(n³) where the Hessian seems indefinite.

        x⁺ = x - α |H| ∇f(x),    H⁺ = H + (s - Hy)(s - Hy)ᵀ / (s - Hy)ᵀy

    scale  of the first H, in units of the first curvature seen; None for the identity

    Source: Nocedal and Wright 2006, section 6.2; the magnitudes of the eigenvalues, |H|, as in `newton`.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "sr1").x.round(6)
    array([1., 1.])
    """
    return Descent("sr1", SR1(scale), line_search, initial_step or PreviousDecrease())


def lbfgs(
    line_search: str | LineSearch = "strong_wolfe",
    initial_step: InitialStep | None = None,
    memory: int = 10,
    scale: str | None = "newest",
) -> Descent:
    """L-BFGS: BFGS from the last `memory` steps alone, for many variables. O(memory · n) for each iteration.

    scale  "newest": the matrix that is updated has the size of the newest curvature; None: it is the identity

    Source: Nocedal and Wright 2006, algorithm 7.5.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.full(100, -1.0), "lbfgs").success
    True
    """
    return Descent("lbfgs", LimitedMemoryBFGS(memory, scale), line_search, initial_step or UnitStep())


def newton(
    line_search: str | LineSearch = "armijo", initial_step: InitialStep | None = None, modify: bool = True
) -> Descent:
    """Newton's method, with the exact Hessian from autodiff or from `hess`.

        x⁺ = x - α ∇²f(x)⁻¹ ∇f(x)

    line_search  "fixed" takes α = 1 always, as the method is taught: fast near the solution, and anything elsewhere
    modify       whether an indefinite Hessian is made positive definite, so that the step descends

    Source: Nocedal and Wright 2006, section 3.3.

    >>> import optim
    >>> f = lambda t: t**4 - 4 * t**3 - 2 * t**2 + 10 * t + 15
    >>> round(optim.minimize(f, 2.5, "newton", line_search="fixed", max_iter=1).x, 6)
    3.636364
    """
    return Descent("newton", Newton(modify), line_search, initial_step or UnitStep())
