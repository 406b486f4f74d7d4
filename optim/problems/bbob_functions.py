"""The 24 noiseless functions of BBOB, formula by formula, up to the constant f_opt.

Each takes points x, shape (..., n), and the constants of an `Instance`, and returns values, shape (...). Rotations act
on rows: R(x - x_opt) is `(x - i.x_opt) @ i.R.T`. Functions 6, 7, 13, 23 and 24 turn by Q first and by R then, as the
collection's programs do; the report names the two the other way round there.

Source: Hansen, Finck, Ros and Auger 2009, Real-parameter black-box optimization benchmarking: noiseless functions
definitions, INRIA report RR-6829.
"""

from __future__ import annotations

import numpy as np

from .bbob_instance import asymmetric, normal, oscillated, penalty, uniform

__all__ = ["FUNCTIONS", "OPTIMA", "PEAKS"]


def _centred(x, i):
    return (x - i.x_opt) @ i.R.T


def _conditioned(x, i, alpha):
    """R Λ^α Q x."""
    return ((x @ i.Q.T) * i.conditioning(alpha)) @ i.R.T


# -- separable ---------------------------------------------------------------------------------------------------------


def _sphere(x, i):
    return ((x - i.x_opt) ** 2).sum(-1)


def _ellipsoid_separable(x, i):
    return (1e6**i.e * oscillated(x - i.x_opt) ** 2).sum(-1)


def _rastrigin(z):
    return 10 * (z.shape[-1] - np.cos(2 * np.pi * z).sum(-1)) + (z**2).sum(-1)


def _rastrigin_separable(x, i):
    return _rastrigin(i.conditioning(10) * asymmetric(oscillated(x - i.x_opt), 0.2, i.e))


def _bueche_rastrigin(x, i):
    z = oscillated(x - i.x_opt)
    is_odd = np.arange(i.n) % 2 == 0  # the first, the third ... coordinate
    return _rastrigin(np.where(is_odd & (z > 0), 10, 1) * i.conditioning(10) * z) + 100 * penalty(x)


def _linear_slope(x, i):
    s = np.sign(i.x_opt) * 10**i.e
    return (5 * np.abs(s) - s * np.where(x * i.x_opt < 25, x, i.x_opt)).sum(-1)


# -- of low or moderate conditioning -----------------------------------------------------------------------------------


def _attractive_sector(x, i):
    z = _conditioned(x - i.x_opt, i, 10)
    return oscillated(((np.where(z * i.x_opt > 0, 100, 1) * z) ** 2).sum(-1)) ** 0.9


def _step_ellipsoid(x, i):
    z = ((x - i.x_opt) @ i.Q.T) * i.conditioning(10)
    steps = np.where(np.abs(z) > 0.5, np.floor(0.5 + z), np.floor(0.5 + 10 * z) / 10)
    ellipsoid = (100**i.e * (steps @ i.R.T) ** 2).sum(-1)
    return 0.1 * np.maximum(np.abs(z[..., 0]) / 1e4, ellipsoid) + penalty(x)


def _rosenbrock_terms(z):
    return 100 * (z[..., :-1] ** 2 - z[..., 1:]) ** 2 + (z[..., :-1] - 1) ** 2


def _rosenbrock(x, i):
    return _rosenbrock_terms(_stretch(i) * (x - i.x_opt) + 1).sum(-1)


def _rosenbrock_rotated(x, i):
    return _rosenbrock_terms(_stretch(i) * x @ i.Q.T + 0.5).sum(-1)


def _stretch(i):
    return max(1.0, i.n**0.5 / 8)


# -- of high conditioning, with one minimum ----------------------------------------------------------------------------


def _ellipsoid(x, i):
    return (1e6**i.e * oscillated(_centred(x, i)) ** 2).sum(-1)


def _discus(x, i):
    z2 = oscillated(_centred(x, i)) ** 2
    return 1e6 * z2[..., 0] + z2[..., 1:].sum(-1)


