"""Dropout and noise."""

from autodiff import nn
from tests.nn.case import Case

CASES = [
    Case("Dropout", lambda rng, dtype: nn.Dropout(0.3, rng=rng), ((5, 3),), (5, 3), random=True),
    Case("Dropout1d", lambda rng, dtype: nn.Dropout1d(0.3, rng=rng), ((5, 3, 4),), (5, 3, 4), random=True),
    Case("Dropout2d", lambda rng, dtype: nn.Dropout2d(0.3, rng=rng), ((5, 3, 2, 4),), (5, 3, 2, 4), random=True),
    Case("Dropout3d", lambda rng, dtype: nn.Dropout3d(0.3, rng=rng), ((5, 3, 2, 2, 2),), (5, 3, 2, 2, 2), random=True),
    Case("AlphaDropout", lambda rng, dtype: nn.AlphaDropout(0.3, rng=rng), ((5, 3),), (5, 3), random=True),
    Case("DropPath", lambda rng, dtype: nn.DropPath(0.3, rng=rng), ((5, 3, 2),), (5, 3, 2), random=True),
    Case("GaussianNoise", lambda rng, dtype: nn.GaussianNoise(0.3, rng=rng), ((5, 3),), (5, 3), random=True),
    Case(
        "DropConnect",
        lambda rng, dtype: nn.DropConnect(nn.Linear(3, 4, rng=rng, dtype=dtype), 0.3, rng=rng),
        ((5, 3),),
        (5, 4),
        16,
        random=True,
    ),
]
