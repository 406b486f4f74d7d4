"""Pictures of objectives and runs. Each takes `ax=`, returns the Axes, and never shows anything by itself."""

from .contour import contour
from .convergence import convergence
from .surface import surface
from .trajectory import trajectory

__all__ = ["contour", "convergence", "surface", "trajectory"]
