"""Affine layers."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case

CASES = [
    Case("Linear", lambda rng, dtype: nn.Linear(3, 4, rng=rng, dtype=dtype), ((5, 3),), (5, 4), 16),
    Case("Linear(bias=False)", lambda rng, dtype: nn.Linear(3, 4, False, rng=rng, dtype=dtype), ((5, 3),), (5, 4), 12),
    Case("Linear on sequences", lambda rng, dtype: nn.Linear(3, 4, rng=rng, dtype=dtype), ((2, 5, 3),), (2, 5, 4), 16),
    Case("Bilinear", lambda rng, dtype: nn.Bilinear(2, 3, 4, rng=rng, dtype=dtype), ((5, 2), (5, 3)), (5, 4), 28),
    Case(
        "LinearGeneral",
        lambda rng, dtype: nn.LinearGeneral((2, 3), (4, 2), (1, -1), rng=rng, dtype=dtype),
        ((5, 2, 6, 3),),
        (5, 6, 4, 2),
        56,
    ),
    Case(
        "LinearGeneral(bias=False)",
        lambda rng, dtype: nn.LinearGeneral(3, (4, 2), bias=False, rng=rng, dtype=dtype),
        ((5, 3),),
        (5, 4, 2),
        24,
    ),
    Case(
        "Einsum",
        lambda rng, dtype: nn.Einsum("nta,ahb->nhtb", (6, 2, 3), (2, 1, 3), rng=rng, dtype=dtype),
        ((5, 4, 6),),
        (5, 2, 4, 3),
        42,
    ),
    Case(
        "Einsum on any axes",
        lambda rng, dtype: nn.Einsum("...i,io->...o", (6, 2), rng=rng, dtype=dtype),
        ((5, 4, 6),),
        (5, 4, 2),
        12,
    ),
    Case("Identity", lambda rng, dtype: nn.Identity(), ((5, 3),), (5, 3)),
    Case("Lambda", lambda rng, dtype: nn.Lambda(np.tanh), ((5, 3),), (5, 3)),
    Case(
        "Sequential",
        lambda rng, dtype: nn.Sequential(nn.Linear(3, 4, rng=rng, dtype=dtype), nn.ReLU()),
        ((5, 3),),
        (5, 4),
        16,
        smooth=False,
    ),
    Case(
        "Parallel",
        lambda rng, dtype: nn.Parallel(nn.Linear(3, 4, rng=rng, dtype=dtype), nn.Identity()),
        ((5, 3),),
        (5, 7),
        16,
    ),
    Case("Skip", lambda rng, dtype: nn.Skip(nn.Linear(3, 3, rng=rng, dtype=dtype)), ((5, 3),), (5, 3), 12),
]
