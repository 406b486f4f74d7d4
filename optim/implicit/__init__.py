"""Minimisers as differentiable functions of what the problem depends on.

Where x*(θ) = argmin f(x, θ) is found inside a function that is being differentiated, its derivative comes from the
condition F(z, θ) = 0 that holds there, whatever method has found it; z is x, and the multipliers where there are any:

    dz*/dθ = -(∂F/∂z)⁻¹ ∂F/∂θ    at the solution.

| problem | F | module |
|---|---|---|
| no constraints | ∇f(x) | `conditions` |
| bounds, a set, a regularizer g | x - prox_g(x - ∇f(x)); for sets the prox is the projection | `conditions` |
| g(A x) | (∇f(x) + Aᵀ y,  A x - prox_g(A x + y)) | `conditions` |
| c_E(x) = 0, c_I(x) ≥ 0 | (∇f - J_Eᵀ λ_E - J_Iᵀ λ_I,  c_E,  min(c_I, λ_I)) | `multipliers` |
| least squares | Jᵀ r, weighted by the loss, the prox as above where there are bounds | `fits` |

Each method declares its condition (`Method.condition`). θ is whatever is traced in args, bounds, constraints and
regularizers. At kinks of F, where a constraint is neither clearly active nor clearly inactive, x* has no derivative,
and there is an error that names it.

Source: Griewank and Walther 2008, chapter 15; Blondel et al. 2022 (arXiv:2105.15183); Fiacco 1983 for constraints.
"""

from .minimum import DIFFERENTIATE, differentiable_minimum
from .solution import solved

__all__ = ["DIFFERENTIATE", "differentiable_minimum", "solved"]
