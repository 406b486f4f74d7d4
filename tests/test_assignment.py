"""`y[i] = v`, `y += v` and views of traced arrays mean what they mean in NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import autodiff as ad
from autodiff.assignment import Buffer
from autodiff.errors import InputError, TracerConversionError

INDICES = [
    0,
    -1,
    (1, 2),
    slice(None),
    slice(0, 2),
    (slice(None), 1),
    (Ellipsis, 0),
    (slice(None, None, -1), slice(0, 2)),
    [0, 2],
    ([0, 1], [2, 0]),
    ([0, 0, 2], [1, 1, 1]),
    np.array([[True, False, True], [False, False, True], [True, True, False]]),
    np.array([True, False, True]),
]
VIEWS = [
    lambda y: y[:2],
    lambda y: y[:, 1],
    lambda y: y.T,
    lambda y: y.reshape(-1),
    lambda y: y[::-1],
    lambda y: y[1:].T,
    lambda y: np.ravel(y)[2:7],
    lambda y: np.swapaxes(y, 0, 1)[0],
]


def write(target, index, value, how):
    if how == "set":
        target[index] = value
    elif how == "add":
        target[index] += value
    else:
        target[index] *= value


operations = st.lists(
    st.tuples(
        st.sampled_from(["base", "view", "whole"]),
        st.sampled_from(range(len(INDICES))),
        st.sampled_from(range(len(VIEWS))),
        st.sampled_from(["set", "add", "mul"]),
        st.integers(0, 8),
    ),
    min_size=1,
    max_size=6,
)


def program(operations, x):
    """Writes to an array made of x, to views of it taken on the way, and reads them all at the end."""
    y = x * 1.0
    views = [y]
    for where, index, view, how, source in operations:
        value = np.ravel(x)[source] * 0.5 + 0.1
        if where == "base":
            write(y, INDICES[index], value, how)
        elif where == "view":
            views.append(VIEWS[view](y))
            write(views[-1], Ellipsis, value, how)
        elif how == "add":
            y += value
        else:
            y *= value
    weights = np.linspace(0.5, 1.5, 9)
    return sum(np.sum(np.ravel(part) * weights[: part.size] if part.size <= 9 else part) for part in views)


@given(operations)
def test_programs_with_assignments_and_views_mean_what_they_mean_in_numpy(operations):
    x = np.linspace(-1.0, 1.3, 9).reshape(3, 3)
    value, gradient = ad.value_and_grad(lambda x: program(operations, x))(x)
    assert_allclose(value, program(operations, x), rtol=1e-13, atol=1e-13)
    direction = np.cos(np.arange(9.0)).reshape(3, 3)
    h = 1e-4  # polynomials of low degree: the difference is exact to h² times a moderate constant
    difference = (program(operations, x + h * direction) - program(operations, x - h * direction)) / (2 * h)
    _, pushed = ad.jvp(lambda x: program(operations, x), (x,), (direction,))
    assert_allclose(pushed, difference, rtol=1e-5, atol=1e-5)
    assert_allclose(np.sum(gradient * direction), pushed, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("index", INDICES, ids=map(repr, range(len(INDICES))))
def test_an_assigned_value_gets_the_cotangent_of_its_place(index):
    def f(x, v):
        y = x * 1.0
        y[index] = v
        return np.sum(y * np.arange(9.0).reshape(3, 3))

    x = np.zeros((3, 3))
    v = np.ones(np.shape(x[index]))
    dx, dv = ad.grad(f, argnums=(0, 1))(x, v)
    for k in range(v.size):
        bumped = v.copy()
        bumped.reshape(-1)[k] += 1
        assert np.ravel(dv)[k] == f(x, bumped) - f(x, v)
    untouched = np.ones((3, 3))
    untouched[index] = 0
    assert_array_equal(dx, untouched * np.arange(9.0).reshape(3, 3))


def test_aliases_see_an_assignment():
    def f(x):
        y = x * 2.0
        z = y
        y += 1.0
        y[0] = 5.0 * x[1]
        return np.sum(z)

    assert_array_equal(ad.grad(f)(np.ones(2)), [0.0, 7.0])


def test_copies_do_not_see_an_assignment():
    def f(x):
        y = x * 2.0
        z = y.copy()
        w = y.flatten()
        y[0] = 100.0
        return np.sum(z) + np.sum(w)

    assert_array_equal(ad.grad(f)(np.ones(2)), [4.0, 4.0])


def test_a_number_is_replaced_by_an_augmented_assignment():
    def f(x):
        y = x
        y += 1.0
        return x * y

    assert ad.grad(f)(3.0) == 7.0


def test_a_value_of_an_inner_transformation_can_be_assigned():
    def outer(x):
        y = x * 1.0

        def inner(t):
            z = y.copy()
            z[0] = t * t
            return np.sum(z * x)

        return ad.derivative(inner)(3.0)

    assert_array_equal(ad.grad(outer)(np.array([1.0, 2.0])), [6.0, 0.0])


def test_a_buffer_is_an_array_until_it_holds_a_traced_value():
    buffer = Buffer(np.zeros(3))
    buffer[0] = 2.0
    assert_array_equal(np.asarray(buffer), [2.0, 0.0, 0.0])
    assert_array_equal(buffer * np.ones(3), [2.0, 0.0, 0.0])

    def f(x):
        y = Buffer(np.zeros(3))
        part = y[1:]
        part[0] = x * x
        y[2] = part[0] * x
        return np.sum(y)

    assert ad.grad(f)(2.0) == 4.0 + 12.0
    assert ad.derivative(f)(2.0) == 16.0
    assert ad.grad(ad.derivative(f))(2.0) == 14.0


def test_recurrences_written_by_assignment():
    def f(x):
        y = Buffer(np.zeros(20))
        y[0] = x
        for k in range(1, 20):
            y[k] = np.sin(y[k - 1]) + x
        return y[19]

    h = 1e-6
    expected = (float(np.asarray(f(0.3 + h))) - float(np.asarray(f(0.3 - h)))) / (2 * h)
    assert_allclose(ad.grad(f)(0.3), expected, rtol=1e-8)


def test_integers_cannot_hold_a_traced_value():
    def f(x):
        y = Buffer(np.zeros(3, int))
        y[0] = x
        return np.sum(y)

    with pytest.raises(
        InputError, match=r"assigned to an array of int64, which would lose its derivative.*dtype=float"
    ):
        ad.grad(f)(1.0)


@pytest.mark.parametrize("transform", [ad.grad, ad.derivative, ad.jacfwd, ad.jacrev])
def test_a_plain_array_says_how_to_be_made_traced(transform):
    def f(x):
        z = np.zeros(3)
        z[0] = x * x
        return np.sum(z)

    with pytest.raises(TracerConversionError, match=r"test_assignment.py:\d+, in f: `z\[0\] = x \* x`.*zeros_like"):
        transform(f)(2.0)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        ad.grad(lambda x: x.__setitem__(slice(0, 2), np.ones(3)))(np.ones(4))
    with pytest.raises(InputError, match=r"of shape \(2, 2\) does not fit into an array of shape \(2,\)"):
        ad.grad(lambda x: x.__iadd__(np.ones((2, 2))))(np.ones(2))


def test_what_numpy_will_not_write_to_is_not_written_to():
    frozen = np.ones(2)
    frozen.flags.writeable = False
    for target in (lambda x: np.diagonal(np.stack([x, x])), lambda x: np.broadcast_to(x, (3, 2))):
        for f in (lambda x: target(x).__setitem__(0, x[0]), lambda x: target(x).__iadd__(1.0)):  # noqa: B023
            with pytest.raises(ValueError, match="read-only"):
                ad.grad(f)(np.ones(2))
    with pytest.raises(ValueError, match="read-only"):
        ad.grad(lambda x: x.__setitem__(0, 1.0))(frozen)


CONSTANT_RESULTS = {
    "y //= 1": lambda y: y.__ifloordiv__(1),
    "floor, out=y": lambda y: np.floor(y, out=y),
    "sign into y": lambda y: np.sign(y, y),
    "a view //= 1": lambda y: y[:].__ifloordiv__(1),
}


@pytest.mark.parametrize("overwrite", CONSTANT_RESULTS.values(), ids=CONSTANT_RESULTS)
def test_a_traced_array_that_is_overwritten_by_a_constant_is_one(overwrite):
    x = np.array([0.3, 1.7, -2.2])

    def f(x):
        y = x * 1.0
        overwrite(y)
        return np.sum(y) + np.sum(y * x)

    y = x.copy()
    overwrite(y)
    assert_array_equal(ad.grad(f)(x), y)
    assert_array_equal(ad.jacfwd(f)(x), y)
    assert_array_equal(ad.jvp(f, (x,), (np.ones(3),))[1], np.sum(y))


def flat_of_a_transpose(x):
    y = np.stack([x, x * x]).T
    before = y.flat
    y.flat[1:3] = x[:2]
    y.flat[5] *= x[0]
    return np.sum(y * y * np.arange(6.0).reshape(3, 2)) + before[1]


def flat_at_once(x):
    y = np.zeros_like(x)
    y.flat = x[0]
    y.flat = y * x
    return np.sum(y * y * np.arange(3.0)) + len(y.flat) * sum(y.flat)


@pytest.mark.parametrize("f", [flat_of_a_transpose, flat_at_once])
def test_what_is_assigned_to_the_flat_entries_is_assigned_to_the_array(f):
    x = np.array([0.3, 1.7, -2.2])
    ad.testing.check_grads(f=f, args=(x,), order=2)


def test_assignment_in_an_outer_function_is_not_seen_by_what_an_inner_one_kept():
    def product_then_overwritten(transform):
        def f(x):
            y = x * 1.0

            def g(z):
                total = np.sum(z * z * y)
                y[0] = 100.0 * x[1]
                return total

            return transform(g, np.ones(3))

        return f

    for transform in (
        lambda g, z: np.sum(ad.grad(g)(z)),
        lambda g, z: ad.linearize(g, z)[1](np.ones(3)),
        lambda g, z: np.sum(ad.vjp(g, z)[1](1.0)[0]),
        lambda g, z: ad.jvp(g, (z,), (np.ones(3),))[1],
    ):
        f = product_then_overwritten(transform)
        assert_array_equal(ad.grad(f)(np.ones(3)), [2.0, 2.0, 2.0])
        assert_array_equal(ad.jacfwd(f)(np.ones(3)), [2.0, 2.0, 2.0])


def test_gradients_that_are_equal_are_not_one_array_to_an_outer_function():
    def f(x):
        _, pullback = ad.vjp(lambda a, b: a + b, x, x)
        seed = x * 1.0
        first, second = pullback(seed)
        first *= 2.0
        return np.sum(first * second * seed)

    assert_array_equal(ad.grad(f)(np.array([1.0, 2.0])), [6.0, 24.0])


@pytest.mark.parametrize(
    "double",
    [lambda v: v.__imul__(2.0), lambda v: np.multiply(v, 2.0, out=v), lambda v: v.__setitem__((), v * 2.0)],
    ids=["*=", "out", "[()] ="],
)
def test_a_view_without_axes_can_be_written_to_again_and_again(double):
    def f(x):
        y = x * 1.0
        v = y[0, ...]
        v += x[1]
        double(v)
        double(v)
        v += x[0]
        return np.sum(y * y)

    x = np.array([1.0, 2.0])
    assert f(x) == 13.0**2 + 2.0**2
    for derivative in (ad.grad, ad.jacfwd):
        assert_array_equal(derivative(f)(x), [2 * 13 * 5.0, 2 * 13 * 4.0 + 4.0])
    assert ad.jvp(f, (x,), (np.array([1.0, 0.0]),)) == (173.0, 130.0)
