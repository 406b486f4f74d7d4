"""Methods for a smooth function plus a term with a proximal operator, or over a convex set.

| method | what it asks of the set or term | rate for convex f |
|---|---|---|
| `proximal_gradient` | prox | 1/k |
| `fista` | prox | 1/k² |
| `projected_gradient` | projection | fast in practice |
| `frank_wolfe` | extreme points | 1/k; linear over polytopes |
| `mirror_descent` | simplex or x ≥ 0 | 1/k |
| `coordinate_descent` | separable | 1/k |
| `admm` | prox, of a matrix times x too | 1/k |
"""
