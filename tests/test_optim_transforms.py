"""What the first-order methods claim, each by numbers worked out without them."""

import dataclasses
import math
import tracemalloc

import numpy as np
import pytest
import scipy.linalg

import autodiff as ad
import optim
from benchmarks.workloads import optimizer_step
from optim import schedules
from optim.transforms.muon import orthogonalize
from optim.transforms.shampoo import inverse_root


def loss(x):
    return ((x["w"] - 1) ** 2).sum() + 3 * ((x["b"] + 1) ** 2).sum()


def zeros():
    return {"w": np.zeros((4, 3)), "b": np.zeros(5)}


# name → the method with a rate that suits `loss`
METHODS = {
    "adabelief": lambda: optim.adabelief(0.1),
    "adadelta": lambda: optim.adadelta(epsilon=1e-2),
    "adafactor": lambda: optim.adafactor(0.5, smallest_scale=0.1),
    "adafactor_optax": lambda: optim.adafactor(0.2, smallest_scale=0.1, smallest_axis=2, variant="optax"),
    "adagrad": lambda: optim.adagrad(0.5),
    "adahessian": lambda: optim.adahessian(0.2),
    "adam": lambda: optim.adam(0.1),
    "adamax": lambda: optim.adamax(0.1),
    "adamw": lambda: optim.adamw(0.1, weight_decay=1e-4),
    "adan": lambda: optim.adan(0.1),
    "ademamix": lambda: optim.ademamix(0.05, beta3=0.99),
    "adopt": lambda: optim.adopt(0.1),
    "amsgrad": lambda: optim.amsgrad(0.1),
    "asgd": lambda: optim.asgd(0.1),
    "dadapt_adam": lambda: optim.dadapt_adam(d0=1e-2),
    "dog": lambda: optim.dog(initial=1e-2),
    "dowg": lambda: optim.dowg(initial=1e-2),
    "gradient_descent": lambda: optim.gradient_descent(0.1),
    "lamb": lambda: optim.lamb(schedules.cosine(0.1, steps=200)),  # its steps have the length α ‖x‖
    "lars": lambda: optim.lars(0.1, trust_coefficient=0.1, momentum=0.5),
    "lion": lambda: optim.lion(0.02),
    "momentum": lambda: optim.momentum(0.05),
    "muon": lambda: optim.muon(0.05, weight_decay=0.0, adam_learning_rate=0.1),
    "nadam": lambda: optim.nadam(0.1),
    "nesterov": lambda: optim.nesterov(0.05),
    "novograd": lambda: optim.novograd(0.05),
    "polyak_sgd": lambda: optim.polyak_sgd(),
    "prodigy": lambda: optim.prodigy(d0=1e-2),
    "radam": lambda: optim.radam(0.1),
    "rmsprop": lambda: optim.rmsprop(0.05),
    "rprop": lambda: optim.rprop(0.05),
    "schedule_free_adamw": lambda: optim.schedule_free_adamw(0.1),
    "schedule_free_sgd": lambda: optim.schedule_free_sgd(0.2),
    "sgd": lambda: optim.sgd(0.05, momentum=0.9),
    "shampoo": lambda: optim.shampoo(0.5),
    "sign_sgd": lambda: optim.sign_sgd(0.02),
    "signum": lambda: optim.signum(0.02),
    "soap": lambda: optim.soap(0.1, weight_decay=0.0),
    "sophia": lambda: optim.sophia(0.1, gamma=1.0, weight_decay=0.0),
    "yogi": lambda: optim.yogi(0.1),
}
MATRICES = {"adafactor", "adafactor_optax", "muon", "shampoo", "soap"}  # their products of matrices make new ones
SECOND_ORDER = {"adahessian", "sophia"}
WRAPPERS = {
    "adaptive_clip": lambda: optim.chain(optim.adaptive_clip(0.5), optim.sgd(0.1)),
    "accumulate": lambda: optim.accumulate(optim.adam(0.1), 2),
    "clip_by_block_rms": lambda: optim.chain(optim.clip_by_block_rms(1.0), optim.sgd(0.1)),
    "clip_by_global_norm": lambda: optim.chain(optim.clip_by_global_norm(1.0), optim.sgd(0.1)),
    "clip_by_value": lambda: optim.chain(optim.clip_by_value(1.0), optim.sgd(0.1)),
    "decay": lambda: optim.chain(optim.add_decayed_weights(1e-3, "w"), optim.sgd(0.1)),
    "ema": lambda: optim.ema(optim.adam(0.1), 0.9),
    "groups": lambda: optim.groups({"w": optim.adam(0.1)}, default=optim.sgd(0.1)),
    "lookahead": lambda: optim.lookahead(optim.adam(0.1)),
    "noise": lambda: optim.chain(optim.add_noise(np.random.default_rng(0), 1e-6), optim.sgd(0.1)),
    "plateau": lambda: optim.chain(optim.adam(0.1), optim.reduce_on_plateau(patience=50)),
    "swa": lambda: optim.swa(optim.adam(0.1), begin=20),
}


