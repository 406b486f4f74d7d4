"""The methods by name, and what their options are."""

from __future__ import annotations

import copy
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from .errors import UnknownMethodError, UnknownOptionError, near_matches
from .method import Method
from .transforms.open_loop import OpenLoop
from .transforms.transform import Transform

__all__ = ["ALIASES", "METHODS", "make_method"]

# name → where the function of that name is, which makes the method from its options; imported when it is asked for
METHODS = {
    "adabelief": "transforms.adabelief",
    "adadelta": "transforms.adadelta",
    "adafactor": "transforms.adafactor",
    "adagrad": "transforms.adagrad",
    "adahessian": "transforms.adahessian",
    "adam": "transforms.adam",
    "adamax": "transforms.adamax",
    "adamw": "transforms.adamw",
    "adan": "transforms.adan",
    "ademamix": "transforms.ademamix",
    "admm": "convex.admm",
    "adopt": "transforms.adopt",
    "amsgrad": "transforms.amsgrad",
    "asgd": "transforms.averaging",
    "augmented_lagrangian": "constrained.augmented_lagrangian",
    "basin_hopping": "global_.basin_hopping",
    "bfgs": "descent",
    "brent": "scalar.minimum",
    "cg": "descent",
    "cma_es": "global_.cma_restarts",
    "coordinate_descent": "convex.coordinate_descent",
    "dadapt_adam": "transforms.prodigy",
    "dfp": "descent",
    "differential_evolution": "global_.differential_evolution",
    "dog": "transforms.dog",
    "dogleg": "trust_region",
    "dowg": "transforms.dog",
    "fista": "convex.proximal_gradient",
    "frank_wolfe": "convex.frank_wolfe",
    "gauss_newton": "squares.gauss_newton",
    "golden_section": "scalar.minimum",
    "gradient_descent": "transforms.scale",
    "interior_point": "constrained.interior_point",
    "lamb": "transforms.trust_ratio",
    "lars": "transforms.trust_ratio",
    "lbfgs": "descent",
    "lbfgsb": "bounded",
    "lion": "transforms.lion",
    "lm": "squares.levenberg_marquardt",
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
    "rmsprop": "transforms.rmsprop",
    "rprop": "transforms.rprop",
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
    "trf": "squares.reflective",
    "trust_exact": "trust_region",
    "trust_ncg": "trust_region",
    "trust_reflective": "trust_region",
    "yogi": "transforms.yogi",
}

ALIASES = {"gd": "gradient_descent", "l_bfgs": "lbfgs", "l_bfgs_b": "lbfgsb", "heavy_ball": "momentum"}

# what other libraries call what `minimize` has a name of its own for
_ELSEWHERE = {
    "options": "give the options as keywords, such as max_iter=100",
    "maxiter": "max_iter",
    "gtol": "tol",
    "ftol": "fun_tol",
    "xtol": "step_tol",
    "maxfev": "max_nfev",
    "maxfun": "max_nfev",
    "lr": "learning_rate",
    "alpha": "learning_rate",
    "disp": "progress",
    "verbose": "progress",
}


def factory(name: str, table: dict[str, str] = METHODS) -> Callable[..., Method | Transform]:
    """The function that makes the method of that name. Raises UnknownMethodError where there is none.

    >>> factory("L-BFGS").__name__
    'lbfgs'
    """
    key = str(name).lower().replace("-", "_").replace(" ", "_")
    key = ALIASES.get(key, key)
    if key not in table:
        known = [*table, *(alias for alias, of in ALIASES.items() if of in table)]
        raise UnknownMethodError(
            f"there is no method {name!r}{near_matches(key, known) or '.'} The methods are: {', '.join(sorted(table))}."
        )
    return getattr(importlib.import_module(f".{table[key]}", __package__), key)


def make_method(method: Any, options: dict[str, Any], table: dict[str, str] = METHODS) -> Method:
    """The method that `minimize` was asked for: a fresh one by name and options, or a copy of the object given.

    table  the names, where it is not `minimize` but another entry point with methods of its own
    """
    if isinstance(method, Method | Transform):
        if options:
            raise UnknownOptionError(
                f"{', '.join(options)}: options belong to a method given by name; "
                f"give them where the object is made, as in optim.{method.name or 'adam'}(...)"
            )
        return OpenLoop(method) if isinstance(method, Transform) else copy.deepcopy(method)
    if not isinstance(method, str):
        raise UnknownMethodError(
            f"method must be a name, a method or a transform such as optim.adam(1e-3), not a {type(method).__name__}"
        )
    make = factory(method, table)
    known = list(inspect.signature(make).parameters)
    for name in options:
        if name not in known:
            hint = near_matches(name, known) or "."
            if name in _ELSEWHERE:
                elsewhere = _ELSEWHERE[name]
                hint = f"; {elsewhere}." if " " in elsewhere else f"; here it is called {elsewhere}."
            raise UnknownOptionError(
                f"the method {make.__name__!r} has no option {name!r}{hint} Its options are: {', '.join(known)}; those "
                "of every method are in the documentation of optim.minimize."
            )
    made = make(**options)
    return OpenLoop(made) if isinstance(made, Transform) else made
