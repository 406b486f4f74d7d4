"""The inner-product identity <J v, w> = <v, J^T w> over every function that is differentiated, with every keyword.

The calls are those of the tables of tests/rules, and of tests/samples.py for what is left. While they run, every call
of a counterpart of a NumPy function is noted, so that a function, or a keyword, that nobody calls is found out.
"""

import inspect
import sys
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff import differences, tree
from autodiff.dispatch import Constant, Primitive
from autodiff.elementwise import Elementwise
from autodiff.errors import UnsupportedError
from autodiff.tape import Var
from autodiff.tracer import Tracer, functions, ufunc_methods, ufuncs
from tests.domains import DOMAINS, NOT_OF_NUMBERS
from tests.families import FAMILIES
from tests.harness import assert_paired, check_case
from tests.samples import CONSTANTS, NO_EFFECT, NO_EFFECT_THERE, OLD_NAMES, REFUSED, SAMPLES

CASES = {**FAMILIES, "samples": SAMPLES}
TABLES = [functions.load_all(), ufuncs, ufunc_methods]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in SAMPLES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


@pytest.mark.parametrize("family", CASES)
def test_the_inner_product_identity_holds(family):
    for name, f, args in CASES[family]:
        rng = np.random.default_rng(0)
        v, w = differences.direction_at(args, rng), differences.normal_like(f(*args), rng)
        _, pushed = ad.jvp(f, args, v)
        pulled = ad.vjp(f, *args)[1](w)
        assert_paired(
            w, pushed, pulled, v, 5000 * differences.precision(args, pushed), f"{family} {name}: the two sides"
        )


# -- nothing is left out -----------------------------------------------------------------------------------------------


class Calls(NamedTuple):
    parameters: dict  # counterpart of a NumPy function -> the parameters that traced calls of it have given
    primitives: set  # those that were recorded


@pytest.fixture(scope="module")
def calls():
    noted = Calls(defaultdict(set), set())
    originals, apply = [dict(table) for table in TABLES], Var.apply

    def noting_apply(self, primitive, args, params):
        noted.primitives.add(primitive)
        return apply(self, primitive, args, params)

    for table, original in zip(TABLES, originals, strict=True):
        for key, counterpart in original.items():
            table[key] = _noting(key, counterpart, noted.parameters)
    Var.apply = noting_apply
    try:
        for cases in CASES.values():
            for _, f, args in cases:
                ad.vjp(f, *args)
    finally:
        Var.apply = apply
        for table, original in zip(TABLES, originals, strict=True):
            table.update(original)
    return noted


def _noting(key, counterpart, given):
    signature = _signature(key, counterpart)

    def called(*args, **keywords):
        if _any_traced(args) or _any_traced(keywords):
            given[key] |= set(signature.bind(*args, **keywords).arguments if signature else keywords)
        return counterpart(*args, **keywords)

    return called


def _signature(key, counterpart):
    """That of the counterpart, or, where it is a primitive and takes what NumPy's function takes, of that."""
    if isinstance(counterpart, Primitive):
        return None if isinstance(key, np.ufunc) else inspect.signature(key)
    return inspect.signature(counterpart)


def _any_traced(x):
    if isinstance(x, Tracer):
        return True
    parts = x.values() if isinstance(x, dict) else x if isinstance(x, list | tuple) else ()
    return any(map(_any_traced, parts))


def _name(key):
    return key if isinstance(key, str) else f"{getattr(key, '__module__', 'numpy')}.{key.__name__}"


def test_every_function_is_sampled_or_has_no_derivative(calls):
    elsewhere = set(DOMAINS) | set(NOT_OF_NUMBERS)  # tests/test_proof_elementwise.py
    elsewhere |= {f for f, p in ufuncs.items() if isinstance(p, Constant | Elementwise)}
    left_out = {key for table in TABLES for key in table} - set(calls.parameters) - set(CONSTANTS) - elsewhere
    assert not left_out, f"give calls to tests/rules or tests/samples.py of {sorted(map(_name, left_out))}"


def test_every_primitive_is_sampled_or_has_no_derivative(calls):
    modules = [module for name, module in sys.modules.items() if name.startswith("autodiff.rules.")]
    primitives = {p for module in modules for p in vars(module).values() if isinstance(p, Primitive)}
    left_out = {p for p in primitives - calls.primitives if not isinstance(p, Constant | Elementwise)}
    assert not left_out, f"give calls to tests/rules or tests/samples.py of {left_out}"
    assert len(calls.primitives) > 80


def test_every_keyword_is_sampled_or_refused(calls):
    left_out = []
    for key, given in calls.parameters.items():
        table = next(table for table in TABLES if key in table)
        signature = _signature(key, table[key])
        for name, parameter in signature.parameters.items() if signature and key not in CONSTANTS else ():
            variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            known = name in given or name in NO_EFFECT or (key, name) in NO_EFFECT_THERE | set(REFUSED) | OLD_NAMES
            if not variadic and not known:
                left_out.append(f"{_name(key)}({name}=)")
    assert not left_out, f"give calls to tests/rules or tests/samples.py with {sorted(left_out)}"


@pytest.mark.parametrize("call", REFUSED.values(), ids=[f"{_name(f)}-{keyword}" for f, keyword in REFUSED])
def test_refused_keywords_say_so(call):
    with pytest.raises(UnsupportedError, match="not supported"):
        ad.vjp(call, np.array([[0.3, -1.2, 2.1], [0.8, 1.7, -0.4]]))


# -- functions without derivatives -------------------------------------------------------------------------------------


def _same(found, expected):
    if isinstance(expected, tuple | list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    return type(found) is type(expected) and np.array_equal(found, expected)


@pytest.mark.parametrize("function", CONSTANTS, ids=_name)
def test_functions_without_derivatives_give_what_numpy_gives(function):
    args = CONSTANTS[function]
    leaves, structure = tree.flatten(args)
    floats = [k for k, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"]
    found = []

    def f(*traced):
        mixed = [traced[floats.index(k)] if k in floats else leaf for k, leaf in enumerate(leaves)]
        found.append(function(*tree.unflatten(structure, mixed)))
        return 0.0

    ad.jvp(f, tuple(leaves[k] for k in floats), tuple(leaves[k] for k in floats))
    ad.vjp(f, *[leaves[k] for k in floats])
    expected = function(*args)
    assert _same(found[0], expected) and _same(found[1], expected)


@pytest.mark.parametrize("ufunc", [f for f, p in ufuncs.items() if isinstance(p, Constant)], ids=_name)
def test_ufuncs_without_derivatives_give_what_numpy_gives(ufunc):
    args = (np.array([0.5, -2.0, 0.0]), np.array([0.5, 1.5, np.inf]))[: ufunc.nin]
    found = []
    ad.jvp(lambda *x: found.append(ufunc(*x)) or 0.0, args, args)
    ad.vjp(lambda *x: found.append(ufunc(*x)) or 0.0, *args)
    assert _same(found[0], ufunc(*args)) and _same(found[1], ufunc(*args))
