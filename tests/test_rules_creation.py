"""Arrays made from traced values, by NumPy and by autodiff.numpy: every mode, and what is refused."""

import copy
import inspect
import pickle
import subprocess
import sys

import numpy
import pytest

import autodiff as ad
import autodiff.numpy as np
from autodiff.assignment import Buffer
from autodiff.errors import InputError, UnsupportedError
from tests.harness import check_case
from tests.rules import creation


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in creation.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


# -- NumPy's own functions of traced values ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like"])
def test_an_array_like_a_traced_one_has_its_shape_and_dtype(name):
    def f(x):
        like = getattr(numpy, name)(x)
        assert like.shape == (2, 3) and like.dtype == numpy.float32
        assert getattr(numpy, name)(x, dtype=float, shape=4).dtype == float
        assert type(getattr(numpy, name)(x, dtype=int)) is numpy.ndarray  # which can hold no traced value anyway
        return x.sum()

    ad.grad(f)(numpy.ones((2, 3), numpy.float32))


def test_linspace_of_traced_ends_has_the_values_of_numpy():
    for keywords in ({}, {"endpoint": False}, {"num": 7}, {"dtype": int}, {"num": 1}):
        value, _ = ad.jvp(lambda a, b, kw=keywords: numpy.linspace(a, b, **kw), (0.1, 7.3), (1.0, 1.0))
        assert numpy.array_equal(value, numpy.linspace(0.1, 7.3, **keywords))
        assert value.dtype == numpy.linspace(0.1, 7.3, **keywords).dtype


def test_geomspace_refuses_zero():
    with pytest.raises(ValueError, match="zero"):
        ad.grad(lambda x: numpy.geomspace(x, 1.0).sum())(0.0)


# -- the drop-in namespace ---------------------------------------------------------------------------------------------


def test_everything_of_numpy_is_there():
    missing = [name for name in numpy.__all__ if not hasattr(np, name)]
    assert missing == [] and set(numpy.__all__) <= set(dir(np))
    assert np.sin is numpy.sin and np.pi == numpy.pi and np.linalg.norm is numpy.linalg.norm
    assert np.random.default_rng is numpy.random.default_rng and np.fft.fft is numpy.fft.fft


def test_submodules_are_imported_under_their_names():
    script = (
        "import autodiff.numpy.linalg as la, autodiff.numpy.fft, autodiff.numpy.random, numpy as np\n"
        "from autodiff.numpy.linalg import norm\n"
        "from autodiff.numpy import *\n"
        "assert la.norm is norm is np.linalg.norm and type(zeros(3)).__name__ == 'Buffer'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_arrays_made_by_the_namespace_are_arrays_to_numpy():
    made = [np.zeros(3), np.ones((2, 3)), np.full(3, 2.0), np.eye(3), np.identity(2), np.empty((0, 3))]
    made += [np.zeros_like(numpy.ones(3)), np.full_like(numpy.ones(3), 5.0), np.ones_like([1.0, 2.0])]
    for x in made:
        assert isinstance(x, Buffer) and isinstance(numpy.asarray(x), numpy.ndarray)
        assert type(x + 1.0) is numpy.ndarray and numpy.asarray(x).sum() == np.sum(x)
    assert numpy.array_equal(np.eye(2, 3, k=1), numpy.eye(2, 3, k=1))


def test_arrays_made_by_the_namespace_can_do_whatever_plain_arrays_can_while_nothing_in_them_is_traced():
    from scipy.special import erf

    x, plain = np.full(4, 2.0), numpy.full(4, 2.0)
    assert numpy.array_equal(numpy.histogram2d(x, x)[0], numpy.histogram2d(plain, plain)[0])
    assert numpy.array_equal(erf(x), erf(plain)) and x.tobytes() == plain.tobytes()
    assert numpy.shares_memory(x.view(int), x) and float(x[:1].sum()) == complex(np.zeros(())) + 2.0
    assert float(np.ones(())) == 1.0
    assert numpy.array_equal(pickle.loads(pickle.dumps(x)), plain)
    assert numpy.array_equal(copy.deepcopy(x), plain)

    def f(t):
        x[0] = t
        erf(x)

    with pytest.raises(UnsupportedError, match="erf"):
        ad.grad(f)(1.0)


@pytest.mark.parametrize("dtype", [int, bool, numpy.int8, str])
def test_arrays_that_can_hold_no_traced_value_are_plain(dtype):
    for x in (np.zeros(3, dtype), np.ones(3, dtype=dtype), np.empty(3, dtype)):
        assert type(x) is numpy.ndarray


def test_an_array_of_integers_holds_a_traced_value_rounded_towards_zero_which_is_a_constant():
    def f(x):
        counts = np.zeros(3, int)
        counts[0] = x
        return counts[0] * x

    assert ad.value_and_grad(f)(2.7) == (2 * 2.7, 2.0)


def test_array_of_plain_values_is_a_plain_array():
    for object in ([[1, 2], [3, 4]], 2.0, numpy.ones(3), (1.0, 2), [], [numpy.ones(2), [3.0, 4.0]]):
        assert type(np.array(object)) is type(np.asarray(object)) is numpy.ndarray
        assert numpy.array_equal(np.array(object), numpy.array(object))
        assert np.array(object).dtype == numpy.array(object).dtype
    x = numpy.ones(3)
    assert np.asarray(x) is x and np.array(x) is not x


def test_array_copies_a_traced_array_and_asarray_does_not():
    def f(x):
        y = x * 1.0
        assert np.asarray(y) is y
        z = np.array(y)
        z[0] = 0.0
        return y.sum()

    assert ad.grad(f)(numpy.ones(2)).tolist() == [1.0, 1.0]


def test_array_of_integers_of_traced_values_is_a_constant():
    assert ad.grad(lambda x: (np.array([x, 2 * x], dtype=int) * x).sum())(1.7) == 1 + 3


@pytest.mark.parametrize("ragged", [lambda x: [x, [x, x]], lambda x: [[x, 1.0], [2.0]], lambda x: [[x], [[1.0]]]])
def test_lists_of_different_lengths_are_refused(ragged):
    with pytest.raises(InputError, match="different lengths"):
        ad.grad(lambda x: np.array(ragged(x)).sum())(1.0)


def test_a_copy_that_cannot_be_avoided_is_refused_as_by_numpy():
    with pytest.raises(ValueError, match="avoid copy"):
        ad.grad(lambda x: np.asarray([x, x], copy=False).sum())(1.0)


def test_a_recurrence_written_with_assignments_has_the_derivative_of_its_closed_form():
    def fibonacci_polynomial(x):
        f = np.zeros(7)
        f[1] = 1.0
        for n in range(2, 7):
            f[n] = x * f[n - 1] + f[n - 2]
        return f[6]  # x^5 + 4 x^3 + 3 x

    assert ad.value_and_grad(fibonacci_polynomial)(2.0) == (70.0, 5 * 16 + 12 * 4 + 3)


def test_functions_of_the_namespace_say_what_they_are():
    for name in ("zeros", "ones", "empty", "full", "eye", "identity", "zeros_like", "full_like", "array", "asarray"):
        function = getattr(np, name)
        assert function.__name__ == name and inspect.getdoc(function)
