"""Directions of descent. Any goes with any line search, in `optim.descent.Descent`."""

from .conjugate_gradient import FORMULAS, ConjugateGradient
from .dfp import DFP
from .direction import Direction
from .limited_memory import LimitedMemoryBFGS
from .newton import Newton
from .quasi_newton import BFGS
from .steepest import Steepest
from .symmetric_rank_one import SR1

__all__ = [
    "BFGS",
    "DFP",
    "FORMULAS",
    "SR1",
    "ConjugateGradient",
    "Direction",
    "LimitedMemoryBFGS",
    "Newton",
    "Steepest",
]
