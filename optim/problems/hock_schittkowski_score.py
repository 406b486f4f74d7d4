"""The score of every constrained method on the problems of Hock and Schittkowski.

    python -m optim.problems.hock_schittkowski_score

A run solves a problem where it says so, violates nothing by more than 1e-7, and reaches the published least value
within 2e-7 of max(1, |f|).
"""

from __future__ import annotations

from ..minimization import minimize
from ..result import Result
from .constrained_problem import ConstrainedProblem
from .hock_schittkowski import hock_schittkowski

__all__ = ["VARIANTS", "is_solved", "score"]

VARIANTS = {
    "sqp": ("sqp", {}),
    "sqp, exact": ("sqp", {"hessian": "exact"}),
    "interior_point": ("interior_point", {}),
    "augmented_lagrangian": ("augmented_lagrangian", {}),
}


def is_solved(problem: ConstrainedProblem, res: Result) -> bool:
    """Whether the result is a success, and a true one."""
    is_low = abs(res.fun - problem.f_min) <= 2e-7 * max(1.0, abs(problem.f_min))
    return res.success and is_low and problem.violation(res.x) <= 1e-7


def score(variant: str) -> tuple[int, int, int]:
    """Problems solved, and evaluations of f and of its gradient over all of them."""
    (method, options), solved, nfev, njev = VARIANTS[variant], 0, 0, 0
    for problem in hock_schittkowski():
        bounds, constraints = problem.bounds, problem.constraints
        res = minimize(problem.fun, problem.x0, method, bounds=bounds, constraints=constraints, **options)
        solved, nfev, njev = solved + is_solved(problem, res), nfev + res.nfev, njev + res.njev
    return solved, nfev, njev


if __name__ == "__main__":
    total = len(hock_schittkowski())
    print(f"{'method':<22}{'solved':>10}{'nfev':>8}{'njev':>8}")
    for name in VARIANTS:
        found, values, gradients = score(name)
        print(f"{name:<22}{f'{found}/{total}':>10}{values:>8}{gradients:>8}", flush=True)
