"""Where two first-order methods of one name differ: steps worked out by hand, after each library and each paper."""

import math

import numpy as np
import pytest

import optim
from optim import schedules
from tests.first_order_methods import walk


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