def keywords(opt):
    return {"loss": loss} if opt.needs_loss or opt.needs_value else {}


def walk(opt, gradients, start=0.0):
    """The parameter, one number, after each of the given gradients."""
    x, state, path = np.array([start]), opt.init(np.array([start])), []
    for g in gradients:
        x, state = opt.step(np.array([g]), state, x)
        path.append(float(x[0]))
    return path


# -- for all methods ---------------------------------------------------------------------------------------------------


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


def test_all_methods_by_name_are_in_this_file():
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


# -- where two methods of one name differ ------------------------------------------------------------------------------


def test_first_step_of_sgd_has_no_dampening():
    assert walk(optim.sgd(1.0, momentum=0.5, dampening=0.9), [1.0, 1.0]) == pytest.approx([-1.0, -1.6])


def test_lars_and_optax_rmsprop_keep_the_rate_in_the_momentum():
    rates = schedules.piecewise_constant([1.0, 0.0], [1])
    torch = walk(optim.rmsprop(rates, decay=0.0, momentum=0.5), [1.0, 1.0])
    optax = walk(optim.rmsprop(rates, decay=0.0, momentum=0.5, variant="optax"), [1.0, 1.0])
    assert torch == pytest.approx([-1.0, -1.0])
    assert optax == pytest.approx([-1.0, -1.5])
    lars = walk(optim.lars(rates, momentum=0.5, trust_coefficient=1.0), [1.0, 1.0], start=1.0)
    assert lars == pytest.approx([0.0, -0.5])


@pytest.mark.parametrize(("variant", "expected"), [("torch", 3e-4 / (3e-4 + 1e-4)), ("optax", 3e-4 / 3.1622776e-4)])
def test_epsilon_of_rmsprop_is_outside_the_root_for_torch_and_inside_for_optax(variant, expected):
    epsilon = {"torch": 1e-4, "optax": 1e-8}[variant]
    found = walk(optim.rmsprop(1.0, decay=0.0, epsilon=epsilon, variant=variant), [3e-4])
    assert found == pytest.approx([-expected], rel=1e-6)


def test_adagrad_starts_at_zero_for_torch_and_at_a_tenth_for_optax():
    assert walk(optim.adagrad(1.0), [2.0]) == pytest.approx([-1.0])
    assert walk(optim.adagrad(1.0, variant="optax"), [2.0]) == pytest.approx([-2 / math.sqrt(4.1 + 1e-7)], rel=1e-12)


def test_amsgrad_keeps_the_largest_moment_corrected_for_optax_and_not_for_torch():
    # β₁ = 0, β₂ = ½, gradients 1 and 0.1: s = 0.5, 0.255; corrected 1, 0.34
    torch, optax, paper = (
        walk(optim.amsgrad(1.0, 0.0, 0.5, 1e-12, variant=v), [1.0, 0.1]) for v in ("torch", "optax", "paper")
    )
    assert torch == pytest.approx([-1.0, -1.0 - 0.1 / math.sqrt(0.5 / 0.75)])
    assert optax == pytest.approx([-1.0, -1.0 - 0.1])
    assert paper == pytest.approx([-math.sqrt(2), -math.sqrt(2) - 0.1 / math.sqrt(0.5)])


def test_decay_of_adamw_does_not_go_through_the_moments_and_that_of_l2_does():
    decoupled = walk(optim.adamw(0.1, weight_decay=0.5), [1.0], start=2.0)
    l2 = walk(optim.chain(optim.add_decayed_weights(0.5), optim.adam(0.1)), [1.0], start=2.0)
    assert decoupled == pytest.approx([2.0 - 0.1 * (1 + 0.5 * 2)])
    assert l2 == pytest.approx([2.0 - 0.1])  # ADAM's first step, whatever the gradient


