"""States of optimizers as plain data: training goes on from them as if it had never stopped."""

import copy

import numpy as np
import pytest

import autodiff as ad
import optim

METHODS = {
    "adam": lambda: optim.adam(0.01),
    "sgd": lambda: optim.sgd(0.01, momentum=0.9),
    "lion": lambda: optim.lion(0.01, weight_decay=0.1),
    "schedule": lambda: optim.adamw(optim.schedules.exponential_decay(0.1, 0.5)),
    "muon": lambda: optim.muon(0.01),
    "shampoo": lambda: optim.shampoo(0.01),
    "soap": lambda: optim.soap(0.01),
    "adafactor": lambda: optim.adafactor(0.01),
    "novograd": lambda: optim.novograd(0.01),
    "ema": lambda: optim.ema(optim.adam(0.01)),
    "schedule_free": lambda: optim.schedule_free_adamw(0.01),
    "lookahead": lambda: optim.lookahead(optim.sgd(0.01)),
    "groups": lambda: optim.groups({"b": optim.sgd(0.1, momentum=0.5)}, default=optim.adam(0.01)),
    "masked": lambda: optim.chain(optim.masked(optim.add_decayed_weights(0.5), "w"), optim.adam(0.1)),
    "noise": lambda: optim.chain(optim.add_noise(np.random.default_rng(0), 0.1), optim.sgd(0.1)),
    "sophia": lambda: optim.sophia(0.01, rng=np.random.default_rng(0)),
}


def loss(p):
    return ((p["w"] @ p["b"] - 1) ** 2).sum()


def advance(opt, state, params, steps):
    for _ in range(steps):
        value, grads = ad.value_and_grad(loss)(params)
        params, state = opt.step(grads, state, params, value=value, loss=loss)
    return params, state


@pytest.mark.parametrize("name", METHODS)
def test_steps_after_restoring_are_those_without_a_break(name):
    start = {"w": np.arange(6.0).reshape(2, 3) / 5, "b": np.array([1.0, -1.0, 0.5])}
    opt = METHODS[name]()
    params, state = advance(opt, opt.init(start), start, 5)
    saved = copy.deepcopy(state.export())
    expected, _ = advance(opt, state, params, 5)
    opt = METHODS[name]()
    fresh = opt.init(start)
    fresh.restore(saved)
    assert fresh.learning_rates == pytest.approx(state.learning_rates, nan_ok=True)
    found, _ = advance(opt, fresh, params, 5)
    for key in start:
        np.testing.assert_array_equal(found[key], expected[key])


@pytest.mark.parametrize("name", METHODS)
def test_an_exported_state_is_plain(name):
    def check(value):
        if isinstance(value, dict):
            assert all(isinstance(key, str | int) for key in value)
            [check(v) for v in value.values()]
        elif isinstance(value, list | tuple):
            [check(v) for v in value]
        else:
            assert value is None or isinstance(value, int | float | np.ndarray | np.generic | np.random.Generator)

    opt = METHODS[name]()
    start = {"w": np.ones((2, 3)), "b": np.ones(3)}
    check(advance(opt, opt.init(start), start, 2)[1].export())


def test_what_is_restored_is_a_copy():
    opt = optim.momentum(0.1)
    params = np.zeros(2)
    _, state = opt.step(np.ones(2), opt.init(params), params)
    again = opt.init(params)
    again.restore(state.export())
    opt.step_(np.ones(2), again, params)
    assert state.inner[0]["v"].tolist() == [1, 1]


def test_scale_multiplies_steps_and_learning_rate():
    opt = optim.sgd(0.5)
    state = opt.init(np.zeros(1))
    state.scale = 0.1
    params, state = opt.step(np.ones(1), state, np.zeros(1))
    assert params == pytest.approx([-0.05]) and state.learning_rate == pytest.approx(0.05)
