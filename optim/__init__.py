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
`Method` with `start` and `advance`. Then one line in `methods.METHODS` gives it its name in `minimize`, and one in
`_EXPORTS` below its name here.
"""

import importlib

from . import errors
from .bounds import Bounds
from .history import History
from .method import Method
from .minimization import iterate, minimize
from .result import Result
from .status import Status

# What is imported when it is first used: name → module.
_EXPORTS = {
    "CMAES": "global_.cma",
    "Descent": "descent",
    "LinearConstraint": "constraints",
    "NonlinearConstraint": "constraints",
    "Transform": "transforms",
    "accumulate": "transforms.accumulation",
    "adabelief": "transforms.adabelief",
    "adadelta": "transforms.adadelta",
    "adafactor": "transforms.adafactor",
    "adagrad": "transforms.adagrad",
    "adahessian": "transforms.adahessian",
    "adam": "transforms.adam",
    "adamax": "transforms.adamax",
    "adamw": "transforms.adamw",
    "adan": "transforms.adan",
    "adaptive_clip": "transforms.clipping",
    "add_decayed_weights": "transforms.decay",
    "add_noise": "transforms.noise",
    "ademamix": "transforms.ademamix",
    "admm": "convex.admm",
    "adopt": "transforms.adopt",
    "amsgrad": "transforms.amsgrad",
    "asgd": "transforms.averaging",
    "augmented_lagrangian": "constrained.augmented_lagrangian",
    "basin_hopping": "global_.basin_hopping",
    "bfgs": "descent",
    "brent": "scalar.minimum",
    "centralize": "transforms.noise",
    "cg": "descent",
    "chain": "transforms.chain",
    "clip_by_block_rms": "transforms.clipping",
    "clip_by_global_norm": "transforms.clipping",
    "clip_by_value": "transforms.clipping",
    "cma_es": "global_.cma_restarts",
    "coordinate_descent": "convex.coordinate_descent",
    "curve_fit": "squares.curves",
    "dadapt_adam": "transforms.prodigy",
    "dfp": "descent",
    "differential_evolution": "global_.differential_evolution",
    "dog": "transforms.dog",
    "dogleg": "trust_region",
    "dowg": "transforms.dog",
    "ema": "transforms.averaging",
    "fista": "convex.proximal_gradient",
    "fixed_point": "equations",
    "frank_wolfe": "convex.frank_wolfe",
    "freeze": "transforms.groups",
    "gauss_newton": "squares.gauss_newton",
    "golden_section": "scalar.minimum",
    "gradient_descent": "transforms.scale",
    "groups": "transforms.groups",
    "interior_point": "constrained.interior_point",
    "lamb": "transforms.trust_ratio",
    "lars": "transforms.trust_ratio",
    "lbfgs": "descent",
    "lbfgsb": "bounded",
    "least_squares": "squares.solving",
    "lion": "transforms.lion",
    "lm": "squares.levenberg_marquardt",
    "lookahead": "transforms.lookahead",
    "masked": "transforms.groups",
    "minimax": "games",
    "mirror_descent": "convex.mirror_descent",
    "momentum": "transforms.momentum",
    "multistart": "global_.multistart",
    "muon": "transforms.muon",
    "nadam": "transforms.nadam",
    "natural_gradient": "directions.second_order",
    "nelder_mead": "derivative_free.nelder_mead",
    "nesterov": "transforms.momentum",
    "newton": "descent",
    "newton_cg": "directions.second_order",
    "novograd": "transforms.novograd",
    "particle_swarm": "global_.particle_swarm",
    "pattern_search": "derivative_free.pattern_search",
    "polyak_sgd": "transforms.polyak",
    "powell": "derivative_free.powell",
    "prodigy": "transforms.prodigy",
    "projected_gradient": "convex.projected_gradient",
    "proximal_gradient": "convex.proximal_gradient",
    "quadratic_model": "derivative_free.quadratic_model",
    "radam": "transforms.radam",
    "reduce_on_plateau": "transforms.plateau",
    "rmsprop": "transforms.rmsprop",
    "root": "equations",
    "root_scalar": "scalar.root",
    "rprop": "transforms.rprop",
    "sam": "transforms.sam",
    "schedule_free": "transforms.schedule_free",
    "schedule_free_adamw": "transforms.schedule_free",
    "schedule_free_sgd": "transforms.schedule_free",
    "sgd": "transforms.momentum",
    "shampoo": "transforms.shampoo",
    "sign_sgd": "transforms.signum",
    "signum": "transforms.signum",
    "simulated_annealing": "global_.simulated_annealing",
    "soap": "transforms.soap",
    "sophia": "transforms.sophia",
    "sqp": "constrained.sqp",
    "sr1": "descent",
    "steepest_descent": "descent",
    "swa": "transforms.averaging",
    "trust_exact": "trust_region",
    "trust_ncg": "trust_region",
    "yogi": "transforms.yogi",
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
