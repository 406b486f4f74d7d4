"""Affine maps."""

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison

COMPARISONS = [
    Comparison(
        "linear",
        inputs=lambda rng, o: {
            "x": rng.standard_normal((*o["batch"], 3)),
            "weight": rng.standard_normal((o["out"], 3)),
            "bias": rng.standard_normal(o["out"]),
        },
        ours=lambda a, o: F.linear(a["x"], a["weight"], a["bias"]),
        theirs=lambda torch, a, o: torch.nn.functional.linear(a["x"], a["weight"], a["bias"]),
        options=({"batch": (), "out": 2}, {"batch": (2, 3), "out": 1}),
        drawn=lambda rng: {"batch": tuple(rng.integers(1, 4, rng.integers(0, 4))), "out": int(rng.integers(1, 6))},
    ),
    Comparison(
        "Linear",
        module=lambda o, rng, dtype: nn.Linear(3, 4, o["bias"], rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.Linear(3, 4, o["bias"]),
        inputs=lambda rng, o: {"x": rng.standard_normal((5, 3))},
        ours=lambda m, a, o: m(a["x"]),
        theirs=lambda torch, m, a, o: m(a["x"]),
        options=({"bias": True}, {"bias": False}),
    ),
    Comparison(
        "Bilinear",
        module=lambda o, rng, dtype: nn.Bilinear(3, 2, 4, rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.Bilinear(3, 2, 4),
        inputs=lambda rng, o: {"x": rng.standard_normal((5, 3)), "y": rng.standard_normal((5, 2))},
        ours=lambda m, a, o: m(a["x"], a["y"]),
        theirs=lambda torch, m, a, o: m(a["x"], a["y"]),
    ),
]
