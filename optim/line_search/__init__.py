"""Line searches: how far to go along a direction. Any goes with any direction.

| name | the step satisfies | asks for |
|---|---|---|
| `fixed` | nothing: α = 1, or `Fixed(step)` | one value and gradient |
| `armijo` | sufficient decrease | values |
| `strong_wolfe` | sufficient decrease, and a flatter slope | values and gradients |
| `more_thuente` | the same, from a guarded interval | values and gradients |
| `hager_zhang` | the Wolfe conditions, or their approximate form | values and gradients |
| `nonmonotone` | sufficient decrease below a level of earlier iterates | values |
| `exact` | φ'(α) = 0 | φ' and φ'' by nested dual numbers |
"""

from __future__ import annotations

from ..errors import UnknownOptionError, near_matches
from .armijo import Armijo
from .exact import Exact
from .fixed import Fixed
from .hager_zhang import HagerZhang
from .initial import ConstantStep, InitialStep, PreviousChange, PreviousDecrease, UnitStep
from .more_thuente import MoreThuente
from .nonmonotone import Nonmonotone
from .ray import LineSearch, Outcome, Ray, Trial
from .wolfe import StrongWolfe

__all__ = [
    "Armijo",
    "ConstantStep",
    "Exact",
    "Fixed",
    "HagerZhang",
    "InitialStep",
    "LineSearch",
    "MoreThuente",
    "Nonmonotone",
    "Outcome",
    "PreviousChange",
    "PreviousDecrease",
    "Ray",
    "StrongWolfe",
    "Trial",
    "UnitStep",
    "line_search",
]

_BY_NAME = {
    "armijo": Armijo,
    "exact": Exact,
    "fixed": Fixed,
    "hager_zhang": HagerZhang,
    "more_thuente": MoreThuente,
    "nonmonotone": Nonmonotone,
    "strong_wolfe": StrongWolfe,
}


def line_search(spec: str | LineSearch) -> LineSearch:
    """The search of that name with its defaults, or the search itself.

    >>> line_search("armijo")
    Armijo(c1=0.0001, shortest=0.1, longest=0.5, max_evaluations=60, noise=1e-10)
    """
    if not isinstance(spec, str):
        return spec
    if spec not in _BY_NAME:
        known = ", ".join(map(repr, _BY_NAME))
        raise UnknownOptionError(
            f"there is no line search {spec!r}{near_matches(spec, _BY_NAME) or ';'} give one of {known}, or an object "
            "such as optim.line_search.StrongWolfe(c2=0.1)"
        )
    return _BY_NAME[spec]()
