"""Random programs, whose derivatives by forward mode, reverse mode, SymPy and complex step are the same."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import autodiff as ad
from autodiff import symbolic
from tests.harness import check_case
from tests.programs import BINARY, UNARY, TooCloseError, arguments, function_of, programs

UNHURRIED = [HealthCheck.filter_too_much, HealthCheck.too_slow]

EVERY_STEP = [(name, 0) for name in UNARY] + [(name, 0, 1) for name in BINARY]


def clear(program, args):
    """The program as a function, where none of its decisions is too close to call."""
    f = function_of(program)
    try:
        f(*args)
    except TooCloseError:
        assume(False)
    return f


def matrix(jacobian):
    """The Jacobian, a tree, as one matrix: rows of results, columns of arguments."""
    blocks = [[np.reshape(block, (rows, -1)) for block in jacobian[name]] for name, rows in sizes(jacobian)]
    return np.concatenate([np.concatenate(row, axis=1) for row in blocks])


def sizes(jacobian):
    total = jacobian["total"]
    return [(name, np.size(jacobian[name][0]) // np.size(total[0])) for name in ("last", "total")]


def by_complex_steps(f, args):
    """Column by column, Im f(x + ih e) / h."""
    columns, h = [], 1e-30
    for position, arg in enumerate(args):
        for place in np.ndindex(np.shape(arg)):
            step = np.zeros(np.shape(arg), complex)
            step[place] = 1j * h
            moved = [x + step if k == position else x + 0j for k, x in enumerate(args)]
            result = f(*moved)
            columns.append(np.concatenate([np.ravel(np.imag(result[name])) / h for name in ("last", "total")]))
    return np.stack(columns, axis=1)


def jacobians(f, args):
    everywhere = tuple(range(len(args)))
    return matrix(ad.jacfwd(f, everywhere)(*args)), matrix(ad.jacrev(f, everywhere)(*args))


@settings(max_examples=300, suppress_health_check=UNHURRIED)
@given(programs(max_steps=12), arguments())
def test_forward_reverse_and_complex_step_agree(program, args):
    f = clear(program, args)
    forward, reverse = jacobians(f, args)
    exact = by_complex_steps(f, args)
    scale = np.max(np.abs(exact), initial=1.0)
    np.testing.assert_allclose(forward, exact, rtol=1e-9, atol=1e-11 * scale)  # a few thousand roundings
    np.testing.assert_allclose(reverse, exact, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=60, suppress_health_check=UNHURRIED)
@given(programs(max_steps=5), arguments(shapes=((), (1,), (3,)), count=(1, 2)))
def test_forward_reverse_and_sympy_agree(program, args):
    symbolic.check(clear(program, args), *args, rtol=1e-9)


@settings(max_examples=100, suppress_health_check=UNHURRIED)
@given(programs(max_steps=8), arguments())
def test_second_derivatives_agree_in_all_nestings_and_with_differences(program, args):
    check_case(clear(program, args), args, rtol=1e-5)


@pytest.mark.parametrize("step", EVERY_STEP, ids=lambda step: f"{step[0]}-{len(step) - 1}")
@pytest.mark.parametrize("args", [(0.7, -0.4), (np.array([0.3, -1.2, 0.9]), 0.2), (np.array([[0.5], [1.1]]), 1.3)])
def test_each_step_alone_agrees_with_sympy_and_complex_step(step, args):
    f = function_of([step])
    exact = by_complex_steps(f, args)
    for found in jacobians(f, args):
        np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-14)
    symbolic.check(f, *args)
