"""Trust-region reflective least squares: Gauss and Newton's model in variables scaled by their distances to bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..trust_region.coleman_li import ScaledModel, interior
from ..trust_region.reflective import TrustReflective, sizes_given
from ..trust_region.subproblem import Proposal, exact_components
from .damped import DampedSystem
from .gauss_newton import require_squares
from .polish import Polish

__all__ = ["TrustReflectiveSquares", "trf"]

_LEAST_SCALE = 1e-30  # of a column beside the largest: a variable that matters this little is not to run away
_SHORT = 1e-6  # the optimality of a variable that is held back by a bound, at which it goes there at once


class ScaledSquares(ScaledModel):
    """½‖Ĵ ŝ + r̂‖², with Ĵ of the rows of J̃ D and of √C below them, and r̂ of r̃ and zeros."""

    def __init__(self, objective, x, jac, scale):
        super().__init__(objective, x, jac, scale)
        self.r, J = objective.linearised(x)
        self.J = J * scale.d

    def hessian_product(self, x, v):
        return self.J.T @ (self.J @ v) + self.scale.c * v


class SingularValues:
    """The minimiser within the radius, by the singular values of Ĵ: ĴᵀĴ, with its squared condition, is not formed."""

    order = 1

    def __init__(self):
        self._at: Any = None
        self._factors: Any = None

    def step(self, objective, x, jac, radius):
        if x is not self._at:
            self._at, self._factors = x, self._decompose(objective)
        squares, gamma, V = self._factors
        components = exact_components(squares, gamma, radius)
        return Proposal(V @ components, float(-(gamma @ components) - 0.5 * (squares @ components**2)))

    @staticmethod
    def _decompose(model):
        """The eigenvalues of ĴᵀĴ in rising order, and ĝ in the coordinates of its eigenvectors, which come last."""
        m, n = model.J.shape
        below = np.diag(np.sqrt(model.scale.c))
        stacked = np.concatenate([model.J, below]) if below.any() else model.J
        U, s, Vt = np.linalg.svd(stacked, full_matrices=stacked.shape[0] < n)
        gamma, squares = np.zeros(n), np.zeros(n)
        gamma[: s.size] = s * (U[:m, : s.size].T @ model.r)
        squares[: s.size] = s**2
        return squares[::-1], gamma[::-1], Vt[::-1].T


class TrustReflectiveSquares(TrustReflective):
    """See `trf`, which makes it. As in `lm`, `Polish` finds the last digits, which F does not tell any more.

    free    variables that no bound holds back
    system  the model in these
    """

    model = ScaledSquares
    tol = 0.0

    def __init__(self, initial_radius: float | None, max_radius: float, eta: float, x_scale: Any, polish: bool):
        super().__init__("trf", SingularValues(), initial_radius, max_radius, eta, x_scale)
        self.chooses_radius, self.polish = initial_radius is None, polish

    def max_iter(self, n):
        return max(5000, 200 * n)

    def start(self, objective, x):
        require_squares(objective)
        self._scale = np.zeros(x.size)
        super().start(objective, x)
        self._polish = Polish() if self.polish else None
        if not np.isfinite(self.jac).all():
            return
        self._look(objective)
        if self.chooses_radius:
            d = self.scale().d
            size = float(np.linalg.norm(self.x[d > 0] / d[d > 0]))
            self.radius = min(size or 1.0, self.max_radius)

    def advance(self, objective):
        if self._polish is not None and np.isfinite(self.jac).all() and self._is_settled(objective):
            if self._polish.is_due(self.x, self.system, self.free):
                finished = self._polish.refine(objective, self)
                if finished is not None or self._polish.has_moved:
                    return finished
        return super().advance(objective)

    def arrive(self, objective, x, fun, jac):
        super().arrive(objective, x, fun, jac)
        self._look(objective)

    def go(self, objective, x) -> bool:
        """Makes x the iterate, or the nearest point strictly within; not where the Jacobian is not finite there."""
        x = interior(x, self.bounds, self.moves)
        fun, jac = objective.value_and_gradient(x)
        if not math.isfinite(fun) or not np.isfinite(jac).all():
            return False
        self.step_norm = float(np.linalg.norm(x - self.x))
        self.arrive(objective, x, fun, jac)
        return True

    def sizes(self):
        if not isinstance(self.x_scale, str):
            return sizes_given(self.x_scale, self.x)
        largest = self._scale.max()
        return 1 / np.maximum(self._scale, _LEAST_SCALE * largest) if largest > 0 else np.ones_like(self._scale)

    def optimality(self, x, jac):
        """max |P(y - ∇F(y)) - y| / ‖r‖ in the variables yⱼ = ‖Jⱼ‖ xⱼ; without bounds the cosine of the angle between r
        and a column of J."""
        if jac is None or not np.isfinite(jac).all():
            return math.nan
        return float(self._measures(x, jac)[0].max(initial=0.0))

    def hessian(self, objective: Any, x):
        """Gauss and Newton's, J̃ᵀ J̃."""
        _, J = objective.linearised(x)
        return J.T @ J

    # -- the model at an iterate ---------------------------------------------------------------------------------------

    def _look(self, objective):
        """What there is to know of the iterate."""
        r, J = objective.linearised(self.x)
        self._column_norms, self._residual_norm = np.linalg.norm(J, axis=0), float(np.linalg.norm(r))
        self._scale = np.maximum(self._scale, self._column_norms)
        self.free = self.moves & ~self._measures(self.x, self.jac)[1]
        self.system = DampedSystem(r, J[:, self.free], 1 / self.sizes()[self.free])

    def _measures(self, x, jac):
        """The optimality of each variable by itself, and whether it is so near to a bound that this is the distance."""
        norms = np.where(self._column_norms > 0, self._column_norms, 1)
        size = self._residual_norm or 1.0
        cosines = np.minimum(1.0, np.abs(jac) / norms / size)
        room = np.where(jac < 0, self.bounds.upper - x, np.where(jac > 0, x - self.bounds.lower, np.inf)) * norms / size
        return np.where(self.moves, np.minimum(cosines, room), 0.0), room < cosines

    def _is_settled(self, objective):
        """Whether every variable that a bound holds back is next to it; goes there where the way is short."""
        held = self.moves & ~self.free
        if not held.any():
            return True
        if self._measures(self.x, self.jac)[0][held].max() > _SHORT:
            return False
        ends = np.where(self.jac < 0, self.bounds.upper, self.bounds.lower)
        x = interior(np.where(held, ends, self.x), self.bounds, self.moves)
        if not (x != self.x).any():
            return True
        return (
            objective.value(x) <= self.fun and self.go(objective, x) and bool((held == (self.moves & ~self.free)).all())
        )


