"""Functions of symmetric matrices by their eigenvalues, with derivatives that stand repeated eigenvalues.

Where eigenvalues coincide, eigenvectors have no derivative, but the positive part of the matrix has one. It is found
from |V|, the Z with Z² = V², whose derivative solves an equation of Sylvester's in which only Z and V occur:

    Z dZ + dZ Z = V dV + dV V

Source: Higham 2008, Functions of matrices, sections 5.1 and 6.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["positive_part", "soft_singular_values"]


def positive_part(V: Any) -> Any:
    """Q max(Λ, 0) Qᵀ of a symmetric V = Q Λ Qᵀ, shape (n, n); it has a derivative where no eigenvalue is 0.

    >>> positive_part(np.diag([2.0, -3.0]))
    array([[2., 0.],
           [0., 0.]])
    """
    from autodiff.tracer import Tracer

    if isinstance(V, Tracer):
        return 0.5 * (V + _rules()[0](V))
    eigenvalues, Q = np.linalg.eigh(V)
    return (Q * np.maximum(eigenvalues, 0.0)) @ Q.T


def soft_singular_values(V: Any, threshold: Any) -> Any:
    """U max(σ - t, 0) Wᵀ of V = U σ Wᵀ, shape (p, q); it has a derivative where no singular value is t.

    >>> soft_singular_values(np.diag([3.0, 0.5]), 1.0)
    array([[2., 0.],
           [0., 0.]])
    """
    from autodiff.tracer import Tracer

    if not isinstance(V, Tracer) and not isinstance(threshold, Tracer):
        U, sigma, Wt = np.linalg.svd(V, full_matrices=False)
        return (U * np.maximum(sigma - threshold, 0.0)) @ Wt
    p, q = np.shape(V)  # the eigenvalues of ((0, V), (Vᵀ, 0)) are ±σ and zeros
    dilation = np.block([[np.zeros((p, p)), V], [V.T, np.zeros((q, q))]])
    shift = threshold * np.eye(p + q)
    return (positive_part(dilation - shift) - positive_part(-dilation - shift))[:p, p:]


_made: list = []


def _rules() -> list:
    """The primitives |V| of a symmetric V, and X with Z X + X Z = C for a positive definite Z; made when first asked
    for, so that plain runs do without autodiff."""
    if _made:
        return _made
    from autodiff.errors import SolutionError
    from autodiff.primitive import General

    def magnitude(V):
        eigenvalues, Q = np.linalg.eigh(V)
        return (Q * np.abs(eigenvalues)) @ Q.T

    def sylvester(Z, C):
        eigenvalues, Q = np.linalg.eigh(Z)
        if not eigenvalues[0] > np.finfo(float).eps * eigenvalues[-1]:
            raise SolutionError(
                "the positive part of a matrix has no derivative, for an eigenvalue is 0: the solution is at the edge "
                "of its cone or of another rank; change the parameters a little"
            )
        return Q @ ((Q.T @ C @ Q) / (eigenvalues[:, None] + eigenvalues)) @ Q.T

    def magnitude_jvp(dV, Z, V):
        return solve(Z, V @ dV + dV @ V)

    def magnitude_vjp(Z, V):
        def pull(G):
            Y = solve(Z, G)
            return V @ Y + Y @ V

        return pull

    def sylvester_vjp(X, Z, C):
        def pull(G):
            Y = solve(Z, G)
            return -(Y @ X.T + X.T @ Y)

        return pull

    solve = General(
        sylvester,
        (lambda dZ, X, Z, C: -solve(Z, dZ @ X + X @ dZ), lambda dC, X, Z, C: solve(Z, dC)),
        (sylvester_vjp, lambda X, Z, C: lambda G: solve(Z, G)),
        name="sylvester",
    )
    _made.extend([General(magnitude, (magnitude_jvp,), (magnitude_vjp,)), solve])
    return _made
