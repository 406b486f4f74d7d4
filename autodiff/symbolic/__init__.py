"""The bridge to SymPy: functions run on symbols, expressions run as functions, and both compared with each other.

`to_sympy` records a function on a tape at a point and computes the tape again with symbols: an elementwise primitive
as the SymPy function that is its counterpart, a linear or bilinear one as itself, on arrays of expressions.
"""

from .agreement import check
from .expressions import to_sympy
from .functions import from_sympy
from .replay import of_tape

__all__ = ["check", "from_sympy", "of_tape", "to_sympy"]
