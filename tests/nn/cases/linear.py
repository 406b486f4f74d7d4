"""Affine layers."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case

CASES = [
    Case("Linear", lambda rng, dtype: nn.Linear(3, 4, rng=rng, dtype=dtype), ((5, 3),), (5, 4), 16),
    Case("Linear(bias=False)", lambda rng, dtype: nn.Linear(3, 4, False, rng=rng, dtype=dtype), ((5, 3),), (5, 4), 12),
    Case("Linear on sequences", lambda rng, dtype: nn.Linear(3, 4, rng=rng, dtype=dtype), ((2, 5, 3),), (2, 5, 4), 16),
    Case("Bilinear", lambda rng, dtype: nn.Bilinear(2, 3, 4, rng=rng, dtype=dtype), ((5, 2), (5, 3)), (5, 4), 28),
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
