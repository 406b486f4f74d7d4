"""Functions of one number: their minima and their roots.

| name | finds |
|---|---|
| `brent`, `golden_section` | a minimum, as methods of `minimize` |
| `root_scalar` | a root between two points of different sign, by Algorithm 748 |
"""

from .minimum import brent, golden_section
from .root import root_scalar

__all__ = ["brent", "golden_section", "root_scalar"]
