"""Activations."""

import numpy as np

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison

KINKS = np.array([0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, 20.0, -20.0, 21.0, 1e4, -1e4])
"""Where some of them have a kink, and where formulas overflow."""


def points(rng, option):
    return {"x": np.concatenate([KINKS, 3 * rng.standard_normal(11)]).reshape(4, 6)}


def alone(name, theirs=None, drawn=None, options=({},)):
    """F.<name>(x, **option) against torch.nn.functional.<theirs>(x, **option)."""
    return Comparison(
        name,
        inputs=points,
        ours=lambda a, o: getattr(F, name)(a["x"], **o),
        theirs=lambda torch, a, o: getattr(torch.nn.functional, theirs or name)(a["x"], **o),
        options=options,
        drawn=drawn,
    )


def along(name, start=1, even=False):
    """F.<name>(x, axis) against torch.nn.functional.<name>(x, dim), for random shapes."""

    def drawn(rng):
        shape = [int(n) * (2 if even else 1) for n in rng.integers(start, 5, rng.integers(1, 4))]
        return {"shape": tuple(shape), "axis": int(rng.integers(-len(shape), len(shape)))}

    return Comparison(
        name,
        inputs=lambda rng, o: {"x": 3 * rng.standard_normal(o["shape"])},
        ours=lambda a, o: getattr(F, name)(a["x"], axis=o["axis"]),
        theirs=lambda torch, a, o: getattr(torch if name == "logsumexp" else torch.nn.functional, name)(
            a["x"], dim=o["axis"]
        ),
        options=({"shape": (2, 6), "axis": -1}, {"shape": (2, 4, 3), "axis": 1}),
        drawn=drawn,
    )


def positive(name, low, high):
    return lambda rng: {name: float(rng.uniform(low, high))}


COMPARISONS = [
    *[
        alone(name, theirs)
        for name, theirs in {
            "relu": None,
            "relu6": None,
            "selu": None,
            "mish": None,
            "silu": None,
            "sigmoid": None,
            "log_sigmoid": "logsigmoid",
            "tanh": None,
            "hardswish": None,
            "tanhshrink": None,
            "softsign": None,
        }.items()
    ],
    Comparison(  # of which PyTorch's derivative is 1/6 in float32, whatever the dtype
        "hardsigmoid",
        inputs=points,
        ours=lambda a, o: F.hardsigmoid(a["x"]),
        theirs=lambda torch, a, o: torch.nn.functional.relu6(a["x"] + 3) / 6,
    ),
    alone("leaky_relu", drawn=positive("negative_slope", -1, 2)),
    alone("elu", drawn=positive("alpha", 0.1, 3)),
    alone("celu", drawn=lambda rng: {"alpha": 2.0 ** int(rng.integers(-2, 3))}),  # of which 1/α is exact in float32
    alone("gelu", options=({}, {"approximate": "tanh"})),
    alone("hardtanh", drawn=lambda rng: {"min_val": -float(rng.integers(0, 4)), "max_val": float(rng.integers(1, 4))}),
    alone("softshrink", drawn=positive("lambd", 0, 2)),
    alone("hardshrink", drawn=positive("lambd", 0, 2)),
    alone("threshold", options=({"threshold": 0.5, "value": 3.0},)),
    alone(
        "softplus",
        options=({}, {"beta": 3.0}),
        drawn=lambda rng: {"beta": float(rng.uniform(0.3, 3)), "threshold": float(rng.uniform(1, 30))},
    ),
    Comparison(
        "prelu",
        inputs=lambda rng, o: {
            "x": np.concatenate([[0.0, 1e4, -1e4], rng.standard_normal(9)]).reshape(2, 3, 2),
            "weight": rng.standard_normal(o["size"]),
        },
        ours=lambda a, o: F.prelu(a["x"], a["weight"]),
        theirs=lambda torch, a, o: torch.nn.functional.prelu(a["x"], a["weight"]),
        options=({"size": 1}, {"size": 3}),
    ),
    Comparison(
        "PReLU",
        module=lambda o, rng, dtype: nn.PReLU(3, dtype=dtype),
        peer=lambda torch, o: torch.nn.PReLU(3),
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 3, 2))},
        ours=lambda m, a, o: m(a["x"]),
        theirs=lambda torch, m, a, o: m(a["x"]),
    ),
    along("softmax"),
    along("log_softmax"),
    along("softmin"),
    along("logsumexp"),
    along("glu", even=True),
]
