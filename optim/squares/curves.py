"""`curve_fit`: a model, data, and parameters with their uncertainty."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InvalidObjectiveError, InvalidStartError
from ..objective import as_tree
from ..traced import as_array, as_number
from .fit import CurveFit, covariance
from .solving import least_squares

__all__ = ["curve_fit"]


def curve_fit(
    model: Callable,
    xdata: Any,
    ydata: Any,
    p0: Any = None,
    *,
    sigma: Any = None,
    absolute_sigma: bool = False,
    bounds: Any = None,
    method: Any = "lm",
    jac: Any = None,
    **keywords: Any,
) -> CurveFit:
    """min over p of Σᵢ ((model(xᵢ, p) - yᵢ) / σᵢ)², and the uncertainty of p: pcov = s² (JᵀJ)⁻¹, s² = Σ r² / (m - n).

    model     (x, *p) → predictions like ydata; with p0 a dict, (x, **p)
    xdata     whatever the model takes as x
    ydata     m numbers, of any shape
    p0        where to start: n numbers, or a dict of numbers or arrays; by default ones, as many as the model has
              parameters
    sigma     standard deviations of ydata, in its shape or a number; or their covariance matrix, shape (m, m)
    absolute_sigma  whether sigma is known as it is; if not, only its proportions count, and pcov is scaled by s²
    bounds    n pairs (low, high), or optim.Bounds(lower, upper). pcov is that of the unbounded problem
    method, and the other keywords, are those of `optim.least_squares`, such as loss and f_scale
    jac       ∂model/∂p, a function of the same arguments, shape (m, n), without sigma; "2-point", "3-point"; None for
              autodiff

    Returns a `CurveFit`; `popt, pcov = curve_fit(...)` works too. Inside of a function that is being differentiated,
    the parameters, their covariance and all that follows from them are differentiated with respect to xdata, ydata,
    sigma and the bounds.

    Source: Seber and Wild 1989, Nonlinear Regression; the names follow SciPy's curve_fit.

    >>> x = np.arange(6.0)
    >>> fit = curve_fit(lambda x, a, b: a + b * x, x, np.array([1.1, 2.9, 5.1, 7.0, 8.9, 11.1]), [1.0, 1.0])
    >>> fit.popt.round(4), fit.standard_errors.round(4)
    (array([1.0238, 1.9971]), array([0.0794, 0.0262]))
    """
    from autodiff import stop_gradient

    y = as_array(ydata)
    if not y.size or not np.isfinite(y).all():
        raise InvalidObjectiveError("ydata must be finite numbers, at least one; leave out what is missing")
    p0 = _start(model) if p0 is None else as_tree(stop_gradient(list(p0) if isinstance(p0, tuple) else p0))
    predictor = _with_tree(model, p0)
    weights = _weights(sigma, y)

    def residual(p, xdata, y, weights):
        return _whitened(np.reshape(_checked(predictor(xdata, p), y), -1) - y.reshape(-1), weights)

    def whitened_jac(p, xdata, y, weights):
        return _whitened(as_array(tree_jac(xdata, p)), weights)

    tree_jac = _with_tree(jac, p0) if callable(jac) else jac
    found = least_squares(residual, p0, method, jac=whitened_jac if callable(jac) else jac, bounds=bounds,
                          args=(xdata, y, weights), **keywords)  # fmt: skip
    m, n = found.jacobian.shape
    squares = 2 * found.cost
    deviation = np.sqrt(squares / (m - n)) if m > n else np.nan
    spread = covariance(found.jacobian)
    if spread is None or (m <= n and not absolute_sigma):
        spread = np.full((n, n), np.inf)
    elif not absolute_sigma:
        spread = deviation**2 * spread
    centred = _whitened(y.reshape(-1) - y.mean(), weights)
    return CurveFit(
        popt=found.x,
        pcov=spread,
        names=_names(model, p0),
        residual_deviation=as_number(deviation),
        degrees_of_freedom=m - n,
        r_squared=as_number(1 - squares / (centred @ centred)) if np.any(centred) else np.nan,
        absolute_sigma=absolute_sigma,
        result=found,
        predictor=predictor,
        jac=tree_jac,
        has_sigma=sigma is not None,
    )


def _parameters(model):
    try:
        parameters = list(inspect.signature(model).parameters.values())[1:]
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _start(model):
    names = _parameters(model)
    if not names:
        raise InvalidStartError("the model does not tell how many parameters it has; give p0")
    return np.ones(len(names))


def _with_tree(model, p0):
    """The model as a function of x and the tree of parameters."""
    if isinstance(p0, dict):
        return lambda x, p: model(x, **p)
    if isinstance(p0, np.ndarray) and p0.ndim == 1:
        return lambda x, p: model(x, *(p[i] for i in range(len(p))))
    return model


def _names(model, p0):
    """One name for each number among the parameters."""
    if isinstance(p0, np.ndarray) and p0.ndim == 1:
        names = _parameters(model)
        return tuple(names) if len(names) == p0.size else tuple(f"p{i}" for i in range(p0.size))
    from autodiff.tree import leaves_with_path

    sizes = [(path.strip("[]'\".") or "p", np.size(leaf)) for path, leaf in leaves_with_path(p0)]
    return tuple(path if size == 1 else f"{path}[{i}]" for path, size in sizes for i in range(size))


def _checked(predicted, y):
    if np.shape(predicted) != y.shape:
        raise InvalidObjectiveError(
            f"the model returns shape {np.shape(predicted)}, but ydata has shape {y.shape}; both must be the same"
        )
    return predicted


def _weights(sigma, y):
    """What takes residuals to residuals of equal variance: None, factors of shape (m,), or a matrix, shape (m, m)."""
    if sigma is None:
        return None
    sigma = as_array(sigma)
    if sigma.shape == (y.size, y.size) and y.size > 1:
        try:
            return np.linalg.inv(np.linalg.cholesky(sigma))
        except np.linalg.LinAlgError as error:
            raise InvalidObjectiveError("sigma is a matrix, but not a covariance: not positive definite") from error
    if sigma.shape not in ((), y.shape):
        raise InvalidObjectiveError(
            f"sigma has shape {sigma.shape}; give a number, the shape {y.shape} of ydata, or {(y.size, y.size)}"
        )
    if not np.all(sigma > 0):
        raise InvalidObjectiveError("sigma must be positive throughout; it is the standard deviation of ydata")
    return np.reshape(np.broadcast_to(1 / sigma, y.shape), -1)


def _whitened(r, weights):
    """Residuals, shape (m,), or their Jacobian, shape (m, n), with equal variance."""
    if weights is None:
        return r
    if np.ndim(weights) == 2:
        return weights @ r
    return r * (weights if np.ndim(r) == 1 else weights[:, None])
