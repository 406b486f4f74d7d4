"""Data made by formulas: small problems whose answer is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .record import LabelledData

__all__ = ["adding_problem", "copy_task", "gaussian_ring", "moons", "spiral", "swiss_roll"]


def _made(name, inputs, targets, feature_names=(), target_names=(), source=""):
    return LabelledData(name, inputs, targets, tuple(feature_names), tuple(target_names), source, "generated")


def _generator(rng):
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool):
        return np.random.default_rng(rng)
    raise TypeError(f"rng is a numpy.random.Generator or a seed, such as np.random.default_rng(0), not {rng!r}")


def spiral(
    rng: Any, n: int = 400, arms: int = 2, turns: float = 4.7 / (2 * math.pi), noise: float = 0.3
) -> LabelledData:
    """Points on the arms of a spiral, one class for each arm: inputs (n · arms, 2), by default those of Fig. 3.9.

    Arm j has the points r (sin φ, cos φ) with radius r from 0.05 to 1 and angle φ from 2π·turns·j on, over `turns`
    turns, plus normal noise.

    >>> spiral(0).inputs.shape
    (800, 2)
    """
    rng = _generator(rng)
    radius = np.linspace(0.05, 1, n)
    length = 2 * math.pi * turns
    arm = np.repeat(np.arange(arms), n)
    angle = np.concatenate([np.linspace(j * length, (j + 1) * length, n) for j in range(arms)])
    angle += noise * rng.standard_normal(n * arms)
    points = np.tile(radius, arms)[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return _made("Spiral", points, arm, ("x", "y"), [f"arm {j}" for j in range(arms)])


def moons(rng: Any, n: int = 200, noise: float = 0.1) -> LabelledData:
    """Two interleaved half circles with normal noise: inputs (n, 2), classes 0 and 1.

    >>> np.bincount(moons(0, n=101).targets)
    array([51, 50])
    """
    rng = _generator(rng)
    first, second = n - n // 2, n // 2
    a, b = np.linspace(0, math.pi, first), np.linspace(0, math.pi, second)
    outer = np.column_stack([np.cos(a), np.sin(a)])
    inner = np.column_stack([1 - np.cos(b), 0.5 - np.sin(b)])
    points = np.concatenate([outer, inner]) + noise * rng.standard_normal((n, 2))
    return _made("Moons", points, np.repeat([0, 1], [first, second]), ("x", "y"), ("outer", "inner"))


def adding_problem(rng: Any, n: int, length: int) -> LabelledData:
    """Sequences of pairs (number, mark); the target is the sum of the two numbers that are marked.

    Inputs (n, length, 2) of float32: numbers uniform on [0, 1), and marks, 1 at one place of each half and 0 elsewhere.
    Targets (n,). Who always answers 1 has a mean squared error of 1/6.

    Source: Hochreiter and Schmidhuber 1997, experiment 4; in the form of Le, Jaitly and Hinton 2015, section 4.1.

    >>> problem = adding_problem(0, n=3, length=10)
    >>> x, y = problem[0]
    >>> bool(np.isclose((x[:, 0] * x[:, 1]).sum(), y))
    True
    """
    if length < 2:
        raise ValueError(f"a sequence of length {length} has no two halves; take at least 2")
    rng = _generator(rng)
    inputs = np.zeros((n, length, 2), np.float32)
    inputs[:, :, 0] = rng.random((n, length), np.float32)
    half = length // 2
    rows = np.arange(n)
    inputs[rows, rng.integers(0, half, n), 1] = 1
    inputs[rows, rng.integers(half, length, n), 1] = 1
    targets = (inputs[:, :, 0] * inputs[:, :, 1]).sum(axis=1)
    source = "after Hochreiter and Schmidhuber 1997, experiment 4"
    return _made(f"Adding problem, length {length}", inputs, targets, ("number", "mark"), (), source)


def copy_task(rng: Any, n: int, length: int = 10, vocabulary: int = 11) -> np.ndarray:
    """Sequences to be copied, (n, length) of integers: symbols from 1 to vocabulary - 1, the first of them always 1.

    0 is left for padding, as in the Annotated Transformer's first example (Rush 2018).

    >>> copy_task(0, n=2, length=5)[:, 0]
    array([1, 1])
    """
    sequences = _generator(rng).integers(1, vocabulary, (n, length))
    sequences[:, 0] = 1
    return sequences


def gaussian_ring(rng: Any, n: int, modes: int = 8, radius: float = 2.0, std: float = 0.02) -> LabelledData:
    """A mixture of normal distributions on a circle: inputs (n, 2), the class is the mode. What GANs lose modes on.

    Source: Metz, Poole, Pfau and Sohl-Dickstein 2017, section 3.1.

    >>> gaussian_ring(0, n=100).inputs.shape
    (100, 2)
    """
    rng = _generator(rng)
    mode = rng.integers(0, modes, n)
    angle = 2 * math.pi * mode / modes
    points = radius * np.column_stack([np.cos(angle), np.sin(angle)]) + std * rng.standard_normal((n, 2))
    return _made("Ring of Gaussians", points, mode, ("x", "y"), [f"mode {k}" for k in range(modes)])


def swiss_roll(rng: Any, n: int, noise: float = 0.0) -> LabelledData:
    """Points (t cos t, h, t sin t) of a rolled-up plane, t from 1.5π to 4.5π, h from 0 to 21; the target is t.

    Source: Tenenbaum, de Silva and Langford 2000.

    >>> swiss_roll(0, n=100).inputs.shape
    (100, 3)
    """
    rng = _generator(rng)
    t = 1.5 * math.pi * (1 + 2 * rng.random(n))
    points = np.column_stack([t * np.cos(t), 21 * rng.random(n), t * np.sin(t)])
    return _made("Swiss roll", points + noise * rng.standard_normal((n, 3)), t, ("x", "height", "z"))
