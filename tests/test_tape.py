"""The tape: what it keeps, how it is swept, and the tape held in the hand."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import autodiff as ad
from autodiff.errors import EscapedTracerError, InputError, NonScalarOutputError
from autodiff.tape import BareTape, Recorded, Var
from autodiff.tracer import Tracer

# -- size and memory ---------------------------------------------------------------------------------------------------


def test_a_tape_of_a_million_records_works():
    def f(x):
        for _ in range(500_000):
            x = x * 0.999999 + 1e-9
        return x

    assert_allclose(ad.grad(f)(1.0), 0.999999**500_000, rtol=1e-9)


def test_a_deep_chain_of_arrays_needs_no_recursion():
    def f(x):
        for _ in range(20_000):
            x = x + 1.0
        return np.sum(x)

    assert_array_equal(ad.grad(f)(np.zeros(2)), [1.0, 1.0])


def arrays_alive(f, n=200_000):
    """The peak memory of the gradient of f, in arrays of its argument."""
    x = np.linspace(0.1, 1, n)
    gradient = ad.grad(lambda x: np.sum(f(x)))
    gradient(x)
    tracemalloc.start()
    gradient(x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / x.nbytes


def repeat(step, times=50):
    def f(x):
        for _ in range(times):
            x = step(x)
        return x

    return f


def test_additions_keep_nothing():
    assert arrays_alive(repeat(lambda x: x + 1.0)) < 3.1


def test_sines_keep_one_array_each():
    assert arrays_alive(repeat(np.sin)) < 55


def test_products_with_a_constant_array_keep_nothing_but_that():
    w = np.full(200_000, 0.5)
    assert arrays_alive(repeat(lambda x: x * w)) < 3.1


def test_results_of_exp_and_tanh_are_kept_once():
    # the result of tanh is what its derivative needs, and nothing else holds it
    assert arrays_alive(repeat(np.tanh)) < 55


def test_indexing_in_a_loop_accumulates_in_place():
    # n entries, each with a cotangent of size n, would be n² numbers
    def f(x):
        total = 0.0
        for k in range(3000):
            total = total + x[k] * x[k]
        return total

    x = np.arange(3000.0)
    assert_array_equal(ad.grad(f)(x), 2 * x)
    tracemalloc.start()
    ad.grad(f)(x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3000 * 3000


# -- the strong zero ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: np.where(x > 0, np.sqrt(x), 0.0), [0.0, 4.0], [0.0, 0.25]),
        (lambda x: np.where(x > 0, np.log(x), x), [-1.0, 0.0, 2.0], [1.0, 1.0, 0.5]),
        (lambda x: np.where(x > 0, x**1.5, 0.0), [-1.0, 4.0], [0.0, 3.0]),
        (lambda x: np.where(x < 100, np.exp(np.where(x < 100, x, 0.0)), x), [1e3, 0.0], [1.0, 1.0]),
        (lambda x: np.where(x < 100, x * np.exp(x), x), [1e3, 0.0], [1.0, 1.0]),
        (lambda x: np.where(np.isnan(x), 0.0, x * x), [np.nan, 3.0], [0.0, 6.0]),
    ],
    ids=["sqrt", "log", "power", "inner where", "overflow", "nan in the data"],
)
@pytest.mark.parametrize("mode", ["reverse", "forward", "second order"])
def test_a_branch_not_taken_has_no_derivative(f, x, expected, mode):
    x = np.array(x)
    with np.errstate(all="ignore"):
        if mode == "reverse":
            found = ad.grad(lambda x: np.sum(f(x)))(x)
        elif mode == "forward":
            found = ad.derivative(f)(x)
        else:
            found = ad.jacfwd(lambda t: ad.grad(lambda x: np.sum(f(x)))(x) * t)(1.0)
    assert_allclose(found, expected, rtol=1e-15)


def test_second_derivatives_survive_the_careful_sweep():
    # the first entry makes the sweep careful; in the second a zero cotangent has a derivative of its own
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0) * np.array([1.0, 0.0]) + x**2 * np.array([0.0, 1.0]))

    with np.errstate(all="ignore"):
        H = ad.hessian(f)(np.array([0.0, 0.0]))
    assert_array_equal(H, [[0.0, 0.0], [0.0, 2.0]])


@pytest.mark.parametrize("transform", [ad.grad, ad.jacfwd], ids=["reverse", "forward"])
def test_the_root_of_a_sum_of_squares_has_derivative_zero_at_zero(transform):
    assert_array_equal(transform(lambda x: np.sqrt(np.sum(x * x)))(np.zeros(3)), np.zeros(3))
    assert transform(lambda x: np.sqrt(x**2))(0.0) == 0.0
    assert transform(lambda x: np.sqrt(x) * np.sqrt(x))(0.0) == 0.0


def test_an_infinite_derivative_that_is_asked_for_is_infinite():
    assert ad.grad(np.sqrt)(0.0) == ad.derivative(np.sqrt)(0.0) == np.inf


# -- numbers: the fast path and the general one ------------------------------------------------------------------------

UNARY = [np.sin, np.cos, np.exp, np.tanh, np.sqrt, np.log, np.arctan, np.square, lambda x: -x, abs, lambda x: x**3]
BINARY = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x**y,
    np.maximum,
    np.arctan2,
]
steps = st.lists(
    st.tuples(st.integers(0, len(UNARY) + len(BINARY) - 1), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=12,
)
numbers = st.sampled_from([0.5, -1.5, 2.0, 0.0, 1.0, 3, np.float64(0.25)])


def run(program, inputs):
    """A program of operations on a growing list of values."""
    values = list(inputs)
    for operation, i, j in program:
        a, b = values[i % len(values)], values[-1 - j % len(values)]
        values.append(UNARY[operation](a) if operation < len(UNARY) else BINARY[operation - len(UNARY)](a, b))
    return values[-1]


@given(steps, st.tuples(numbers, numbers, numbers))
def test_fast_and_general_path_agree_on_numbers(program, inputs):
    """`Recorded` has only the general path, so it is the oracle of the other one."""

    def outcome(tape):
        with np.errstate(all="ignore"):
            try:
                x, y = (tape.variable(float(value)) for value in inputs[:2])
                result = run(program, (x, y, inputs[2]))
                if not isinstance(result, Var):
                    return result, None
                from autodiff.tape import sweep

                found = sweep(tape.records, {result.index: 1.0}, [0, 1])
                return result.primal, [0.0 if c is None else float(c) for c in found]
            except (ZeroDivisionError, OverflowError) as error:
                return type(error), None

    fast, general = outcome(BareTape()), outcome(ad.Tape())
    assert_allclose_or_equal(fast, general)


def assert_allclose_or_equal(fast, general):
    if isinstance(general[0], type) or isinstance(fast[0], type):
        # Python's float power overflows where NumPy has inf; nothing else may differ
        assert fast[0] is general[0] or OverflowError in (fast[0], general[0])
        return
    assert_allclose(fast[0], general[0], rtol=1e-14)
    assert (fast[1] is None) == (general[1] is None)
    if fast[1] is not None:
        assert_allclose(fast[1], general[1], rtol=1e-12, atol=1e-300)


def test_the_recorded_variable_has_the_general_operators():
    for name in ("__add__", "__radd__", "__mul__", "__truediv__", "__rpow__", "__neg__", "__array_ufunc__"):
        assert getattr(Recorded, name) is getattr(Tracer, name) is not getattr(Var, name)


def test_division_by_zero_of_python_floats_raises_as_in_python():
    for transform in (ad.grad, ad.derivative, ad.jacfwd):
        with pytest.raises(ZeroDivisionError):
            transform(lambda x: x / 0.0)(1.0)


def test_numpy_functions_of_python_floats_have_inf_where_math_raises():
    with np.errstate(divide="ignore"):
        assert ad.value_and_grad(lambda x: np.log(x))(0.0) == (-np.inf, np.inf)
        assert ad.jvp(np.log, (0.0,), (1.0,)) == (-np.inf, np.inf)


@pytest.mark.parametrize("transform", [ad.grad, ad.derivative, ad.jacfwd, ad.jacrev])
def test_a_root_of_a_negative_number_is_nan_in_every_mode(transform):
    with np.errstate(invalid="ignore"):
        assert np.isnan(transform(lambda x: abs(x**0.5))(-2.0))


# -- the tape in the hand ----------------------------------------------------------------------------------------------


def test_a_tape_can_be_asked_again_and_recorded_on():
    tape = ad.Tape()
    x, y = tape.variable(2.0), tape.variable(3.0)
    z = x * y
    assert tape.gradient(z, {"x": x, "y": y}) == {"x": 3.0, "y": 2.0}
    w = z * z
    assert tape.gradient(w, x) == 36.0
    assert tape.gradient(w, z) == 12.0
    assert tape.gradient(z, w) == 0.0


def test_a_tape_pushes_tangents_forward():
    tape = ad.Tape()
    x = tape.variable(np.array([1.0, 2.0]))
    y = np.sum(x * x)
    assert tape.push({x.index: np.array([1.0, 10.0])})[y.index] == 42.0


def test_a_tape_refuses_what_is_not_its_own():
    tape, other = ad.Tape(), ad.Tape()
    x = tape.variable(1.0)
    with pytest.raises(InputError, match="not a value of this tape"):
        tape.gradient(x * 2.0, other.variable(1.0))
    with pytest.raises(InputError, match="not a value of this tape"):
        tape.gradient(3.0, x)
    with pytest.raises(NonScalarOutputError, match=r"shape \(2,\)"):
        tape.gradient(tape.variable(np.ones(2)), x)
    with pytest.raises(InputError, match="is a str"):
        tape.variable("x")


def test_two_tapes_do_not_mix_up():
    first, second = ad.Tape(), ad.Tape()
    x = first.variable(2.0)
    y = second.variable(3.0)
    z = x * y
    dz_dy = second.gradient(z, y)
    assert dz_dy.primal == 2.0 and first.gradient(dz_dy * 1.0, x) == 1.0


def test_dual_numbers_by_hand():
    x = ad.Dual(3.0, 1.0)
    y = np.sin(x) * x + ad.Dual(1.0, 0.0)
    assert_allclose(y.tangent, np.cos(3.0) * 3.0 + np.sin(3.0), rtol=1e-15)
    assert repr(ad.Dual(1.0, 2.0)) == "Dual(1.0, 2.0)"
    with pytest.raises(InputError, match="tangent of the shape of its primal"):
        ad.Dual(np.ones(2), 1.0)
    with pytest.raises(InputError, match="made of numbers"):
        ad.Dual("1", "2")


def test_dual_numbers_of_dual_numbers_give_second_derivatives():
    x = ad.Dual(ad.Dual(2.0, 1.0), ad.Dual(1.0, 0.0))
    y = x * x * x
    assert (y.primal.primal, y.primal.tangent, y.tangent.primal, y.tangent.tangent) == (8.0, 12.0, 12.0, 12.0)


def test_a_closed_tape_says_so():
    tape = BareTape()
    x = tape.variable(np.ones(2))
    tape.close()
    with pytest.raises(EscapedTracerError):
        x + 1.0