def test_nadam_of_torch_has_a_momentum_that_grows():
    mu = [0.9 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (1, 2)]
    expected = (1 - mu[0]) / (1 - mu[0]) + mu[1] * 0.1 / (1 - mu[0] * mu[1])
    assert walk(optim.nadam(1.0, epsilon=1e-12), [1.0]) == pytest.approx([-expected])


def test_radam_is_gradient_descent_with_momentum_until_rho_is_five():
    v, path = 0.0, []
    for t, g in enumerate((1.0, 2.0, -1.0, 0.5, 3.0), start=1):  # ρ > 5 from t = 6 on with β₂ = 0.999
        v = 0.9 * v + 0.1 * g
        path.append(v / (1 - 0.9**t))
    found = walk(optim.radam(1.0), [1.0, 2.0, -1.0, 0.5, 3.0, 1.0])
    assert np.diff([0.0, *found[:5]]) == pytest.approx([-step for step in path])
    assert abs(found[5] - found[4]) < 0.05  # adapted, with a small r


def test_adamax_adds_epsilon_inside_the_maximum():
    assert walk(optim.adamax(1.0, epsilon=1.0), [1.0]) == pytest.approx([-0.5])


def test_adadelta_remembers_steps_before_the_learning_rate():
    half, one = (walk(optim.adadelta(rate), [1.0, 1.0, 1.0]) for rate in (0.5, 1.0))
    assert [2 * x for x in half] == pytest.approx(one, rel=1e-12)


def test_rprop_stands_still_where_the_sign_turns_and_takes_the_size_up_from_there():
    assert walk(optim.rprop(1.0), [1.0, 1.0, -1.0, -1.0]) == pytest.approx([-1.0, -2.2, -2.2, -1.6])
    assert walk(optim.rprop(1.0, variant="optax"), [1.0, 1.0, 1.0]) == pytest.approx([0.0, -1.0, -2.2])


def test_lion_decides_by_the_momentum_before_this_gradient():
    # v after the first is 0.01; then 0.9 · 0.01 - 0.1 · 0.05 > 0 with the old v, and < 0 with the new one
    assert walk(optim.lion(1.0), [1.0, -0.05]) == pytest.approx([-1.0, -2.0])


def test_ratio_of_lars_and_lamb_is_one_where_a_norm_is_zero():
    assert walk(optim.lars(1.0, trust_coefficient=0.5), [3.0]) == pytest.approx([-3.0])
    assert walk(optim.lamb(0.5), [3.0]) == pytest.approx([-0.5], rel=1e-5)
    assert walk(optim.lars(1.0), [0.0], start=2.0) == [2.0]


def test_ratio_of_lamb_takes_the_decay_in():
    params = np.array([3.0, 4.0])
    direction = np.array([1.0, 0.0]) / (1 + 1e-6) + 0.5 * params
    found, _ = (opt := optim.lamb(0.1, weight_decay=0.5)).step(np.array([1.0, 0.0]), opt.init(params), params)
    np.testing.assert_allclose(found, params - 0.1 * 5 / np.linalg.norm(direction) * direction, rtol=1e-9)


def test_ratio_of_lars_in_the_paper_adds_the_norms():
    opt = optim.lars(1.0, weight_decay=0.5, trust_coefficient=0.1, variant="paper")
    found = walk(opt, [2.0], start=4.0)
    assert found == pytest.approx([4.0 - 0.1 * 4 / (2 + 0.5 * 4) * (2 + 0.5 * 4)])


def test_first_difference_of_adan_is_zero():
    first = walk(optim.adan(1.0, 0.0, 0.5, 0.0, epsilon=1e-12), [2.0, 1.0])
    # then d = -1 and v̂ = (½ · -1) / (1 - ¼); the step is (1 + ½ v̂) / |1 + ½ d|
    assert first == pytest.approx([-1.0, -1.0 - (1 - 0.5 * (0.5 / 0.75)) / 0.5], rel=1e-5)


def test_adan_of_the_paper_decays_by_a_division():
    assert walk(optim.adan(0.1, weight_decay=2.0, variant="paper"), [1.0], start=3.0) == pytest.approx([2.9 / 1.2])