def _bent_cigar(x, i):
    z2 = (asymmetric(_centred(x, i), 0.5, i.e) @ i.R.T) ** 2
    return z2[..., 0] + 1e6 * z2[..., 1:].sum(-1)


def _sharp_ridge(x, i):
    z = _conditioned(x - i.x_opt, i, 10)
    return z[..., 0] ** 2 + 100 * np.linalg.norm(z[..., 1:], axis=-1)


def _different_powers(x, i):
    return np.linalg.norm(np.abs(_centred(x, i)) ** (1 + 2 * i.e), axis=-1)


# -- of many minima with a global structure ----------------------------------------------------------------------------


def _rastrigin_rotated(x, i):
    z = asymmetric(oscillated(_centred(x, i)), 0.2, i.e) @ i.Q.T
    return _rastrigin((i.conditioning(10) * z) @ i.R.T)


def _weierstrass(x, i):
    z = ((oscillated(_centred(x, i)) @ i.Q.T) * i.conditioning(0.01)) @ i.R.T
    k = np.arange(12)
    waves = (0.5**k * np.cos(2 * np.pi * 3.0**k * (z[..., None] + 0.5))).sum(-1)
    f0 = (0.5**k * np.cos(np.pi * 3.0**k)).sum()
    return 10 * (waves.mean(-1) - f0) ** 3 + 10 / i.n * penalty(x)


def _schaffer(x, i, alpha):
    z2 = ((asymmetric(_centred(x, i), 0.5, i.e) @ i.Q.T) * i.conditioning(alpha)) ** 2
    s = np.sqrt(z2[..., :-1] + z2[..., 1:])
    return (np.sqrt(s) + np.sqrt(s) * np.sin(50 * s**0.2) ** 2).mean(-1) ** 2 + 10 * penalty(x)


def _griewank_rosenbrock(x, i):
    s = _rosenbrock_terms(_stretch(i) * x @ i.Q.T + 0.5)
    return 10 * (s / 4000 - np.cos(s)).mean(-1) + 10


# -- of many minima with a weak structure, or none ---------------------------------------------------------------------


def _schwefel(x, i):
    signed, opposite = 2 * np.sign(i.x_opt) * x, 2 * np.abs(i.x_opt)
    chained = np.concatenate([signed[..., :1], signed[..., 1:] + 0.25 * (signed[..., :-1] - opposite[:-1])], -1)
    z = 100 * (i.conditioning(10) * (chained - opposite) + opposite)
    return -(z * np.sin(np.sqrt(np.abs(z)))).mean(-1) / 100 + 4.189828872724339 + 100 * penalty(z / 100)


def _gallagher(x, i, peaks):
    at, heights, shapes = peaks
    offsets = (x @ i.Q.T)[..., None, :] - at  # (..., peaks, n)
    exponents = -(shapes * offsets**2).sum(-1) / (2 * i.n)
    return oscillated(10 - (heights * np.exp(exponents)).max(-1)) ** 2 + penalty(x)


def _peaks(i, count, alpha_of_highest, reach):
    """Where they are, rotated, shape (count, n); their heights, (count,); and the diagonals of their Cᵢ, (count, n)."""
    order = np.argsort(uniform(count - 1, i.seed), kind="stable")
    alphas = np.concatenate([[alpha_of_highest], (1000 ** np.linspace(0, 1, count - 1))[order]])
    shuffles = [np.argsort(uniform(i.n, i.seed + 1000 * k), kind="stable") for k in range(count)]
    shapes = np.array([(alpha ** (i.e - 0.5))[shuffle] for alpha, shuffle in zip(alphas, shuffles, strict=True)])
    heights = np.concatenate([[10.0], np.linspace(1.1, 9.1, count - 1)])
    at = reach * (2 * uniform(i.n * count, i.seed).reshape(count, i.n) - 1)
    at[0] *= 0.8  # the highest is not near the border
    return at @ i.Q.T, heights, shapes


