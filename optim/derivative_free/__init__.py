"""Methods that ask for values alone, and look for a minimum near the start.

| method | moves |
|---|---|
| `nelder_mead` | a simplex, by turning its worst vertex over |
| `pattern_search` | along the coordinates, and on in the direction that has paid |
| `powell` | to the minimum along each of a set of directions that become conjugate |
| `quadratic_model` | to the minimum of a quadratic through known points, within a trust region |
"""

from .nelder_mead import nelder_mead
from .pattern_search import pattern_search
from .powell import powell
from .quadratic_model import quadratic_model

__all__ = ["nelder_mead", "pattern_search", "powell", "quadratic_model"]
