"""First-order methods as transforms that can be chained: `init` and `step` on any tree of parameters.

A method with a learning rate is a chain that ends in `ScaleByLearningRate`. The parts are capitalised, the methods made
of them are not.
"""

from .adam import ScaleByAdam, adam
from .chain import Chain, chain
from .momentum import AveragedGradient, Trace, momentum, nesterov, sgd
from .open_loop import OpenLoop
from .scale import Rate, ScaleByLearningRate, gradient_descent
from .transform import OptimizerState, Transform, Workspace

__all__ = [
    "AveragedGradient",
    "Chain",
    "OpenLoop",
    "OptimizerState",
    "Rate",
    "ScaleByAdam",
    "ScaleByLearningRate",
    "Trace",
    "Transform",
    "Workspace",
    "adam",
    "chain",
    "gradient_descent",
    "momentum",
    "nesterov",
    "sgd",
]