def test_yogi_of_optax_starts_both_moments_at_a_millionth():
    m, s = 0.9e-6 + 0.1 * 3, 1e-6 + 0.001 * 9
    expected = (m / 0.1) / (math.sqrt(s / 0.001) + 1e-3)
    assert walk(optim.yogi(1.0), [3.0]) == pytest.approx([-expected], rel=1e-12)


def test_clipping_of_torch_adds_a_millionth_to_the_norm():
    g, start = np.array([3.0, 4.0]), np.zeros(2)
    for variant, norm in (("optax", 5.0), ("torch", 5.0 + 1e-6)):
        opt = optim.clip_by_global_norm(1.0, variant)
        np.testing.assert_allclose(opt.update(g, opt.init(start), start)[0], g / norm, rtol=1e-15)
        np.testing.assert_array_equal(opt.update(g / 10, opt.init(start), start)[0], g / 10)


def test_prodigy_of_the_paper_corrects_no_biases():
    paper, optax = (walk(optim.prodigy(d0=0.1, variant=v), [2.0])[0] for v in ("paper", "optax"))
    assert paper == pytest.approx(-0.1 * 0.1 / math.sqrt(0.001), rel=1e-6)
    assert optax == pytest.approx(-0.1, rel=1e-6)


def test_prodigy_finds_the_rate_that_adam_needs():
    params = np.full(3, 10.0)
    opt = optim.prodigy()
    state = opt.init(params)
    for _ in range(300):
        params, state = opt.step(np.sign(params), state, params)  # of |x|: no rate can be read off the gradient
    assert 1.0 < state.inner["d"] < 20.0
    assert np.abs(params).max() < 5.0


def test_sophia_of_optax_steps_with_the_curvature_before_and_that_of_the_paper_with_this_one():
    start = np.array([1.0])

    def first_step(variant):
        opt = optim.sophia(1.0, 0.0, 0.0, gamma=1.0, weight_decay=0.0, variant=variant)
        return opt.step(np.array([2.0]), opt.init(start), start, loss=lambda x: 4 * (x**2).sum())[0]

    assert first_step("optax") == pytest.approx([0.0])  # h = 0, so the step is clipped to 1
    assert first_step("paper") == pytest.approx([1 - 2 / 8])


def test_ema_of_weights_starts_at_the_first_or_without_bias():
    for debias, expected in ((False, 0.5 * -1 + 0.5 * -2), (True, (0.25 * -1 + 0.5 * -2) / 0.75)):
        opt = optim.ema(optim.sgd(1.0), 0.5, debias)
        x, state = np.zeros(1), opt.init(np.zeros(1))
        for _ in range(2):
            x, state = opt.step(np.ones(1), state, x)
        assert opt.eval_params(state, x) == pytest.approx([expected])


# -- matrices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 5), (1, 6)])
def test_orthogonalized_matrix_keeps_its_singular_vectors(rng, shape):
    G = rng.standard_normal(shape)
    U, _, Vt = np.linalg.svd(G, full_matrices=False)
    exact = orthogonalize(G, steps=60, coefficients=(1.5, -0.5, 0.0))
    np.testing.assert_allclose(exact, U @ Vt, atol=1e-10)
    singular = np.diag(U.T @ orthogonalize(G, steps=8) @ Vt.T)
    assert ((singular > 0.6) & (singular < 1.3)).all()


def test_muon_takes_the_matrices_it_is_told_and_leaves_the_rest_to_adam(rng):
    params = {"embedding": rng.standard_normal((3, 2)), "hidden": rng.standard_normal((3, 2)), "bias": np.zeros(2)}
    grads = ad.tree.map(lambda leaf: rng.standard_normal(leaf.shape), params)
    opt = optim.muon(0.1, weight_decay=0.0, where="hidden")
    after, state = opt.step(grads, opt.init(params), params)
    for name in ("embedding", "bias"):
        np.testing.assert_allclose(after[name], params[name] - 0.1 * np.sign(grads[name]), atol=1e-6)
    assert np.abs(after["hidden"] - params["hidden"] + 0.1 * np.sign(grads["hidden"])).max() > 1e-3
    assert state.learning_rates == {"muon": 0.1, "adam": 0.1}


