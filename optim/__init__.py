"""Minimisation with exact derivatives: the optimizers of deep learning and of numerical optimization on one loop.

>>> import numpy as np
>>> import optim
>>> res = optim.minimize(lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2, np.array([-1.2, 1.0]))
>>> res.success, res.x.round(6)
(True, array([1., 1.]))

A method is put together from parts that combine freely:

- a **direction** (`optim.directions`) and a **line search** (`optim.line_search`) make a `Descent`;
- **transforms** (`optim.transforms`) are chained to a first-order method, with `init` and `step` on any tree;
- **one loop** (`optim.loop`) runs them all, asks the same **termination** tests, and writes one `Result` and `History`.

To add a direction: a class as `directions.Direction` describes it, and a function like `descent.bfgs` that puts it into
a `Descent`. To add a transform: a subclass of `transforms.Transform` with `start` and `apply`, and a function that
chains it with `ScaleByLearningRate`. To add anything else, such as a trust region or a population: a subclass of
`Method` with `start` and `advance`. Then one line in `methods.METHODS` gives it its name in `minimize` and here; what
is no method has its line in `_EXPORTS` below.
"""

import importlib

from . import errors
from .bounds import Bounds
from .history import History
from .method import Method
from .methods import METHODS
from .minimization import iterate, minimize
from .result import Result
from .status import Status

# What is imported when it is first used: name → module.
_EXPORTS = METHODS | {
    "CMAES": "global_.cma",
    "Descent": "descent",
    "LinearConstraint": "constraints",
    "NonlinearConstraint": "constraints",
    "Transform": "transforms",
    "accumulate": "transforms.accumulation",
    "adaptive_clip": "transforms.clipping",
    "add_decayed_weights": "transforms.decay",
    "add_noise": "transforms.noise",
    "centralize": "transforms.noise",
    "chain": "transforms.chain",
    "clip_by_block_rms": "transforms.clipping",
    "clip_by_global_norm": "transforms.clipping",
    "clip_by_value": "transforms.clipping",
    "curve_fit": "squares.curves",
    "ema": "transforms.averaging",
    "fixed_point": "equations",
    "freeze": "transforms.groups",
    "groups": "transforms.groups",
    "least_squares": "squares.solving",
    "lookahead": "transforms.lookahead",
    "masked": "transforms.groups",
    "minimax": "games",
    "reduce_on_plateau": "transforms.plateau",
    "root": "equations",
    "root_scalar": "scalar.root",
    "sam": "transforms.sam",
    "schedule_free": "transforms.schedule_free",
    "swa": "transforms.averaging",
}
_MODULES = (
    "benchmark",
    "bounded",
    "directions",
    "equations",
    "games",
    "implicit",
    "line_search",
    "methods",
    "problems",
    "proximal",
    "schedules",
    "squares",
    "transforms",
    "trust_region",
    "unrolled",
    "viz",
)

__all__ = ["Bounds", "History", "Method", "Result", "Status", "errors", "iterate", "minimize", *_EXPORTS, *_MODULES]  # noqa: PLE0604


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _EXPORTS:
        found = globals()[name] = getattr(importlib.import_module(f".{_EXPORTS[name]}", __name__), name)
        return found
    raise AttributeError(f"module 'optim' has no attribute {name!r}{errors.near_matches(name, __all__)}")


def __dir__():
    return sorted({*globals(), *__all__})
