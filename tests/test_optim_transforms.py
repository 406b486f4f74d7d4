"""Transforms: `init` and `step` on any tree, pure or in place, the same as in the loop."""

import copy
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim.errors import InvalidStartError
from optim.transforms import AveragedGradient, ScaleByAdam, ScaleByLearningRate, Trace, Transform

OPTIMIZERS = {
    "gradient_descent": optim.gradient_descent(0.1),
    "decaying": optim.gradient_descent(optim.schedules.exponential_decay(0.1, 0.5)),
    "momentum": optim.momentum(0.1, beta=0.8),
    "averaged momentum": optim.momentum(0.1, beta=0.8, averaged=True),
    "nesterov": optim.nesterov(0.1, beta=0.8),
    "sgd": optim.sgd(0.1, momentum=0.8, dampening=0.3),
    "adam": optim.adam(0.1),
}
every_optimizer = pytest.mark.parametrize("opt", OPTIMIZERS.values(), ids=OPTIMIZERS)


def random_tree(rng, dtype=np.float64):
    return {
        "layers": [(rng.normal(size=(3, 2)).astype(dtype), rng.normal(size=2).astype(dtype))],
        "scale": rng.normal(size=(1, 2, 2)).astype(dtype),
        "nothing": None,
    }


def assert_trees_equal(a, b):
    assert ad.tree.structure(a) == ad.tree.structure(b)
    for x, y in zip(ad.tree.leaves(a), ad.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)
        assert np.asarray(x).dtype == np.asarray(y).dtype and np.shape(x) == np.shape(y)


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_step_in_place_is_the_pure_step(opt, dtype, rng):
    pure, in_place = random_tree(rng, dtype), None
    in_place = copy.deepcopy(pure)
    state, own = opt.init(pure), opt.init(in_place)
    arrays = ad.tree.leaves(in_place)
    for _ in range(5):
        grads = random_tree(rng, dtype)
        pure, state = opt.step(grads, state, pure)
        assert opt.step_(grads, own, in_place) == (in_place, own)
    assert_trees_equal(pure, in_place)
    assert all(x is y for x, y in zip(arrays, ad.tree.leaves(in_place), strict=True))
    assert state.count == own.count == 5


@every_optimizer
def test_pure_step_changes_nothing_that_it_is_given(opt, rng):
    params, grads = random_tree(rng), random_tree(rng)
    state = opt.step(grads, opt.init(params), params)[1]
    before = copy.deepcopy((grads, state.inner, params))
    first = opt.step(grads, state, params)
    second = opt.step(grads, state, params)
    assert_trees_equal(first[0], second[0])
    assert_trees_equal(before, (grads, state.inner, params))
    assert state.count == 1 and first[1].count == 2


@every_optimizer
def test_step_is_update_added(opt, rng):
    params, grads = random_tree(rng), random_tree(rng)
    update, state = opt.update(grads, opt.init(params), params)
    assert_trees_equal(opt.step(grads, opt.init(params), params)[0], ad.tree.map(np.add, params, update))
    assert state.count == 1


@every_optimizer
def test_leaves_do_not_influence_each_other(opt, rng):
    params = random_tree(rng)
    alone, states = ad.tree.leaves(params), [opt.init(leaf) for leaf in ad.tree.leaves(params)]
    state = opt.init(params)
    for _ in range(4):
        grads = random_tree(rng)
        params, state = opt.step(grads, state, params)
        stepped = [opt.step(g, s, p) for g, s, p in zip(ad.tree.leaves(grads), states, alone, strict=True)]
        alone, states = [p for p, _ in stepped], [s for _, s in stepped]
    assert_trees_equal(ad.tree.leaves(params), alone)


@every_optimizer
def test_steps_by_hand_are_those_of_minimize(opt):
    f, params = optim.problems.rosenbrock, np.array([-1.2, 1.0])
    state, path = opt.init(params), [params]
    for _ in range(4):
        params, state = opt.step(0.001 * ad.grad(f)(params), state, params)
        path.append(params)
    res = optim.minimize(lambda x: 0.001 * f(x), np.array([-1.2, 1.0]), opt, max_iter=4, record="full")
    np.testing.assert_allclose(res.history.x, path, rtol=1e-12)


@every_optimizer
def test_a_step_in_place_allocates_nothing(opt, rng):
    params, grads = [rng.normal(size=20_000) for _ in range(3)], [rng.normal(size=20_000) for _ in range(3)]
    state = opt.init(params)
    opt.step_(grads, state, params)  # the scratch vectors are made in the first step
    tracemalloc.start()
    for _ in range(3):
        opt.step_(grads, state, params)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000  # bytes: less than an eighth of one of the arrays


def test_numbers_stay_numbers():
    opt = optim.sgd(0.5)
    params, state = opt.step((1.0, np.float32(2)), opt.init((3.0, np.float32(4))), (3.0, np.float32(4)))
    assert params == (2.5, 3.0) and type(params[0]) is float and type(params[1]) is np.float32


def test_trees_of_two_precisions_keep_both():
    params = {"a": np.ones(2, np.float32), "b": np.ones(2)}
    new, _ = optim.adam(0.1).step(params, optim.adam(0.1).init(params), params)
    assert new["a"].dtype == np.float32 and new["b"].dtype == np.float64


# -- each against its formula ------------------------------------------------------------------------------------------


def trajectory(opt, gradients, x):
    state = opt.init(x)
    for g in gradients:
        x, state = opt.step(g, state, x)
        yield x