@pytest.mark.parametrize("power", [0.25, 0.5, 1 / 6])
def test_inverse_root_is_that_of_scipy(rng, power):
    A = rng.standard_normal((5, 8))
    H = A @ A.T
    np.testing.assert_allclose(inverse_root(H, power), scipy.linalg.fractional_matrix_power(H, -power), rtol=1e-9)


@pytest.mark.parametrize(("exponent", "power"), [(None, 0.25), (0.5, 0.5)])
def test_shampoo_is_the_formula_of_the_paper(rng, exponent, power):
    opt = optim.shampoo(0.1, epsilon=1e-2, exponent=exponent)
    X = start = rng.standard_normal((4, 3))
    L, R, state = 1e-2 * np.eye(4), 1e-2 * np.eye(3), opt.init(start)
    for _ in range(3):
        G = rng.standard_normal((4, 3))
        L, R = L + G @ G.T, R + G.T @ G
        root = scipy.linalg.fractional_matrix_power
        start = start - 0.1 * root(L, -power) @ G @ root(R, -power)
        X, state = opt.step(G, state, X)
    np.testing.assert_allclose(X, start, rtol=1e-9)


def test_shampoo_of_a_cube_has_the_power_of_a_sixth_on_each_axis(rng):
    G = rng.standard_normal((2, 3, 4))
    opt = optim.shampoo(1.0, epsilon=1e-2)
    expected = G
    for axis in range(3):
        unfolded = np.moveaxis(G, axis, 0).reshape(G.shape[axis], -1)
        H = unfolded @ unfolded.T + 1e-2 * np.eye(len(unfolded))
        root = scipy.linalg.fractional_matrix_power(H, -1 / 6)
        expected = np.moveaxis(np.tensordot(root, np.moveaxis(expected, axis, 0), 1), 0, axis)
    np.testing.assert_allclose(opt.step(G, opt.init(G), np.zeros_like(G))[0], -expected, rtol=1e-9)


def test_shampoo_with_diagonals_is_adagrad_for_vectors(rng):
    x, gradients = rng.standard_normal(6), rng.standard_normal((4, 6))
    diagonal, adagrad = optim.shampoo(0.1, epsilon=1e-12, largest=5), optim.adagrad(0.1, epsilon=1e-12)
    a, b, state_a, state_b = x, x, diagonal.init(x), adagrad.init(x)
    for g in gradients:
        a, state_a = diagonal.step(g, state_a, a)
        b, state_b = adagrad.step(g, state_b, b)
    np.testing.assert_allclose(a, b, rtol=1e-9)


def soap_by_the_paper(start, gradients, rate, beta1, beta2, every, epsilon=1e-8):
    """Algorithm 3 for one matrix, written out; the first gradient starts L and R."""
    W, G = start, gradients[0]
    L, R = (1 - beta2) * G @ G.T, (1 - beta2) * G.T @ G
    QL, QR = np.linalg.eigh(L)[1][:, ::-1], np.linalg.eigh(R)[1][:, ::-1]
    M, V = np.zeros_like(W), np.zeros_like(W)
    for t, G in enumerate(gradients[1:], start=1):
        rotated = QL.T @ G @ QR
        M = beta1 * M + (1 - beta1) * G
        V = beta2 * V + (1 - beta2) * rotated**2
        N = (QL.T @ M @ QR) / (1 - beta1**t) / (np.sqrt(V / (1 - beta2**t)) + epsilon)
        W = W - rate * QL @ N @ QR.T
        L, R = beta2 * L + (1 - beta2) * G @ G.T, beta2 * R + (1 - beta2) * G.T @ G
        if t % every == 0:
            orders = [np.argsort(-np.diag(Q.T @ H @ Q)) for H, Q in ((L, QL), (R, QR))]
            V = V[orders[0]][:, orders[1]]
            QL, QR = np.linalg.qr(L @ QL[:, orders[0]])[0], np.linalg.qr(R @ QR[:, orders[1]])[0]
    return W


def test_soap_is_adam_in_the_eigenbasis_and_its_first_gradient_makes_no_step(rng):
    start, gradients = rng.standard_normal((4, 3)), rng.standard_normal((12, 4, 3))
    opt = optim.soap(0.1, 0.9, 0.95, weight_decay=0.0, every=3)
    W, state = start, opt.init(start)
    for t, G in enumerate(gradients):
        W, state = opt.step(G, state, W)
        if t == 0:
            np.testing.assert_array_equal(W, start)
    np.testing.assert_allclose(W, soap_by_the_paper(start, gradients, 0.1, 0.9, 0.95, every=3), rtol=1e-6)


