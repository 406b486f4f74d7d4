"""What a fitted curve says, and how sure it is: covariance, standard errors, intervals and bands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..status import Status
from ..traced import as_array
from .objective import SumOfSquares
from .solving import LeastSquaresResult

__all__ = ["CurveFit", "covariance"]


def covariance(J: np.ndarray) -> np.ndarray | None:
    """(JᵀJ)⁻¹, shape (n, n), by QR of the scaled columns; None where they depend on each other. J may be traced.

    >>> covariance(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.25  , 0.    ], [0.    , 0.0625]])
    """
    from scipy.linalg import solve_triangular

    from autodiff import stop_gradient

    m, n = J.shape
    norms = np.linalg.norm(stop_gradient(J), axis=0)
    if m < n or not np.isfinite(norms).all() or not norms.all():
        return None
    R = np.linalg.qr(J / norms, mode="r")
    if np.linalg.cond(stop_gradient(R)) * np.finfo(float).eps * max(m, n) >= 1:
        return None
    plain = isinstance(R, np.ndarray)
    inverse = solve_triangular(R, np.eye(n), check_finite=False) if plain else np.linalg.inv(R)
    inverse = inverse / norms[:, None]
    return inverse @ inverse.T


@dataclass(frozen=True, eq=False, repr=False)
class CurveFit:
    """A fitted curve. Unpacks to popt, pcov as SciPy's does; everything else by name.

    popt                the parameters, a tree like p0
    pcov                their covariance matrix, shape (n, n), infinite where the data do not determine them
    standard_errors     the roots of its diagonal, shape (n,)
    names               of the parameters
    residual_deviation  s = √(Σ r² / (m - n)), of residuals weighted by 1 / sigma
    degrees_of_freedom  m - n
    r_squared           1 - Σ r² / Σ (y - ȳ)², weighted in the same way
    result              of least_squares, with residual, jacobian, history and counts
    success, status, message    those of the result
    """

    popt: Any
    pcov: np.ndarray
    names: tuple[str, ...]
    residual_deviation: float
    degrees_of_freedom: int
    r_squared: float
    absolute_sigma: bool
    result: LeastSquaresResult
    predictor: Callable = field(repr=False)  # (x, tree of parameters) → predictions
    jac: Any = None
    has_sigma: bool = False

    def __iter__(self):
        yield self.popt
        yield self.pcov

    @property
    def success(self) -> bool:
        return self.result.success

    @property
    def status(self) -> Status:
        return self.result.status

    @property
    def message(self) -> str:
        return self.result.message

    @property
    def standard_errors(self) -> np.ndarray:
        return np.sqrt(np.diagonal(self.pcov))

    @property
    def correlation(self) -> np.ndarray:
        """Of the parameters with each other, shape (n, n)."""
        errors = self.standard_errors
        return self.pcov / np.outer(errors, errors)

    def confidence_intervals(self, level: float = 0.95) -> np.ndarray:
        """p ± q · standard error, shape (n, 2), where q is the quantile of Student's t with m - n degrees of freedom.

        Of the normal distribution where absolute_sigma says that the errors of the data are known.
        """
        p, half = self._flat(), self.quantile(level) * self.standard_errors
        return np.stack([p - half, p + half], axis=1)

    def predict(self, x: Any) -> np.ndarray:
        """The curve at x."""
        return as_array(self.predictor(x, self.popt))

    def confidence_band(self, x: Any, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Where the true curve lies at each x by itself: f(x) ± q √(g pcov gᵀ), with g = ∂f/∂p.

        Source: Seber and Wild 1989, Nonlinear Regression, section 5.1.
        """
        return self._band(x, level, 0.0)

    def prediction_band(self, x: Any, level: float = 0.95, sigma: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Where a new observation at x lies: f(x) ± q √(g pcov gᵀ + its own variance).

        sigma  of the new observations, in the sense of curve_fit's; needed where that was given, and else 1
        """
        if sigma is None and self.has_sigma:
            raise UnknownOptionError("the fit was weighted by sigma; give prediction_band that of new observations")
        scale = 1.0 if self.absolute_sigma else self.residual_deviation
        return self._band(x, level, scale * np.asarray(1.0 if sigma is None else sigma, float))

    def quantile(self, level: float) -> float:
        """How many standard errors there are to either side at that level."""
        from scipy.special import ndtri, stdtrit

        if not 0 < level < 1:
            raise UnknownOptionError(f"level must be between 0 and 1, as in 0.95, but it is {level!r}")
        p = 0.5 + 0.5 * level
        if self.absolute_sigma:
            return float(ndtri(p))
        return float(stdtrit(self.degrees_of_freedom, p)) if self.degrees_of_freedom > 0 else np.inf

    def plot(self, x: Any, y: Any, ax=None, level: float = 0.95):
        """Data, curve, confidence and prediction band; returns the Axes. For one predictor."""
        from ..viz.fit import fit

        return fit(self, x, y, ax=ax, level=level)

    def _band(self, x, level, deviation):
        at = self.predict(x)
        jac = None if self.jac is None else self.jac if isinstance(self.jac, str) else (lambda p: self.jac(x, p))
        model = SumOfSquares(lambda p: self.predictor(x, p), self.popt, jac=jac)
        model.value(model.x0)
        G = model.jacobian(model.x0)  # (k, n), ∂f/∂p
        variance = np.einsum("ki,ij,kj->k", G, self.pcov, G).reshape(at.shape) + deviation**2
        half = self.quantile(level) * np.sqrt(variance)
        return at - half, at + half

    def _flat(self):
        from autodiff.tree import leaves

        return np.concatenate([np.reshape(leaf, -1) for leaf in leaves(self.popt)]).astype(float)

    def __repr__(self):
        freedom = f"{self.degrees_of_freedom} degrees of freedom"
        lines = [
            f"{self.result.method}: {self.status} ({'success' if self.success else 'no success'})",
            f"  residual deviation {self.residual_deviation:.6g} with {freedom}, R² {self.r_squared:.6f}",
            f"  {'':<12}{'value':>16}{'standard error':>18}     95 % confidence interval",
        ]
        rows = zip(self.names, self._flat(), self.standard_errors, self.confidence_intervals(), strict=True)
        for name, value, error, (low, high) in rows:
            lines.append(f"  {name:<12}{value:>16.8g}{error:>18.3g}     [{low:.6g}, {high:.6g}]")
        if not np.isfinite(self.pcov).all():
            lines.append(
                "  The data do not determine all parameters: columns of the Jacobian are dependent, or rows lack."
            )
        return "\n".join(lines)
