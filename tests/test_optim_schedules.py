"""The schedules against 200 steps of those of PyTorch and optax, and what they refuse."""

from pathlib import Path

import numpy as np
import pytest

import optim
from optim import schedules as s

CURVES = dict(np.load(Path(__file__).parent / "golden" / "schedule_curves.npz"))
LOSSES = CURVES.pop("plateau_losses")


def plateau_curve():
    opt = optim.chain(optim.sgd(1.0), optim.reduce_on_plateau(patience=5, cooldown=3, threshold=0.02, smallest=1e-8))
    state, rates = opt.init(0.0), []
    for loss in LOSSES:
        _, state = opt.update(1.0, state, 0.0, value=loss)
        rates.append(state.learning_rate)
    return rates


SAME = {
    "torch/step": s.step_decay(1.0, every=30),
    "torch/multistep": s.multistep_decay(1.0, [20, 50, 90]),
    "torch/constant": s.piecewise_constant([1 / 3, 1.0], [5]),
    "torch/linear": s.linear(1 / 3, 1.0, steps=50),
    "torch/exponential": s.exponential_decay(1.0, 0.97),
    "torch/polynomial": s.polynomial(1.0, 0.0, steps=120, power=2.0),
    "torch/cosine": s.cosine(1.0, steps=200, end=0.1),
    "torch/cosine_restarts": s.cosine_restarts(1.0, steps=10, factor=2, end=0.1),
    "torch/one_cycle": s.one_cycle(1.0, steps=200, variant="torch"),
    "torch/one_cycle_linear": s.one_cycle(1.0, steps=200, shape="linear", variant="torch"),
    "torch/triangular": s.cyclic(0.1, 1.0, up=13, down=21),
    "torch/triangular2": s.cyclic(0.1, 1.0, up=13, decay=0.5),
    "torch/exp_range": s.cyclic(0.1, 1.0, up=13, step_decay=0.99),
    "torch/sequential": s.join([s.linear(0.1, 1.0, steps=20), s.exponential_decay(1.0, 0.9)], [20]),
    "torch/chained": s.product(s.step_decay(1.0, every=30, rate=0.5), s.exponential_decay(1.0, 0.99)),
    "optax/exponential": s.exponential_decay(1.0, 0.5, every=25, end=0.05),
    "optax/staircase": s.exponential_decay(1.0, 0.5, every=25, staircase=True),
    "optax/polynomial": s.polynomial(1.0, 0.1, steps=120, power=2.0, begin=30),
    "optax/linear": s.linear(1.0, 0.1, steps=120),
    "optax/piecewise_constant": s.piecewise_constant([1.0, 0.5, 0.05], [30, 80]),
    "optax/piecewise_linear": s.piecewise_linear({0: 1.0, 30: 0.5, 80: 0.05}),
    "optax/cosine": s.cosine(1.0, steps=150, end=0.1, power=1.5),
    "optax/warmup_constant": s.warmup(1.0, steps=20, start=0.1),
    "optax/warmup_cosine": s.warmup(s.cosine(1.0, steps=130, end=0.01), steps=20),
    "optax/warmup_exponential": s.warmup(s.exponential_decay(1.0, 0.5, every=25), steps=20),
    "optax/one_cycle": s.one_cycle(1.0, steps=200),
    "optax/linear_one_cycle": s.piecewise_linear({0: 1 / 25, 60: 1.0, 170: 1 / 25, 200: 1 / 25e4}),
    "optax/sgdr": s.join(
        [s.warmup(s.cosine(1.0, steps=50), steps=10), s.warmup(s.cosine(0.5, steps=80), steps=10)], [60]
    ),
    "optax/join": s.join([s.linear(0.0, 1.0, steps=40), s.constant(0.3)], [40]),
}


@pytest.mark.parametrize("key", sorted(SAME))
def test_schedule_is_that_of_the_peer(key):
    np.testing.assert_allclose([SAME[key](t) for t in range(200)], CURVES[key], rtol=1e-12, atol=1e-15)


def test_plateau_shortens_the_steps_where_pytorch_does():
    np.testing.assert_allclose(plateau_curve(), CURVES["torch/plateau"], rtol=1e-12)


def test_no_curve_of_the_peers_is_left_out():
    assert set(CURVES) == {*SAME, "torch/plateau"}
