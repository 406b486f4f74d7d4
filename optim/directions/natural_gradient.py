"""The gradient in a metric of one's own, such as Fisher's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import InvalidObjectiveError

__all__ = ["NaturalGradient", "pulled_back"]


class NaturalGradient:
    """d = -(G(x) + μ I)⁻¹ ∇f(x), steepest descent where lengths are measured by G: independent of the parametrisation.

    Source: Amari 1998, Natural gradient works efficiently in learning.
    """

    order = 1
    scaled = True

    def __init__(self, metric: Callable, damping: float = 0.0):
        self.metric, self.damping = metric, damping

    def start(self, n):
        pass

    def at(self, objective, x, jac):
        n = x.size
        G = np.asarray(self.metric(objective.layout.unravel(x)), np.float64)
        if G.shape != (n, n):
            raise InvalidObjectiveError(f"the metric has shape {G.shape}, but x has {n} numbers; it must be {(n, n)}")
        try:
            L = np.linalg.cholesky(0.5 * (G + G.T) + self.damping * np.eye(n))
        except np.linalg.LinAlgError as error:
            raise InvalidObjectiveError(
                f"the metric is not positive definite at x = {objective.layout.unravel(x)!r}; raise damping, now "
                f"{self.damping}"
            ) from error
        return -np.linalg.solve(L.T, np.linalg.solve(L, jac))

    def update(self, step, change, jac):
        pass

    def inverse_hessian(self):
        return None


def pulled_back(outputs: Callable, output_metric: Callable | None = None) -> Callable:
    """The metric G = JᵀΛJ of the parameters x that a model's outputs z(x) induce, J = ∂z/∂x, shape (n, n).

    outputs        z: x, an array of n numbers → an array of k numbers
    output_metric  Λ: z → shape (k,), a diagonal, or (k, k): Fisher's information of what is observed with parameter z.
                   By default the identity, that of Gaussian observations with mean z and variance 1

    >>> pulled_back(lambda x: np.stack([x[0], x[0] * x[1]]))(np.array([1.0, 2.0]))
    array([[5., 2.], [2., 1.]])
    """
    from autodiff import jacobian

    def metric(x):
        J = np.asarray(jacobian(lambda v: np.reshape(outputs(v), -1))(x))
        if output_metric is None:
            return J.T @ J
        weights = np.asarray(output_metric(np.reshape(outputs(x), -1)))
        return J.T @ (weights[:, None] * J if weights.ndim == 1 else weights @ J)

    return metric
