"""Kernels of recurrences against their references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn.functional import recurrence, recurrence_cells

LAYERS = {
    "rnn": lambda rng, **keywords: nn.RNN(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru": lambda rng, **keywords: nn.GRU(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru, reset after": lambda rng, **keywords: nn.GRU(2, 3, reset_after=True, rng=rng, dtype=np.float64, **keywords),
    "lstm": lambda rng, **keywords: nn.LSTM(2, 3, rng=rng, dtype=np.float64, **keywords),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def drawn_call(rng, name):
    """A fused recurrence and arguments for it, at random."""
    gates, states = {"rnn": (1, 1), "gru": (3, 1), "lstm": (4, 2)}[name]
    n, steps, features, hidden = (int(rng.integers(low, 6)) for low in (0, 1, 1, 1))
    shapes = [(n, steps, features), *[(n, hidden)] * states, (gates * hidden, features), (gates * hidden, hidden)]
    args = [rng.standard_normal(shape) for shape in [*shapes, (gates * hidden,), (gates * hidden,)]]
    options = {"reverse": bool(rng.integers(2)), "mask": [None, rng.random((n, steps)) < 0.6][rng.integers(2)]}
    if name == "rnn":
        options["nonlinearity"] = str(rng.choice(["tanh", "relu"]))
    if name == "gru":
        options["reset_after"] = bool(rng.integers(2))
    if rng.integers(3) == 0:
        args[-1] = None
        if rng.integers(2):
            args[-2] = None
    return args, options


def assert_kernels_are_the_reference(fused, args, options, rng):
    traced = [k for k, arg in enumerate(args) if arg is not None and (k < 1 or rng.random() < 0.8)]

    def of(function):
        def f(*values):
            complete = list(args)
            for k, value in zip(traced, values, strict=True):
                complete[k] = value
            return function(*complete, **options)

        return ad.vjp(f, *(args[k] for k in traced))

    (found, pull), (expected, pull_expected) = of(fused), of(fused.reference)
    results = found if isinstance(found, tuple) else (found,)
    weights = tuple(rng.standard_normal(y.shape) for y in results)
    cotangent = weights if isinstance(found, tuple) else weights[0]
    for y, z in zip(ad.tree.leaves(found), ad.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(y, z, rtol=1e-9, atol=1e-12)
    for k, y, z in zip(traced, pull(cotangent), pull_expected(cotangent), strict=True):
        np.testing.assert_allclose(y, z, rtol=1e-9, atol=1e-11, err_msg=f"argument {k} with {options}")


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_kernels_over_time_are_the_loop_of_cells(name, seed):
    rng = np.random.default_rng(seed)
    args, options = drawn_call(rng, name)
    assert_kernels_are_the_reference(getattr(recurrence, f"_{name}"), args, options, rng)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_kernels_of_cells_are_the_formula(name, seed):
    rng = np.random.default_rng(seed)
    args, options = drawn_call(rng, name)
    args[0] = args[0][:, 0]
    options = {key: value for key, value in options.items() if key not in ("mask", "reverse")}
    assert_kernels_are_the_reference(getattr(recurrence_cells, f"_{name}_cell"), args, options, rng)


@every_layer
def test_a_sweep_may_be_repeated(make, rng):
    layer, x = make(rng), rng.standard_normal((2, 4, 2))
    _, pullback = ad.vjp(lambda layer: layer(x)[0], layer)
    cotangent = rng.standard_normal((2, 4, 3))
    first, second = (ad.tree.leaves(pullback(cotangent)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_gradients_are_arrays_of_their_own(rng):
    layer = LAYERS["lstm"](rng)
    leaves = ad.tree.leaves(ad.grad(lambda layer: layer(np.ones((2, 4, 2)))[0].sum())(layer))
    assert not any(np.shares_memory(a, b) for k, a in enumerate(leaves) for b in leaves[:k])


def test_a_layer_is_one_record_whatever_the_number_of_steps(rng):
    layer = LAYERS["lstm"](rng)
    short, long = (len(ad.record(lambda x: layer(x)[0].sum(), np.ones((2, steps, 2)))) for steps in (3, 300))
    assert short == long