def trf(
    initial_radius: float | None = None,
    max_radius: float = math.inf,
    eta: float = 0.1,
    x_scale: Any = "jac",
    polish: bool = True,
) -> TrustReflectiveSquares:
    """Trust-region reflective least squares, F(x) = ½‖r(x)‖² within bounds, strictly within them at every iterate.

        ŝ = argmin ‖J D ŝ + r‖² + ŝᵀC ŝ  with  ‖ŝ‖ ≤ Δ,    x⁺ = x + D ŝ, or reflected where that meets a bound
        D = diag(σ √(|x - b| / σ)),  C = diag(σ |g|),  b the bound that -g points to;  D = σ, C = 0 without one

    initial_radius, max_radius   of Δ, in scaled variables; by default it begins with ‖D⁻¹ x0‖
    eta       the part of the predicted decrease that a step must bring to be taken
    x_scale   "jac": σ holds the inverses of the largest norms that the columns of J have had so far; or the typical
              sizes of the variables: a number, or one for each
    polish    whether Newton steps with the exact Hessian refine the solution until they stop shrinking

    With tol = 0, its default, it goes on to the limit of floating point. The optimality measure is the largest cosine
    of an angle between the residual and a column of J, or, where that is less, the distance to the bound that the
    variable is pushed against, in units of ‖r‖ / ‖Jⱼ‖. A solution at a bound is the number next to it.

    Source: Branch, Coleman and Li 1999, A subspace, interior, and conjugate gradient method for large-scale
    bound-constrained minimization problems, SIAM J. Sci. Comput. 21.

    >>> import optim
    >>> r = lambda x: np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])
    >>> optim.least_squares(r, np.array([-1.2, 1.0]), "trf", bounds=[(None, 0.5), (None, None)]).x.round(8)
    array([0.5 , 0.25])
    """
    if isinstance(x_scale, str) and x_scale != "jac":
        raise UnknownOptionError(f"x_scale={x_scale!r}; give 'jac', a positive number or one for each variable")
    return TrustReflectiveSquares(initial_radius, max_radius, eta, x_scale, polish)