def by_formula(name, gradients, x):
    v = s = np.zeros_like(x)
    for t, g in enumerate(gradients):
        if name == "gradient_descent":
            step = g
        elif name == "decaying":
            step = 0.5**t * g
        elif name in ("momentum", "nesterov"):
            v = 0.8 * v + g
            step = v if name == "momentum" else g + 0.8 * v
        elif name == "averaged momentum":
            v = 0.8 * v + 0.2 * g
            step = v
        elif name == "sgd":  # PyTorch: no dampening in the first step
            v = g if t == 0 else 0.8 * v + (1 - 0.3) * g
            step = v
        else:
            v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
            step = (v / (1 - 0.9 ** (t + 1))) / (np.sqrt(s / (1 - 0.999 ** (t + 1))) + 1e-8)
        x = x - 0.1 * step
        yield x


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_takes_the_steps_of_its_formula(name, rng):
    gradients, x = rng.normal(size=(30, 4)), rng.normal(size=4)
    found = list(trajectory(OPTIMIZERS[name], gradients, x))
    np.testing.assert_allclose(found, list(by_formula(name, gradients, x)), rtol=1e-12)


def test_sgd_with_nesterov_is_nesterov():
    gradients = np.random.default_rng(0).normal(size=(10, 3))
    a = list(trajectory(optim.sgd(0.1, momentum=0.9, nesterov=True), gradients, np.zeros(3)))
    np.testing.assert_array_equal(a, list(trajectory(optim.nesterov(0.1, 0.9), gradients, np.zeros(3))))


@given(beta=st.floats(0, 0.99), rate=st.floats(1e-4, 1))
def test_averaged_momentum_is_the_classical_one_with_a_smaller_rate(beta, rate):
    gradients = np.random.default_rng(1).normal(size=(10, 3))
    averaged = list(trajectory(optim.momentum(rate, beta, averaged=True), gradients, np.zeros(3)))
    classical = list(trajectory(optim.momentum(rate * (1 - beta), beta), gradients, np.zeros(3)))
    np.testing.assert_allclose(averaged, classical, rtol=1e-9, atol=1e-15)


@given(scale=st.floats(1e-3, 1e3))
def test_adam_does_not_see_the_units_of_the_objective(scale):
    gradients = np.random.default_rng(2).normal(size=(10, 3))
    plain = list(trajectory(optim.adam(0.1, epsilon=0.0), gradients, np.zeros(3)))
    scaled = list(trajectory(optim.adam(0.1, epsilon=0.0), scale * gradients, np.zeros(3)))
    np.testing.assert_allclose(plain, scaled, rtol=1e-9, atol=1e-12)


# -- learning rates, chains, errors ------------------------------------------------------------------------------------


def test_learning_rate_can_be_read_at_any_time():
    opt = optim.adam(optim.schedules.exponential_decay(0.1, 0.5))
    x = np.ones(2)
    state = opt.init(x)
    seen = [state.learning_rate]
    for _ in range(3):
        x, state = opt.step(x, state, x)
        seen.append(state.learning_rate)
    assert seen == [0.1, 0.1, 0.05, 0.025]
    assert "learning_rate=0.025" in repr(state) and "count=3" in repr(state)


def test_chain_of_chains_is_flat_and_shows_its_parts():
    opt = optim.chain(optim.chain(Trace(0.9)), optim.chain(ScaleByLearningRate(0.1)))
    assert opt.parts == (Trace(0.9), ScaleByLearningRate(0.1))
    assert repr(optim.momentum(0.1)) == (
        "momentum(Trace(beta=0.9, dampening=0.0, nesterov=False), ScaleByLearningRate(learning_rate=0.1))"
    )


def test_transform_of_ones_own_sees_the_parameters_where_it_asks_for_them():
    class Decay(Transform):
        needs_x = True

        def apply(self, u, state, workspace):
            u += 0.5 * workspace.x

    opt = optim.chain(Decay(), ScaleByLearningRate(1.0))
    x = np.array([4.0])
    assert opt.step(np.array([1.0]), opt.init(x), x)[0] == 1.0
    opt.step_(np.array([1.0]), opt.init(x), x)
    assert x == 1.0
    assert optim.minimize(lambda x: 0.5 * x**2, 4.0, opt, max_iter=1).x == 4.0 - 4.0 - 2.0


def test_gradients_of_another_structure_are_named():
    opt, params = optim.sgd(0.1), {"a": np.ones(2), "b": np.ones(3)}
    with pytest.raises(TypeError, match="params and grads differ in structure"):
        opt.step({"a": np.ones(2)}, opt.init(params), params)
    with pytest.raises(ValueError, match=r"grads\['b'\] has shape \(2,\), but params\['b'\] has shape \(3,\)"):
        opt.step({"a": np.ones(2), "b": np.ones(2)}, opt.init(params), params)


@pytest.mark.parametrize("params", [{"a": 1.0}, 1.0, [np.ones(2, int)]])
def test_what_cannot_be_written_to_cannot_be_stepped_in_place(params):
    opt = optim.sgd(0.1)
    with pytest.raises(TypeError, match="writes into arrays of floats"):
        opt.step_(params, opt.init(params), params)


def test_parameters_without_numbers_are_refused():
    with pytest.raises(InvalidStartError, match="params holds no numbers"):
        optim.sgd(0.1).init({"a": None})


@pytest.mark.parametrize(
    "make",
    [
        lambda: optim.sgd(-1.0),
        lambda: optim.sgd(np.inf),
        lambda: optim.sgd(0.1, nesterov=True),
        lambda: optim.sgd(0.1, momentum=0.9, dampening=0.1, nesterov=True),
        lambda: optim.momentum(0.1, beta=1.0),
        lambda: AveragedGradient(-0.1),
        lambda: ScaleByAdam(beta2=1.0),
    ],
)
def test_rates_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError):
        make()


def test_chain_takes_transforms_only():
    with pytest.raises(TypeError, match="chain takes transforms, not a float"):
        optim.chain(optim.sgd(0.1), 0.5)
