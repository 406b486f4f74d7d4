"""The 27 nonlinear regressions that NIST certified to 11 digits; `python -m optim.problems.nist` fits them all."""

from .regression import Regression, log_relative_error, nist

__all__ = ["Regression", "log_relative_error", "nist"]