def test_soap_turns_with_the_coordinates(rng):
    start, gradients = rng.standard_normal((4, 4)), rng.standard_normal((6, 4, 4))
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    opt = optim.soap(0.1, weight_decay=0.0, every=2)
    plain, turned = start, Q @ start
    state, state_turned = opt.init(plain), opt.init(turned)
    for G in gradients:
        plain, state = opt.step(G, state, plain)
        turned, state_turned = opt.step(Q @ G, state_turned, turned)
    np.testing.assert_allclose(turned, Q @ plain, atol=1e-6)


# -- curvature, neighbourhoods -----------------------------------------------------------------------------------------


def test_adahessian_with_exact_curvatures_makes_newton_steps_of_a_separable_bowl():
    curvature = np.array([0.1, 10.0, 300.0])
    opt = optim.adahessian(1.0, epsilon=1e-12, estimate="exact")
    start = np.array([3.0, -1.0, 2.0])
    found, _ = opt.step(curvature * start, opt.init(start), start, loss=lambda x: (curvature * x**2).sum() / 2)
    np.testing.assert_allclose(found, 0, atol=1e-9)


def test_estimates_of_the_diagonal_are_right_in_the_mean(rng):
    A = rng.standard_normal((4, 4))
    A = A + A.T
    diagonal = optim.transforms.loss.Loss(None, None, lambda x, v: A @ v)
    estimate = optim.transforms.hessian_diagonal.estimate_diagonal
    mean = np.mean([estimate(diagonal, np.zeros(4), rng, "hutchinson") for _ in range(4000)], axis=0)
    spread = np.sqrt((A**2).sum(axis=1) - np.diag(A) ** 2) / math.sqrt(4000)
    assert (np.abs(mean - np.diag(A)) < 5 * spread).all()
    np.testing.assert_allclose(estimate(diagonal, np.zeros(4), rng, "exact"), np.diag(A), rtol=1e-12)


def test_adaptive_sam_does_not_depend_on_the_scale_of_a_parameter():
    def step(scale):
        start = np.array([2.0, 1.0]) * [scale, 1.0]

        def f(x):
            return (x[0] / scale) ** 2 + (x[0] / scale) * x[1] + x[1] ** 2

        opt = optim.sam(optim.sgd(0.1), radius=0.5, adaptive=True)
        return opt.step(ad.grad(f)(start), opt.init(start), start, loss=f)[0][1]

    assert step(1.0) == pytest.approx(step(100.0), rel=1e-12)


def test_lookahead_needs_no_loss_and_sam_says_that_it_does():
    opt = optim.lookahead(optim.sam(optim.sgd(0.1)))
    with pytest.raises(TypeError, match="evaluates the loss; give it, step.*loss=lambda"):
        opt.step(np.ones(2), opt.init(np.ones(2)), np.ones(2))
    opt = optim.polyak_sgd()
    with pytest.raises(TypeError, match="needs the value of the loss"):
        opt.step(np.ones(2), opt.init(np.ones(2)), np.ones(2))


# -- averages, accumulation, noise -------------------------------------------------------------------------------------


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


# -- groups and masks --------------------------------------------------------------------------------------------------

MODEL = {
    "layers": [{"weight": np.ones((2, 2)), "bias": np.ones(2)}, {"weight": np.ones((2, 2)), "bias": np.ones(2)}],
    "scale": np.ones(1),
}
ONES = ad.tree.map(np.ones_like, MODEL)


def moved(opt):
    after, state = opt.step(ONES, opt.init(MODEL), MODEL)
    paths = optim.transforms.paths.leaf_paths(state.workspace.layout)
    return {p: 1 - float(leaf.ravel()[0]) for p, leaf in zip(paths, ad.tree.leaves(after), strict=True)}, state


def test_each_leaf_goes_to_the_first_group_whose_pattern_it_matches():
    opt = optim.groups({"*.bias": optim.sgd(0.5), "layers.0.*": optim.sgd(0.25)}, default=optim.freeze())
    found, state = moved(opt)
    assert found == {
        "layers.0.bias": 0.5, "layers.0.weight": 0.25, "layers.1.bias": 0.5, "layers.1.weight": 0.0, "scale": 0.0,
    }  # fmt: skip
    assert list(state.learning_rates) == ["*.bias", "layers.0.*", "default"]
    assert state.learning_rate == 0.5


