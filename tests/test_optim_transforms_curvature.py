"""First-order methods that ask for more than the gradient: curvature, neighbourhoods, the value of the loss."""

import math

import numpy as np
import pytest

import autodiff as ad
import optim


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
