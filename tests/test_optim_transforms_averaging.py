"""Averages of the iterates, steps from several gradients, noise and centring."""

import numpy as np
import pytest

import autodiff as ad
import optim
from tests.first_order_methods import METHODS, WRAPPERS, zeros


def test_swa_is_the_mean_of_the_iterates_it_was_told_to_take():
    opt = optim.swa(optim.sgd(1.0), begin=2, every=3)  # after steps 3, 6, 9
    x, state = np.zeros(1), opt.init(np.zeros(1))
    for _ in range(10):
        x, state = opt.step(np.ones(1), state, x)
    assert opt.eval_params(state, x) == pytest.approx([-6.0])


def test_parameters_to_evaluate_are_the_parameters_before_any_step_and_where_nothing_is_averaged():
    for make in (*METHODS.values(), *WRAPPERS.values()):
        opt, params = make(), ad.tree.map(lambda leaf: leaf + 0.5, zeros())
        np.testing.assert_array_equal(opt.eval_params(opt.init(params), params)["w"], params["w"])


def test_minimize_returns_the_average_and_its_value():
    opt = optim.swa(optim.sgd(1.0))
    res = optim.minimize(lambda x: x**2 / 2 + x, 3.0, opt, max_iter=4)  # the iterates: -1 at once
    assert res.x == pytest.approx(-1.0)
    res = optim.minimize(lambda x: x**2, 1.0, optim.ema(optim.sgd(1.0), 0.5), max_iter=2)  # 1, -1, 1: mean 0
    assert res.x == 0.0 and res.fun == 0.0


def test_schedule_free_averages_what_it_steps_through():
    opt = optim.schedule_free_sgd(1.0, beta=0.9)
    y, state, z, x = np.array([5.0]), opt.init(np.array([5.0])), 5.0, 5.0
    for t, g in enumerate((1.0, -2.0, 0.5), start=1):
        y, state = opt.step(np.array([g]), state, y)
        z -= g
        x += (z - x) / t
        assert y == pytest.approx([0.1 * z + 0.9 * x])
        assert opt.eval_params(state, y) == pytest.approx([x])


def test_accumulated_steps_of_mini_batches_are_those_of_the_batch(rng):
    gradients = rng.standard_normal((6, 3))
    small, large = optim.accumulate(optim.adam(0.1), 3), optim.adam(0.1)
    a, b, state_a, state_b = np.zeros(3), np.zeros(3), small.init(np.zeros(3)), large.init(np.zeros(3))
    for g in gradients:
        a, state_a = small.step(g, state_a, a)
    for g in gradients.reshape(2, 3, 3).mean(axis=1):
        b, state_b = large.step(g, state_b, b)
    np.testing.assert_allclose(a, b, rtol=1e-12)


def test_noise_is_that_of_its_own_copy_of_the_generator_and_fades():
    rng = np.random.default_rng(7)
    opt = optim.add_noise(rng, scale=4.0, power=2.0)
    start = np.zeros(20_000)
    state = opt.init(start)
    first, state = opt.update(start, state, start)
    again, _ = opt.update(start, opt.init(start), start)
    np.testing.assert_array_equal(first, again)
    second, _ = opt.update(start, state, start)
    assert first.std() == pytest.approx(2.0, rel=0.03) and second.std() == pytest.approx(1.0, rel=0.03)
    assert rng.random() == np.random.default_rng(7).random()


def test_centralized_gradients_have_no_mean_in_any_row(rng):
    shapes = {"matrix": (4, 3), "filters": (2, 3, 2, 2), "vector": (3,), "empty": (0, 2)}
    params = {name: np.zeros(shape) for name, shape in shapes.items()}
    grads = ad.tree.map(lambda leaf: rng.standard_normal(leaf.shape), params)
    opt = optim.centralize()
    found, _ = opt.update(grads, opt.init(params), params)
    np.testing.assert_allclose(found["matrix"].sum(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(found["filters"].sum(axis=(1, 2, 3)), 0, atol=1e-14)
    np.testing.assert_array_equal(found["vector"], grads["vector"])
