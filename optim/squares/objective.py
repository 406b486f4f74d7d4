"""A sum of squared residuals as an objective: any method can minimise it, and some can use that it is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..derivatives import GradientSource
from ..errors import InvalidObjectiveError
from ..objective import Objective
from ..traced import untraced
from .jacobians import jacobian_source
from .losses import loss_named

__all__ = ["SumOfSquares"]

_LEAST_WEIGHT = float(np.finfo(float).eps)  # of a residual in the model; outliers beyond an inflection get this much


class SumOfSquares(Objective):
    """F(x) = ½ Σᵢ c² ρ(rᵢ(x)² / c²),  c = f_scale,  and what is known about it because it is a sum.

    residual  r: a tree like x0 → an array, or a tree of arrays, of m numbers in all
    jac       None: the Jacobian comes from autodiff; a function of x, shape (m, n); "2-point", "3-point": differences
    loss      ρ, by name or as a `Loss`

    >>> F = SumOfSquares(lambda x: x**2 - 4, np.array([3.0]))
    >>> F.value_and_gradient(F.x0), F.hessian(F.x0)    # F = ½ (x² - 4)²
    ((12.5, array([30.])), array([[46.]]))
    """

    def __init__(
        self, residual: Callable, x0: Any, *, args: tuple = (), jac: Any = None, loss: Any = "linear",
        f_scale: float = 1.0,
    ):  # fmt: skip
        if not callable(residual):
            raise InvalidObjectiveError(f"the residual must be a function of x, but it is a {type(residual).__name__}")
        if not 0 < f_scale < np.inf:
            raise InvalidObjectiveError(f"f_scale must be a positive number, but it is {f_scale!r}")
        self.loss, self.square_scale, self.is_linear = loss_named(loss), float(f_scale) ** 2, loss == "linear"
        super().__init__(residual, x0, args=args)
        self._of_jacobian, self.by_autodiff = jacobian_source(jac, self)
        self.hessians_from = None if isinstance(jac, str) else "formulas"
        self._r_at: np.ndarray | None = None
        self._J_at: np.ndarray | None = None
        self._r, self._J = np.empty(0), np.empty((0, 0))

    # -- the residual and its derivatives ------------------------------------------------------------------------------

    def residual(self, x: np.ndarray) -> np.ndarray:
        """r(x), shape (m,)."""
        if x is not self._r_at:
            self._x = None  # it may be known without its residual
            self.value(x)
        return self._r

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """J(x), shape (m, n)."""
        if x is not self._J_at:
            self.njev += 1
            self._J_at, self._J = x, self._jacobian_at(x)
        return self._J

    def linearised(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """r̃, shape (m,), and J̃, shape (m, n), with ∇F = J̃ᵀ r̃ and ∇²F ≈ J̃ᵀ J̃: r and J themselves for the linear loss.

        Source: Triggs, McLauchlan, Hartley and Fitzgibbon 2000, Bundle adjustment, section 4.3.
        """
        r, J = self.residual(x), self.jacobian(x)
        if self.is_linear:
            return r, J
        slope, curvature = self._weights(r)
        root = np.sqrt(np.maximum(curvature, _LEAST_WEIGHT))
        return r * (slope / root), J * root[:, None]

    def bending(self, x: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """How r̃ bends along a direction v, the second directional derivative ∂²r/∂v², shape (m,), weighted like r̃."""
        self.nhvp += 1
        if self.by_autodiff:
            from autodiff import jvp

            def velocity(v):
                return jvp(self.residual_of_vector, (v,), (direction,))[1]

            bent = np.asarray(jvp(velocity, (x,), (direction,))[1])
        else:
            h = 0.1  # large, since the difference is divided by h²; the same as in Transtrum and Sethna 2012
            r, ahead = self.residual(x), self.residual(x + h * direction)
            bent = 2 / h * ((ahead - r) / h - self.jacobian(x) @ direction)
        if self.is_linear:
            return bent
        slope, curvature = self._weights(self.residual(x))
        return bent * slope / np.sqrt(np.maximum(curvature, _LEAST_WEIGHT))

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """∇²F = J̃ᵀ J̃ + S, shape (n, n)."""
        if x is not self._at:
            _, J = self.linearised(x)
            self._at, self._hessian = x, J.T @ J + self.second_order(x)
        return self._hessian

    def second_order(self, x: np.ndarray) -> np.ndarray:
        """S = ∇²F - J̃ᵀ J̃ = Σᵢ ρ' rᵢ ∇²rᵢ(x), shape (n, n): the part of ∇²F that Gauss and Newton leave out.

        So is the negative curvature of the loss at outliers, which J̃ cannot have.
        """
        self.nhev += 1
        r = self.residual(x)
        slope, curvature = self._weights(r)
        weights = slope * r
        if self.by_autodiff:
            from autodiff import hessian

            found = np.asarray(hessian(lambda v: (weights * self.residual_of_vector(v)).sum())(x))
        else:
            at_x = weights @ self.jacobian(x)
            found = np.empty((x.size, x.size))
            for i, step in enumerate(self.layout.epsilon**0.5 * np.maximum(np.abs(x), self.layout.epsilon**0.25)):
                ahead = x.copy()
                ahead[i] += step
                self.njev += 1
                found[i] = (weights @ self._jacobian_at(ahead) - at_x) / (ahead[i] - x[i])
        if not self.is_linear:
            J = self.jacobian(x)
            found = found + (J.T * np.minimum(curvature - _LEAST_WEIGHT, 0.0)) @ J
        return 0.5 * (found + found.T)

    def residual_of_vector(self, vector):
        """r of a flat vector, which may be traced, as a flat vector; neither counted nor remembered."""
        found = self._fun(self.layout.unravel(vector), *self.args)
        if isinstance(found, list | tuple | dict):
            from autodiff.tree import leaves

            return np.concatenate([np.reshape(leaf, -1) for leaf in leaves(found)])
        return np.reshape(found, -1)

    # -- the sum -------------------------------------------------------------------------------------------------------

    def _sum(self, r):
        if self.is_linear:
            return 0.5 * (r @ r)
        return 0.5 * self.square_scale * self.loss.rho(r * r / self.square_scale).sum()

    def _weights(self, r):
        """ρ' and ρ'' 2 r²/c² + ρ': the factors of the gradient and of the curvature, each of shape (m,)."""
        if self.is_linear:
            return np.ones_like(r), np.ones_like(r)
        z = r * r / self.square_scale
        slope = self.loss.first(z)
        return slope, slope + 2 * self.loss.second(z) * z

    def _make_source(self, jac):
        return GradientSource(self._value_at, self._gradient_at, self._both_at, 0, 1)

    def _of_vector(self, vector):
        return self._sum(self.residual_of_vector(vector))

    def _value_at(self, x):
        r = untraced(self.residual_of_vector(x), "the residual")
        if r.dtype.kind not in "fiu" or not r.size:
            raise InvalidObjectiveError(
                f"the residual must return real numbers, but it returned {r.size} of dtype {r.dtype}; "
                "return an array of model minus data, with complex ones split into real and imaginary parts"
            )
        self._r_at, self._r = x, r.astype(np.float64, copy=False)
        return float(self._sum(self._r))

    def _gradient_at(self, x):
        if x is not self._r_at:
            self._value_at(x)
        if x is not self._J_at:
            self._J_at, self._J = x, self._jacobian_at(x)
        return (self._weights(self._r)[0] * self._r) @ self._J

    def _both_at(self, x):
        return self._value_at(x), self._gradient_at(x)

    def _jacobian_at(self, x):
        J = np.asarray(self._of_jacobian(x), np.float64)
        if J.shape != (self._r.size, self.layout.size):
            raise InvalidObjectiveError(
                f"the Jacobian has shape {J.shape}, but there are {self._r.size} residuals of {self.layout.size} "
                f"variables; jac must return an array of shape {(self._r.size, self.layout.size)}"
            )
        return J
