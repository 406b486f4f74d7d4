"""Pictures of objectives and runs. Each takes `ax=`, returns the Axes, and never shows anything by itself."""

from .basins import basins
from .contour import contour
from .convergence import convergence
from .diagnostics import diagnostics
from .fit import fit
from .game import game
from .landscape import landscape
from .phase import phase
from .profile import data_profile, profile
from .race import race
from .schedule import schedule
from .surface import surface
from .trajectory import trajectory
from .wolfe import wolfe

__all__ = [
    "basins",
    "contour",
    "convergence",
    "data_profile",
    "diagnostics",
    "fit",
    "game",
    "landscape",
    "phase",
    "profile",
    "race",
    "schedule",
    "surface",
    "trajectory",
    "wolfe",
]
