"""First-order methods as transforms that can be chained: `init` and `step` on any tree of parameters.

Here are the parts; the methods made of them, such as `optim.adam`, are in `optim` itself. A method with a learning rate
is a chain that ends in `ScaleByLearningRate`. Whatever is not a method but goes around one, or before it, is a function
of `optim` too: `clip_by_global_norm`, `add_decayed_weights`, `accumulate`, `groups`, `ema`, `sam` and so on.
"""

import importlib

from .chain import Chain, chain
from .composite import Composite, Wrapper
from .open_loop import OpenLoop
from .scale import Rate, ScaleByLearningRate
from .transform import OptimizerState, Transform, Workspace

# What is imported when it is first used: name → module.
_PARTS = {
    "Accumulate": "accumulation",
    "Adafactor": "adafactor",
    "AdaptiveClip": "clipping",
    "AddDecayedWeights": "decay",
    "AddNoise": "noise",
    "Asgd": "averaging",
    "AveragedGradient": "momentum",
    "Centralize": "noise",
    "ClipByBlockRms": "clipping",
    "ClipByGlobalNorm": "clipping",
    "ClipByValue": "clipping",
    "DAdaptAdam": "prodigy",
    "DistanceOverGradients": "dog",
    "Ema": "averaging",
    "Freeze": "groups",
    "Groups": "groups",
    "Lookahead": "lookahead",
    "Masked": "groups",
    "PolyakStep": "polyak",
    "Prodigy": "prodigy",
    "ProximalDecay": "adan",
    "ReduceOnPlateau": "plateau",
    "Rprop": "rprop",
    "Sam": "sam",
    "ScaleByAdadelta": "adadelta",
    "ScaleByAdahessian": "adahessian",
    "ScaleByAdam": "adam",
    "ScaleByAdamax": "adamax",
    "ScaleByAdan": "adan",
    "ScaleByAdemamix": "ademamix",
    "ScaleByAdopt": "adopt",
    "ScaleByAmsgrad": "amsgrad",
    "ScaleByBelief": "adabelief",
    "ScaleByLion": "lion",
    "ScaleByMuon": "muon",
    "ScaleByNadam": "nadam",
    "ScaleByNovograd": "novograd",
    "ScaleByRadam": "radam",
    "ScaleByRms": "rmsprop",
    "ScaleByRootSum": "adagrad",
    "ScaleByShampoo": "shampoo",
    "ScaleBySoap": "soap",
    "ScaleBySophia": "sophia",
    "ScaleByTrustRatio": "trust_ratio",
    "ScaleByYogi": "yogi",
    "ScheduleFree": "schedule_free",
    "Sign": "signum",
    "Swa": "averaging",
    "Trace": "momentum",
}

__all__ = [  # noqa: PLE0604
    "Chain", "Composite", "OpenLoop", "OptimizerState", "Rate", "ScaleByLearningRate", "Transform", "Workspace",
    "Wrapper", "chain", *_PARTS,
]  # fmt: skip


def __getattr__(name: str):
    if name in _PARTS:
        found = globals()[name] = getattr(importlib.import_module(f".{_PARTS[name]}", __name__), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
