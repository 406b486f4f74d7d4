"""Minimisation within bounds by L-BFGS-B: a box, and a Hessian learnt from gradients."""

from .cauchy import cauchy_point
from .compact import CompactHessian
from .method import LBFGSB, lbfgsb

__all__ = ["LBFGSB", "CompactHessian", "cauchy_point", "lbfgsb"]
