"""The nonlinear regressions of NIST's Statistical Reference Datasets, read from the files as NIST publishes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from .models import MODELS

__all__ = ["Regression", "nist"]

_CERTIFIED_DIGITS = 11


@dataclass(frozen=True, eq=False, repr=False)
class Regression:
    """Data, a model, two starts, and the answer, certified to 11 digits.

    name, level   level is "Lower", "Average" or "Higher", the difficulty
    model         (x, *b) → predictions, shape (m,)
    x, y          the predictor, shape (m,), or (2, m) where there are two; the response, shape (m,)
    starts        the two starting points, each of shape (n,); the first is far from the solution
    certified     the parameters, shape (n,)
    deviations    their standard deviations, shape (n,)
    sum_of_squares, residual_deviation, degrees_of_freedom    certified, too
    """

    name: str
    level: str
    model: Callable
    x: np.ndarray
    y: np.ndarray
    starts: tuple[np.ndarray, np.ndarray]
    certified: np.ndarray
    deviations: np.ndarray
    sum_of_squares: float
    residual_deviation: float
    degrees_of_freedom: int

    def residual(self, b):
        """model(x, b) - y, shape (m,)."""
        return self.model(self.x, *b) - self.y

    def digits(self, found: np.ndarray) -> float:
        """Correct digits of the worst parameter, `log_relative_error`."""
        return log_relative_error(found, self.certified)

    def __repr__(self):
        return f"Regression({self.name}, {self.level.lower()} difficulty, n={self.certified.size}, m={self.y.size})"


def log_relative_error(found: np.ndarray, certified: np.ndarray) -> float:
    """min over the entries of -log₁₀ |found - certified| / |certified|, between 0 and the 11 digits certified.

    Source: McCullough 1998, Assessing the reliability of statistical software, The American Statistician 52, 358-366.

    >>> log_relative_error(np.array([1.001, 2.0]), np.array([1.0, 2.0])).__round__(6)
    3.0
    """
    worst = float(np.max(np.abs(found - certified) / np.abs(certified)))
    if not worst:
        return float(_CERTIFIED_DIGITS)
    return float(np.clip(-np.log10(worst), 0, _CERTIFIED_DIGITS)) if np.isfinite(worst) else 0.0


@cache
def nist() -> tuple[Regression, ...]:
    """The 27 regressions, in alphabetical order. The data are in the public domain.

    Source: NIST/ITL Statistical Reference Datasets, nonlinear regression (Rogers, Filliben, Gill, Guthrie, Lagergren
    and Vangel 1998).

    >>> problems = nist()
    >>> len(problems), problems[0]
    (27, Regression(Bennett5, higher difficulty, n=3, m=154))
    """
    folder = files("optim.problems.nist").joinpath("data")
    return tuple(_read(name, folder.joinpath(f"{name}.dat").read_text("ascii")) for name in MODELS)


_PARAMETER = re.compile(r"^\s*b\d+ =" + r"\s+(\S+)" * 4, re.MULTILINE)


def _read(name, text):
    rows = np.array(_PARAMETER.findall(text), float)  # (n, 4)
    start1, start2, certified, deviations = rows.T
    data = np.array([line.split() for line in text[text.rindex("Data:") :].splitlines()[1:] if line.strip()], float)
    y, x = data[:, 0], np.ascontiguousarray(data[:, 1:].T)  # the response is in the first column
    return Regression(
        name=name,
        level=re.findall(r"(\w+) Level of Difficulty", text)[0],
        model=MODELS[name],
        x=x if len(x) > 1 else x[0],
        y=np.log(y) if name == "Nelson" else y,
        starts=(start1, start2),
        certified=certified,
        deviations=deviations,
        sum_of_squares=_number(text, "Residual Sum of Squares"),
        residual_deviation=_number(text, "Residual Standard Deviation"),
        degrees_of_freedom=int(_number(text, "Degrees of Freedom")),
    )


def _number(text, label):
    return float(re.findall(rf"{label}:\s+(\S+)", text)[0])
