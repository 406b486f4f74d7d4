"""What every first-order method does: it descends, in its dtype, in place, by name; and it refuses bad arguments."""

import tracemalloc

import numpy as np
import pytest

import autodiff as ad
import optim
from benchmarks.workloads import optimizer_step
from optim import schedules
from tests.first_order_methods import MATRICES, METHODS, SECOND_ORDER, WRAPPERS, keywords, loss, zeros


@pytest.mark.parametrize("name", sorted(METHODS | WRAPPERS))
def test_method_brings_a_bowl_down_a_hundredfold(name):
    opt = (METHODS | WRAPPERS)[name]()
    params = {"w": np.full((4, 3), 0.1), "b": np.full(5, -0.1)}  # LARS and LAMB stand still at 0
    state, first = opt.init(params), loss(params)
    for _ in range(200):
        params, state = opt.step_(ad.grad(loss)(params), state, params, **keywords(opt))
    assert loss(opt.eval_params(state, params)) < 0.01 * first


@pytest.mark.parametrize("name", sorted(METHODS | WRAPPERS))
def test_zero_gradients_make_finite_steps(name):
    opt = (METHODS | WRAPPERS)[name]()
    grads = params = zeros() | {"empty": np.zeros((0, 3)), "number": np.zeros(())}
    state = opt.init(params)
    extra = {"loss": lambda x: (0 * x["w"]).sum()} if keywords(opt) else {}
    for _ in range(3):
        params, state = opt.step(grads, state, params, **extra)
        assert all(np.isfinite(leaf).all() for leaf in params.values())


@pytest.mark.parametrize("name", sorted(METHODS))
def test_float32_parameters_stay_float32_and_have_a_state_in_float32(name):
    opt = METHODS[name]()
    params = ad.tree.map(lambda leaf: np.full(leaf.shape, 0.1, np.float32), zeros())
    after, state = opt.step(ad.grad(loss)(params), opt.init(params), params, **keywords(opt))
    assert {leaf.dtype for leaf in after.values()} == {np.dtype(np.float32)}
    assert state.u.dtype == np.float32


@pytest.mark.parametrize("name", sorted((METHODS | WRAPPERS).keys() - MATRICES - SECOND_ORDER))
def test_step_in_place_allocates_nothing(name):
    opt = (METHODS | WRAPPERS)[name]()
    params = {"w": np.full((500, 300), 0.1), "b": np.full(50_000, 0.1)}
    grads = {"w": np.full((500, 300), 0.2), "b": np.full(50_000, 0.3)}
    state = opt.init(params)
    extra = {"value": 1.0} if opt.needs_value else {}
    for _ in range(3):  # the scratch vectors are made in the first steps
        opt.step_(grads, state, params, **extra)
    tracemalloc.start()
    try:
        for _ in range(2):
            opt.step_(grads, state, params, **extra)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # bytes: objects of Python, and where a row is broadcast NumPy's buffer of 8192 numbers; a vector has 1.6 million
    assert peak < (90_000 if name == "adaptive_clip" else 20_000)


@pytest.mark.parametrize("name", sorted(name for name in optim.methods.METHODS if name in METHODS))
def test_method_runs_by_name_and_its_result_is_at_its_point(name):
    res = optim.minimize(loss, {"w": np.full((4, 3), 0.1), "b": np.full(5, 0.1)}, name, max_iter=5)
    assert res.nit == 5 and res.status is optim.Status.ITERATION_LIMIT and not res.success
    assert res.fun == pytest.approx(loss(res.x), rel=1e-12)
    assert res.best.fun <= min(res.history.fun)


def test_all_methods_by_name_are_tested_here():
    transforms = {name for name, module in optim.methods.METHODS.items() if module.startswith("transforms.")}
    assert transforms == {name for name in METHODS if name != "adafactor_optax"}


@pytest.mark.parametrize("name", sorted(METHODS.keys() - {"dog", "dowg", "polyak_sgd", "adadelta"}))
def test_learning_rate_can_be_read_before_and_after_steps(name):
    opt = METHODS[name]()
    params = {"w": np.full((4, 3), 0.1), "b": np.full(5, 0.1)}
    state = opt.init(params)
    assert state.learning_rate > 0
    _, state = opt.step(ad.grad(loss)(params), state, params, **keywords(opt))
    assert state.learning_rate > 0


@pytest.mark.parametrize("make", [optim.adamw, optim.rmsprop, optim.lion, optim.adagrad, optim.schedule_free_sgd])
def test_learning_rate_is_that_of_the_schedule(make):
    opt = make(schedules.linear(1.0, 0.0, steps=4))
    params = np.ones(2)
    state, rates = opt.init(params), []
    for _ in range(4):
        params, state = opt.step(np.ones(2), state, params)
        rates.append(state.learning_rate)
    assert rates == [1.0, 0.75, 0.5, 0.25]


def test_hundred_arrays_get_the_steps_that_the_benchmark_times():
    report = optimizer_step.run([], rounds=1, progress=lambda text: None, sizes=(3,))
    assert report.errors == [] and len(report.rows) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.adamw(beta1=1.0), "beta1 must be at least 0 and less than 1, but it is 1.0"),
        (lambda: optim.rmsprop(decay=-0.1), "decay must be at least 0"),
        (lambda: optim.rmsprop(variant="troch"), "there is no variant 'troch'; did you mean torch"),
        (lambda: optim.nadam(variant="paper"), "give one of 'torch', 'optax'"),
        (lambda: optim.adagrad(epsilon=0.0), "epsilon must be a finite number greater than 0"),
        (lambda: optim.lion(weight_decay=-1.0), "weight_decay must be a finite number that is at least 0"),
        (lambda: optim.lion(learning_rate=-1.0), "the learning rate must be a finite number"),
        (lambda: optim.rprop(shrink=2.0), "need 0 < shrink < 1 < grow"),
        (lambda: optim.radam(threshold=3), "threshold must be at least 4"),
        (lambda: optim.schedule_free_sgd(beta=0.0), r"beta must be in \(0, 1\]"),
        (lambda: optim.accumulate(optim.sgd(), 0), "every must be a whole number that is at least 1"),
        (lambda: optim.lookahead(optim.sgd(), slow_step=0.0), "slow_step must be greater than 0"),
        (lambda: optim.clip_by_global_norm(0.0), "limit must be a finite number greater than 0"),
        (lambda: optim.adafactor(None), "the variant 'torch' needs a learning rate"),
        (lambda: optim.shampoo(exponent=-1.0), "exponent is p of L"),
        (lambda: optim.groups({}), "give at least one group"),
        (lambda: optim.reduce_on_plateau(factor=1.5), "factor must be between 0 and 1"),
        (lambda: optim.adan(where="w", variant="paper"), "leave `where` out"),
    ],
)
def test_bad_arguments_are_refused_when_the_method_is_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_noise_needs_a_generator():
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, not 0; give np.random.default_rng"):
        optim.add_noise(0)


def test_step_in_place_refuses_parameters_of_another_shape():
    opt = optim.sgd(1.0)
    state = opt.init({"a": np.zeros(3), "b": np.zeros(2)})
    grads = {"a": np.zeros(3), "b": np.zeros(2)}
    with pytest.raises(ValueError, match=r"\['a'\] has shape \(2, 3\), but .* has shape \(3,\)"):
        opt.step_(grads, state, {"a": np.zeros((2, 3)), "b": np.zeros(2)})
