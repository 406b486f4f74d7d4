"""Directions of descent. Any goes with any line search, in `optim.descent.Descent`."""

from .direction import Direction
from .limited_memory import LimitedMemoryBFGS
from .newton import Newton
from .quasi_newton import BFGS
from .steepest import Steepest

__all__ = ["BFGS", "Direction", "LimitedMemoryBFGS", "Newton", "Steepest"]
