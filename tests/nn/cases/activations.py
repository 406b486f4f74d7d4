"""Activations."""

from autodiff import nn
from tests.nn.case import Case

KINKED = [
    nn.ReLU,
    nn.ReLU6,
    nn.LeakyReLU,
    nn.PReLU,
    nn.Hardsigmoid,
    nn.Hardswish,
    nn.Hardtanh,
    nn.Hardshrink,
    nn.Softshrink,
    nn.Sparsemax,
    nn.Step,
]
SMOOTH = [
    nn.CELU,
    nn.ELU,
    nn.GELU,
    nn.SELU,
    nn.LogSigmoid,
    nn.LogSoftmax,
    nn.Mish,
    nn.ScaledSigmoid,
    nn.SiLU,
    nn.Sigmoid,
    nn.Softmax,
    nn.Softmin,
    nn.Softplus,
    nn.Softsign,
    nn.Squareplus,
    nn.Swish,
    nn.Tanh,
    nn.Tanhshrink,
]


def without_options(cls, smooth):
    parameters = int(cls is nn.PReLU)
    return Case(
        cls.__name__,
        (lambda rng, dtype: cls(dtype=dtype)) if parameters else (lambda rng, dtype: cls()),
        ((5, 3),),
        (5, 3),
        parameters,
        smooth=smooth,
    )


CASES = [
    *[without_options(cls, False) for cls in KINKED],
    *[without_options(cls, True) for cls in SMOOTH],
    Case("LeakyReLU(0.2)", lambda rng, dtype: nn.LeakyReLU(0.2), ((5, 3),), (5, 3), smooth=False),
    Case("PReLU(3)", lambda rng, dtype: nn.PReLU(3, dtype=dtype), ((5, 3, 2),), (5, 3, 2), 3, smooth=False),
    Case("ELU(0.5)", lambda rng, dtype: nn.ELU(0.5), ((5, 3),), (5, 3)),
    Case("CELU(0.5)", lambda rng, dtype: nn.CELU(0.5), ((5, 3),), (5, 3)),
    Case("GELU(tanh)", lambda rng, dtype: nn.GELU(approximate="tanh"), ((5, 3),), (5, 3)),
    Case("Swish(trainable)", lambda rng, dtype: nn.Swish(0.7, True, dtype=dtype), ((5, 3),), (5, 3), 1),
    Case("Threshold", lambda rng, dtype: nn.Threshold(0.5, 2.0), ((5, 3),), (5, 3), smooth=False),
    Case("Softplus(beta=3)", lambda rng, dtype: nn.Softplus(3.0), ((5, 3),), (5, 3)),
    Case("Softmax(axis=1)", lambda rng, dtype: nn.Softmax(1), ((2, 4, 3),), (2, 4, 3)),
    Case("LogSoftmax(axis=1)", lambda rng, dtype: nn.LogSoftmax(1), ((2, 4, 3),), (2, 4, 3)),
    Case("Sparsemax(axis=1)", lambda rng, dtype: nn.Sparsemax(1), ((2, 4, 3),), (2, 4, 3), smooth=False),
    Case("GumbelSoftmax", lambda rng, dtype: nn.GumbelSoftmax(0.7, rng=rng), ((5, 3),), (5, 3), random=True),
    Case("GLU", lambda rng, dtype: nn.GLU(), ((5, 6),), (5, 3)),
    Case("GLU(axis=1)", lambda rng, dtype: nn.GLU(1), ((5, 6, 2),), (5, 3, 2)),
    Case("GEGLU", lambda rng, dtype: nn.GEGLU(), ((5, 6),), (5, 3)),
    Case("SwiGLU", lambda rng, dtype: nn.SwiGLU(), ((5, 6),), (5, 3)),
    Case(
        "Maxout",
        lambda rng, dtype: nn.Maxout(3, 2, 4, rng=rng, dtype=dtype),
        ((5, 3),),
        (5, 2),
        32,
        smooth=False,
    ),
]
