"""Trust regions within bounds: Coleman and Li's interior method."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..bounds import Bounds
from ..errors import UnknownOptionError, near_matches
from ..objective import max_norm
from .coleman_li import ScaledModel, Scaling, interior, movable, reflective_step, scaling
from .method import Trial, TrustRegion
from .subproblem import Exact, Steihaug, Subproblem

__all__ = ["TrustReflective", "sizes_given", "trust_reflective"]

_THETA = 0.995  # of the way to a bound that a step may go at least; it tends to 1, so that convergence stays quadratic
_START = 1e-2  # of the room between its bounds that a variable which starts at one is moved inwards
_SUBPROBLEMS = {"exact": Exact, "cg": Steihaug}


class TrustReflective(TrustRegion):
    """A trust region in variables that are scaled by their distances to the bounds; see `trust_reflective`.

    All iterates are strictly within the bounds, but for variables between whose bounds there is no number; those stay.
    """

    handles = frozenset({"bounds"})
    model = ScaledModel

    def __init__(
        self,
        name: str,
        subproblem: Subproblem,
        initial_radius: float | None,
        max_radius: float,
        eta: float,
        x_scale: Any,
    ):
        super().__init__(
            name, subproblem, min(1.0, max_radius) if initial_radius is None else initial_radius, max_radius, eta
        )
        self.x_scale = x_scale

    def start(self, objective, x):
        unbounded = np.full(x.size, np.inf)
        self.bounds = objective.bounds or Bounds(-unbounded, unbounded)
        self.moves = movable(self.bounds)
        strict = (self.bounds.lower < x) & (x < self.bounds.upper)
        super().start(objective, x if (strict | ~self.moves).all() else interior(x, self.bounds, self.moves, _START))

    def sizes(self) -> np.ndarray:
        """What a change of one means for each variable, shape (n,)."""
        return sizes_given(self.x_scale, self.x)

    def scale(self) -> Scaling:
        return scaling(self.x, self.jac, self.bounds, self.sizes(), self.moves)

    def propose(self, objective):
        scale = self.scale()
        model = self.model(objective, self.x, self.jac, scale)
        whole = self.subproblem.step(model, self.x, model.jac, self.radius)
        theta = max(_THETA, 1 - self.optimality(self.x, self.jac))
        step, predicted = reflective_step(model, whole, self.bounds, self.radius, theta)
        x = interior(self.x + scale.d * step, self.bounds, self.moves)
        return Trial(x, float(np.linalg.norm(step)), predicted, 0.5 * float(scale.c @ step**2))

    def optimality(self, x, jac):
        """‖P(x - ∇f(x)) - x‖∞, which vanishes where no feasible direction leads down."""
        if jac is None or not np.isfinite(jac).all():
            return np.nan
        return max_norm(self.bounds.clip(x - jac) - x)

    def length(self, step):
        d = self.scale().d
        return float(np.linalg.norm(step[d > 0] / d[d > 0]))

    def downhill(self):
        return self.bounds.clip(self.x - self.jac) - self.x


def trust_reflective(
    subproblem: str = "exact",
    initial_radius: float = 1.0,
    max_radius: float = np.inf,
    eta: float = 0.1,
    x_scale: Any = 1.0,
) -> TrustReflective:
    """Minimises within bounds by Newton steps in a trust region, with exact second derivatives.

        ŝ = argmin (D g)ᵀŝ + ½ ŝᵀ(D H D + C) ŝ  with  ‖ŝ‖ ≤ Δ,    x⁺ = x + D ŝ, or reflected where that meets a bound
        D = diag(√|x - b|),  C = diag(|g|),  b the bound that -g points to;  D = 1, C = 0 where there is none

    subproblem     "exact", by the eigenvalues of the Hessian, or "cg": conjugate gradients on products of the Hessian
                   with vectors, for many variables
    initial_radius, max_radius   of Δ, in scaled variables
    eta            the part of the predicted decrease that a step must bring to be taken
    x_scale        the typical sizes of the variables: a number, or one for each, shape (n,)

    Its iterates are strictly within the bounds, so f need not be defined at them; a start at a bound is moved inwards.
    A solution at a bound is approached to within `tol`. Variables whose bounds are equal stay as they are. The
    optimality measure is ‖P(x - ∇f(x)) - x‖∞. Without bounds it is `trust_exact` or `trust_ncg`.

    Source: Coleman and Li 1996, An interior trust region approach for nonlinear minimization subject to bounds, SIAM J.
    Optim. 6; Branch, Coleman and Li 1999, SIAM J. Sci. Comput. 21, for the choice among three steps.

    >>> import optim
    >>> f = optim.problems.rosenbrock
    >>> optim.minimize(f, np.zeros(2), "trust_reflective", bounds=[(None, 0.5), (None, None)]).x.round(8)
    array([0.5 , 0.25])
    """
    if subproblem not in _SUBPROBLEMS:
        raise UnknownOptionError(
            f"subproblem={subproblem!r}{near_matches(subproblem, _SUBPROBLEMS) or ';'} give one of {list(_SUBPROBLEMS)}"
        )
    return TrustReflective("trust_reflective", _SUBPROBLEMS[subproblem](), initial_radius, max_radius, eta, x_scale)


def sizes_given(x_scale: Any, x: np.ndarray) -> np.ndarray:
    """x_scale as an array of the shape of x; raises UnknownOptionError where it is none of positive numbers."""
    try:
        sizes = np.broadcast_to(np.asarray(x_scale, float), x.shape)
    except ValueError as error:
        raise UnknownOptionError(f"x_scale must be a number or {x.size} of them, but it is {x_scale!r}") from error
    if not (sizes > 0).all() or not np.isfinite(sizes).all():
        raise UnknownOptionError(f"x_scale must be positive and finite, but it is {x_scale!r}")
    return sizes
