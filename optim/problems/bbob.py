"""The 24 noiseless functions of BBOB as test problems."""

from __future__ import annotations

import numpy as np

from .bbob_functions import FUNCTIONS, OPTIMA, PEAKS
from .bbob_instance import Instance
from .problem import Problem

__all__ = ["bbob"]

_SOURCE = "Hansen, Finck, Ros and Auger 2009, BBOB noiseless functions definitions, RR-6829, function {}"


def bbob(n: int, instance: int = 1) -> list[Problem]:
    """The 24 functions of n ≥ 2 variables, in order; all have their minimum in [-5, 5]ⁿ.

    instance  a number ≥ 1 that draws the minimiser, the minimum and the rotations; the same as in the COCO platform

    A problem takes a point of shape (n,) or a population of any shape (..., n), and returns values of shape (...).
    `minima[0]` is where f takes the value `f_min`.

    Source: Hansen, Finck, Ros and Auger 2009, RR-6829; the platform: Hansen et al. 2021, COCO.

    >>> functions = bbob(5)
    >>> functions[2]
    Problem(rastrigin_separable, n=5, f_min=-462.09)
    >>> functions[2](np.zeros((7, 5))).shape
    (7,)
    """
    if n < 2:
        raise ValueError(f"the functions of BBOB have at least 2 variables, not {n}")
    return [_problem(number, n, instance) for number in FUNCTIONS]


def _problem(number, n, instance):
    name, function = FUNCTIONS[number]
    i = Instance(number, n, instance)
    if number in PEAKS:
        i.peaks = PEAKS[number](i)
    if number in OPTIMA:
        i.x_opt = OPTIMA[number](i)
    f_opt = i.f_opt
    box = ((-5.0, 5.0), (-5.0, 5.0))
    return Problem(name, lambda x: function(x, i) + f_opt, np.zeros(n), (i.x_opt,), f_opt, box, _SOURCE.format(number))
