"""Problems 1 to 19 of Moré, Garbow and Hillstrom: residuals of a fixed number of variables, and their data.

Each is written as in the paper; x is a vector, and what is returned is the vector of the residuals fᵢ(x).
"""

from __future__ import annotations

import numpy as np

__all__ = ["BARD", "FIXED", "KOWALIK_U", "KOWALIK_Y", "OSBORNE_2"]

BARD = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39])
_GAUSSIAN = np.array(
    [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
     0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009]
)  # fmt: skip
_MEYER = np.array(
    [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872], float
)
KOWALIK_Y = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
KOWALIK_U = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
_OSBORNE_1 = np.array(
    [0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
     0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
     0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406]
)  # fmt: skip
OSBORNE_2 = np.array(
    [1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
     0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
     0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
     0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
     0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054]
)  # fmt: skip


def _rosenbrock(x):
    return np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def _freudenstein_roth(x):
    return np.stack([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]])


def _powell_badly_scaled(x):
    return np.stack([1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001])


def _brown_badly_scaled(x):
    return np.stack([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2])


def _beale(x):
    return np.array([1.5, 2.25, 2.625]) - x[0] * (1 - x[1] ** np.arange(1, 4))


def _jennrich_sampson(x):
    i = np.arange(1.0, 11.0)
    return 2 + 2 * i - (np.exp(i * x[0]) + np.exp(i * x[1]))


def _helical_valley(x):
    turns = 0.25 + np.arctan2(-x[0], x[1]) / (2 * np.pi)  # of (x₁, x₂) about the origin, in (-¼, ¾]
    return np.stack([10 * (x[2] - 10 * turns), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


def _bard(x):
    u = np.arange(1.0, 16.0)
    v = 16 - u
    return BARD - (x[0] + u / (v * x[1] + np.minimum(u, v) * x[2]))


def _gaussian(x):
    t = (8 - np.arange(1, 16)) / 2
    return x[0] * np.exp(-x[1] * (t - x[2]) ** 2 / 2) - _GAUSSIAN


def _meyer(x):
    t = 45 + 5 * np.arange(1, 17)
    return x[0] * np.exp(x[1] / (t + x[2])) - _MEYER


def _gulf(x):
    # As in the paper's source, Cox 1969: the paper has |yᵢ m i x₂| for |yᵢ - x₂|, a misprint.
    t = np.arange(1, 100) / 100
    y = 25 + (-50 * np.log(t)) ** (2 / 3)
    return np.exp(-(np.abs(y - x[1]) ** x[2]) / x[0]) - t


def _box(x):
    t = 0.1 * np.arange(1, 11)
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


def _powell_singular(x):
    return np.stack([
        x[0] + 10 * x[1], 5**0.5 * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, 10**0.5 * (x[0] - x[3]) ** 2,
    ])  # fmt: skip


def _wood(x):
    return np.stack([
        10 * (x[1] - x[0] ** 2), 1 - x[0], 90**0.5 * (x[3] - x[2] ** 2), 1 - x[2],
        10**0.5 * (x[1] + x[3] - 2), 10**-0.5 * (x[1] - x[3]),
    ])  # fmt: skip


def _kowalik_osborne(x):
    u = KOWALIK_U
    return KOWALIK_Y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


def _brown_dennis(x):
    t = np.arange(1, 21) / 5
    return (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2


def _osborne_1(x):
    t = 10 * np.arange(33)
    return _OSBORNE_1 - (x[0] + x[1] * np.exp(-t * x[3]) + x[2] * np.exp(-t * x[4]))


def _biggs_exp6(x):
    t = 0.1 * np.arange(1, 14)
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[2] * np.exp(-t * x[0]) - x[3] * np.exp(-t * x[1]) + x[5] * np.exp(-t * x[4]) - y


def _osborne_2(x):
    t = np.arange(65) / 10
    peaks = (x[1 + k] * np.exp(-((t - x[8 + k]) ** 2) * x[5 + k]) for k in range(3))
    return OSBORNE_2 - (x[0] * np.exp(-t * x[4]) + sum(peaks))


# number: name, residual, m, standard start
FIXED = {
    1: ("rosenbrock", _rosenbrock, 2, [-1.2, 1]),
    2: ("freudenstein_roth", _freudenstein_roth, 2, [0.5, -2]),
    3: ("powell_badly_scaled", _powell_badly_scaled, 2, [0, 1]),
    4: ("brown_badly_scaled", _brown_badly_scaled, 3, [1, 1]),
    5: ("beale", _beale, 3, [1, 1]),
    6: ("jennrich_sampson", _jennrich_sampson, 10, [0.3, 0.4]),
    7: ("helical_valley", _helical_valley, 3, [-1, 0, 0]),
    8: ("bard", _bard, 15, [1, 1, 1]),
    9: ("gaussian", _gaussian, 15, [0.4, 1, 0]),
    10: ("meyer", _meyer, 16, [0.02, 4000, 250]),
    11: ("gulf", _gulf, 99, [5, 2.5, 0.15]),
    12: ("box", _box, 10, [0, 10, 20]),
    13: ("powell_singular", _powell_singular, 4, [3, -1, 0, 1]),
    14: ("wood", _wood, 6, [-3, -1, -3, -1]),
    15: ("kowalik_osborne", _kowalik_osborne, 11, [0.25, 0.39, 0.415, 0.39]),
    16: ("brown_dennis", _brown_dennis, 20, [25, 5, -5, -1]),
    17: ("osborne_1", _osborne_1, 33, [0.5, 1.5, -1, 0.01, 0.02]),
    18: ("biggs_exp6", _biggs_exp6, 13, [1, 2, 1, 1, 1, 1]),
    19: ("osborne_2", _osborne_2, 65, [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5]),
}