@pytest.mark.parametrize(
    "where",
    [
        "*.weight",
        lambda path, shape: len(shape) == 2,
        {"layers": [{"weight": True, "bias": False}, {"weight": True, "bias": False}], "scale": False},
    ],
    ids=["pattern", "rule", "tree"],
)
def test_masks_by_pattern_by_rule_and_by_tree_choose_the_same(where):
    masked, _ = moved(optim.chain(optim.masked(optim.add_decayed_weights(1.0), where), optim.sgd(0.25)))
    direct, _ = moved(optim.chain(optim.add_decayed_weights(1.0, where), optim.sgd(0.25)))
    assert masked == direct
    assert {path: value for path, value in masked.items() if value != 0.25} == {
        "layers.0.weight": 0.5, "layers.1.weight": 0.5,
    }  # fmt: skip


def test_paths_inside_a_group_are_those_of_the_whole():
    opt = optim.groups({"layers.*": optim.adamw(0.1, weight_decay=1.0, where="*.weight")}, default=optim.freeze())
    found, _ = moved(opt)
    assert found["layers.0.weight"] == pytest.approx(0.2) and found["layers.0.bias"] == pytest.approx(0.1)


def test_group_of_a_wrapped_method_gets_the_loss_and_its_average():
    def f(x):
        return x["a"].sum() * x["b"].sum() + (x["a"] ** 2).sum()

    start = {"a": np.array([1.0]), "b": np.array([2.0])}
    opt = optim.groups({"a": optim.ema(optim.sam(optim.sgd(0.1), radius=0.5), 0.5)}, default=optim.sgd(0.1))
    after, state = opt.step(ad.grad(f)(start), opt.init(start), start, loss=f)
    np.testing.assert_allclose(after["a"], 1 - 0.1 * (2 + 2 * 1.5))  # b stays while a looks around
    np.testing.assert_allclose(after["b"], 2 - 0.1 * 1)
    after, state = opt.step(ad.tree.map(np.zeros_like, start), state, after, loss=lambda x: (0 * x["a"]).sum())
    np.testing.assert_allclose(opt.eval_params(state, after)["a"], 0.5)


@dataclasses.dataclass
class Layer:
    weight: np.ndarray
    bias: np.ndarray


def test_paths_are_written_with_dots_whatever_the_containers_are():
    tree = {"body": [Layer(np.ones(2), np.ones(1)), (np.ones(1), Layer(np.ones(2), np.ones(1)))]}
    layout = optim.transforms.Workspace(optim.layout.Layout(tree)).layout
    assert optim.transforms.paths.leaf_paths(layout) == [
        "body.0.weight", "body.0.bias", "body.1.0", "body.1.1.weight", "body.1.1.bias",
    ]  # fmt: skip


def test_centralized_gradients_have_no_mean_in_any_row(rng):
    shapes = {"matrix": (4, 3), "filters": (2, 3, 2, 2), "vector": (3,), "empty": (0, 2)}
    params = {name: np.zeros(shape) for name, shape in shapes.items()}
    grads = ad.tree.map(lambda leaf: rng.standard_normal(leaf.shape), params)
    opt = optim.centralize()
    found, _ = opt.update(grads, opt.init(params), params)
    np.testing.assert_allclose(found["matrix"].sum(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(found["filters"].sum(axis=(1, 2, 3)), 0, atol=1e-14)
    np.testing.assert_array_equal(found["vector"], grads["vector"])


def test_patterns_and_leaves_without_a_match_are_named():
    with pytest.raises(ValueError, match=r"no parameter matches the pattern '\*.wieght'; there are 'layers.0.bias'"):
        optim.masked(optim.sgd(1.0), "*.wieght").init(MODEL)
    with pytest.raises(ValueError, match=r"no group has the parameters 'layers.0.weight', .*; give a default"):
        optim.groups({"*.bias": optim.sgd(1.0), "scale": optim.sgd(1.0)}).init(MODEL)
    with pytest.raises(ValueError, match="are in groups before it"):
        optim.groups({"*": optim.sgd(1.0), "scale": optim.sgd(1.0)}).init(MODEL)


# -- what is refused ---------------------------------------------------------------------------------------------------


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
