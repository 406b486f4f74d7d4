"""Methods for min f(x) subject to c_E(x) = 0 and c_I(x) ≥ 0, with any smooth functions.

| method | a step is | derivatives |
|---|---|---|
| `sqp` | the solution of a quadratic program | first, or second |
| `interior_point` | a Newton step on the conditions of optimality, perturbed by μ | second |
| `augmented_lagrangian` | a free minimisation, with prices for violations | first |

All report multipliers, the violation, and the error in the conditions of optimality, in the same form.
"""
