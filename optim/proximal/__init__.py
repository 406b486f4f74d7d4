"""Proximal operators and projections: functions with kinks and constraints, as building blocks of other methods.

| term g(x) | class | prox |
|---|---|---|
| Σ wᵢ abs(xᵢ) | `L1` | soft thresholding |
| w₁ ‖x‖₁ + ½ w₂ ‖x‖² | `ElasticNet` | the same, scaled |
| Σ_G w ‖x_G‖ | `GroupL1` | shrinks each group |
| w ‖x‖₂, ½ w ‖x‖², w ‖x‖∞ | `L2`, `SquaredL2`, `LInf` | shrinks, scales, levels |
| w Σ σᵢ(X) | `Nuclear` | thresholds singular values |
| w Σ abs(xᵢ₊₁ - xᵢ) | `TotalVariation` | dynamic programming, O(n) |

| set C | class | extreme points |
|---|---|---|
| lower ≤ x ≤ upper, x ≥ 0 | `Box`, `NonNegative` | corners |
| x ≥ 0, Σ xᵢ = r | `Simplex` | r eᵢ |
| ‖x‖₁ ≤ r, ‖x‖₂ ≤ r, ‖x‖∞ ≤ r | `L1Ball`, `L2Ball`, `LInfBall` | ± r eᵢ, the sphere, corners |
| Σ σᵢ(X) ≤ r | `NuclearBall` | matrices of rank one |
| ⟨a, x⟩ ≤ b, ⟨a, x⟩ = b, A x = b | `HalfSpace`, `Hyperplane`, `Affine` | |
| ‖x‖ ≤ s, X positive semidefinite | `SecondOrderCone`, `PositiveSemidefinite` | |

Terms are given to the proximal methods as `regularizer=`, sets as `constraints=`. To add one: a subclass of `Term` or
`ConvexSet`.
"""

from .affine_sets import Affine, HalfSpace, Hyperplane
from .balls import Box, L1Ball, L2Ball, LInfBall, NonNegative, Simplex
from .cones import PositiveSemidefinite, SecondOrderCone
from .norms import L1, L2, ElasticNet, GroupL1, LInf, SquaredL2, soft_threshold
from .nuclear import Nuclear, NuclearBall
from .term import ConvexSet, InvalidTermError, Term, Zero
from .total_variation import TotalVariation

__all__ = [
    "L1",
    "L2",
    "Affine",
    "Box",
    "ConvexSet",
    "ElasticNet",
    "GroupL1",
    "HalfSpace",
    "Hyperplane",
    "InvalidTermError",
    "L1Ball",
    "L2Ball",
    "LInf",
    "LInfBall",
    "NonNegative",
    "Nuclear",
    "NuclearBall",
    "PositiveSemidefinite",
    "SecondOrderCone",
    "Simplex",
    "SquaredL2",
    "Term",
    "TotalVariation",
    "Zero",
    "soft_threshold",
]