def _katsuura(x, i):
    z = _conditioned(x - i.x_opt, i, 100)
    powers = 2.0 ** np.arange(1, 33)
    scaled = z[..., None] * powers
    ragged = (np.abs(scaled - np.floor(scaled + 0.5)) / powers).sum(-1)
    product = np.prod((1 + np.arange(1, i.n + 1) * ragged) ** (10 / i.n**1.2), -1)
    return 10 / i.n**2 * (product - 1) + penalty(x)


def _lunacek(x, i):
    s = 1 - 1 / (2 * np.sqrt(i.n + 20) - 8.2)
    mu0, d = 2.5, 1.0
    mu1 = -np.sqrt((mu0**2 - d) / s)
    signed = 2 * np.sign(i.x_opt) * x
    bowls = np.minimum(((signed - mu0) ** 2).sum(-1), d * i.n + s * ((signed - mu1) ** 2).sum(-1))
    z = _conditioned(signed - mu0, i, 100)
    return bowls + 10 * (i.n - np.cos(2 * np.pi * z).sum(-1)) + 1e4 * penalty(x)


# number: name, function
FUNCTIONS = {
    1: ("sphere", _sphere),
    2: ("ellipsoid_separable", _ellipsoid_separable),
    3: ("rastrigin_separable", _rastrigin_separable),
    4: ("bueche_rastrigin", _bueche_rastrigin),
    5: ("linear_slope", _linear_slope),
    6: ("attractive_sector", _attractive_sector),
    7: ("step_ellipsoid", _step_ellipsoid),
    8: ("rosenbrock", _rosenbrock),
    9: ("rosenbrock_rotated", _rosenbrock_rotated),
    10: ("ellipsoid", _ellipsoid),
    11: ("discus", _discus),
    12: ("bent_cigar", _bent_cigar),
    13: ("sharp_ridge", _sharp_ridge),
    14: ("different_powers", _different_powers),
    15: ("rastrigin", _rastrigin_rotated),
    16: ("weierstrass", _weierstrass),
    17: ("schaffer", lambda x, i: _schaffer(x, i, 10)),
    18: ("schaffer_ill_conditioned", lambda x, i: _schaffer(x, i, 1000)),
    19: ("griewank_rosenbrock", _griewank_rosenbrock),
    20: ("schwefel", _schwefel),
    21: ("gallagher_101", lambda x, i: _gallagher(x, i, i.peaks)),
    22: ("gallagher_21", lambda x, i: _gallagher(x, i, i.peaks)),
    23: ("katsuura", _katsuura),
    24: ("lunacek", _lunacek),
}


def _odd_coordinates_positive(i):
    x = i.drawn_optimum()
    x[::2] = np.abs(x[::2])
    return x


# number: where the minimum is, for the functions that do not take it as drawn
OPTIMA = {
    4: _odd_coordinates_positive,
    5: lambda i: 5 * np.sign(i.drawn_optimum()),
    8: lambda i: 0.75 * i.drawn_optimum(),
    9: lambda i: np.full(i.n, 0.5 / _stretch(i)) @ i.Q,
    12: lambda i: i.drawn_optimum(1_000_000),
    19: lambda i: np.full(i.n, 0.5 / _stretch(i)) @ i.Q,
    # the maximum of z sin √z is at 420.96874636; the report has 4.2096874633, a misprint
    20: lambda i: 4.2096874637 / 2 * np.sign(uniform(i.n, i.seed) - 0.5),
    21: lambda i: i.peaks[0][0] @ i.Q,
    22: lambda i: i.peaks[0][0] @ i.Q,
    24: lambda i: 2.5 / 2 * np.sign(normal(i.n, i.seed)),
}

# number: where Gallagher's peaks are, how high and how wide
PEAKS = {21: lambda i: _peaks(i, 101, 1000**0.5, 5.0), 22: lambda i: _peaks(i, 21, 1000.0, 4.9)}
