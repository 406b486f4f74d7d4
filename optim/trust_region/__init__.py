"""Trust regions: the minimiser of a quadratic model within a radius in which it has proven right.

| method | the subproblem is solved | asks for |
|---|---|---|
| `trust_exact` | exactly, by the eigenvalues of the Hessian | Hessians |
| `dogleg` | on a path of two legs | Hessians |
| `trust_ncg` | by conjugate gradients, cut off at the radius | products of the Hessian with vectors |
| `trust_reflective` | within bounds: in variables scaled by their distances to them | either of the two |
| `trf`, for sums of squares | so too, by the singular values of the Jacobian | Jacobians |

To add a subproblem: a class with `order` and `step(objective, x, jac, radius)`, as `subproblem.Subproblem` describes
it, and a function that puts it into a `TrustRegion`.
"""

from .method import TrustRegion, dogleg, trust_exact, trust_ncg
from .reflective import TrustReflective, trust_reflective
from .subproblem import Dogleg, Exact, Steihaug, Subproblem

__all__ = [
    "Dogleg",
    "Exact",
    "Steihaug",
    "Subproblem",
    "TrustReflective",
    "TrustRegion",
    "dogleg",
    "trust_exact",
    "trust_ncg",
    "trust_reflective",
]
