"""The first-order methods against 50 steps of PyTorch and optax, number by number."""

from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
import optim
from optim import schedules
from tests.golden.optimizer_problems import PROBLEMS, rosenbrock, trace

FILE = Path(__file__).parent / "golden" / "optimizer_traces.npz"
TRACES = dict(np.load(FILE))


def halving(initial):
    return schedules.exponential_decay(initial, 0.5, every=20)


# key without the problem → the same method here; keys whose method keeps an average are compared in that, too
METHODS = {
    "torch/sgd": lambda: optim.sgd(1e-3),
    "torch/sgd_momentum": lambda: optim.sgd(1e-3, momentum=0.9),
    "torch/sgd_dampening": lambda: optim.sgd(1e-3, momentum=0.9, dampening=0.5),
    "torch/sgd_nesterov": lambda: optim.sgd(1e-3, momentum=0.9, nesterov=True),
    "torch/sgd_l2": lambda: optim.chain(optim.add_decayed_weights(0.1), optim.sgd(1e-3, momentum=0.9)),
    "torch/sgd_scheduled": lambda: optim.sgd(halving(1e-3), momentum=0.9),
    "torch/asgd": lambda: optim.asgd(1e-3, decay=1e-2, begin=10),
    "torch/rprop": lambda: optim.rprop(1e-2),
    "torch/adagrad": lambda: optim.adagrad(1e-1),
    "torch/adagrad_decay": lambda: optim.adagrad(schedules.inverse_time_decay(1e-1, 0.1)),
    "torch/adadelta": lambda: optim.adadelta(),
    "torch/rmsprop": lambda: optim.rmsprop(1e-2),
    "torch/rmsprop_centered": lambda: optim.rmsprop(1e-2, centered=True),
    "torch/rmsprop_momentum": lambda: optim.rmsprop(1e-2, decay=0.9, momentum=0.9),
    "torch/adam": lambda: optim.adam(1e-2),
    "torch/adam_l2": lambda: optim.chain(optim.add_decayed_weights(0.1), optim.adam(1e-2)),
    "torch/amsgrad": lambda: optim.amsgrad(1e-2, beta2=0.9),
    "torch/adamw": lambda: optim.adamw(1e-2),
    "torch/adamax": lambda: optim.adamax(1e-2),
    "torch/nadam": lambda: optim.nadam(1e-2),
    "torch/radam": lambda: optim.radam(1e-3),
    "torch/adafactor": lambda: optim.adafactor(1e-2, weight_decay=0.1),
    "torch/muon": lambda: optim.muon(1e-2),
    "torch/clip_by_global_norm": lambda: optim.chain(optim.clip_by_global_norm(1.0, "torch"), optim.sgd(1e-2)),
    "torch/ema": lambda: optim.ema(optim.sgd(1e-3), 0.9),
    "optax/sgd_nesterov": lambda: optim.sgd(1e-3, momentum=0.9, nesterov=True),
    "optax/rprop": lambda: optim.rprop(1e-2, variant="optax"),
    "optax/adagrad": lambda: optim.adagrad(1e-1, variant="optax"),
    "optax/adadelta": lambda: optim.adadelta(),
    "optax/rmsprop": lambda: optim.rmsprop(1e-2, variant="optax"),
    "optax/rmsprop_centered": lambda: optim.rmsprop(1e-2, centered=True, variant="optax"),
    "optax/rmsprop_scheduled": lambda: optim.rmsprop(halving(1e-2), momentum=0.9, variant="optax"),
    "optax/adam": lambda: optim.adam(1e-2),
    "optax/adam_scheduled": lambda: optim.adam(halving(1e-2)),
    "optax/amsgrad": lambda: optim.amsgrad(1e-2, beta2=0.9, variant="optax"),
    "optax/adamw": lambda: optim.adamw(1e-2, weight_decay=0.1),
    "optax/adamax": lambda: optim.adamax(1e-2),
    "optax/nadam": lambda: optim.nadam(1e-2, variant="optax"),
    "optax/radam": lambda: optim.radam(1e-2, variant="optax"),
    "optax/adabelief": lambda: optim.adabelief(1e-2),
    "optax/yogi": lambda: optim.yogi(1e-2),
    "optax/novograd": lambda: optim.novograd(1e-2, weight_decay=0.1),
    "optax/lion": lambda: optim.lion(1e-2, weight_decay=0.1),
    "optax/sign_sgd": lambda: optim.sign_sgd(1e-2),
    "optax/signum": lambda: optim.signum(1e-2),
    "optax/lars": lambda: optim.lars(0.1, weight_decay=0.1, trust_coefficient=0.1),
    "optax/lamb": lambda: optim.lamb(1e-2, weight_decay=0.1),
    "optax/adan": lambda: optim.adan(1e-2, weight_decay=0.1),
    "optax/adafactor": lambda: optim.adafactor(1e-1, weight_decay=1e-2, smallest_axis=2, variant="optax"),
    "optax/ademamix": lambda: optim.ademamix(1e-2, weight_decay=0.1),
    "optax/adopt": lambda: optim.adopt(1e-2),
    "optax/muon": lambda: optim.muon(1e-2, weight_decay=0.1, variant="optax"),
    "optax/prodigy": lambda: optim.prodigy(d0=1e-3, weight_decay=0.1),
    "optax/dadapt_adam": lambda: optim.dadapt_adam(d0=1e-3, weight_decay=0.1),
    "optax/dog": lambda: optim.dog(initial=1e-2),
    "optax/dowg": lambda: optim.dowg(initial=1e-3),
    "optax/schedule_free_sgd": lambda: optim.schedule_free_sgd(1e-3, weight_decay=0.1),
    "optax/schedule_free_adamw": lambda: optim.schedule_free_adamw(1e-2, weight_decay=0.1),
    "optax/ema": lambda: optim.chain(optim.transforms.AveragedGradient(0.9, debias=True), optim.sgd(1e-3)),
    "optax/clip_by_value": lambda: optim.chain(optim.clip_by_value(1.0), optim.sgd(1e-2)),
    "optax/clip_by_global_norm": lambda: optim.chain(optim.clip_by_global_norm(1.0), optim.sgd(1e-2)),
    "optax/clip_by_block_rms": lambda: optim.chain(optim.clip_by_block_rms(1.0), optim.sgd(1e-2)),
    "optax/adaptive_clip": lambda: optim.chain(optim.adaptive_clip(0.1), optim.sgd(1e-2)),
    "optax/centralize": lambda: optim.chain(optim.centralize(), optim.sgd(1e-3)),
    "optax/accumulate": lambda: optim.accumulate(optim.adam(1e-2), 4),
    "optax/lookahead": lambda: optim.lookahead(optim.adam(1e-2)),
    "optax/sophia": lambda: optim.sophia(1e-2, gamma=1.0, estimate="exact"),
    "optax/polyak_sgd": lambda: optim.polyak_sgd(largest=1.5e-3),
    "optax/reduce_on_plateau": lambda: optim.chain(
        optim.sgd(1e-3), optim.reduce_on_plateau(factor=0.5, patience=3, threshold=0.1, variant="optax")
    ),
    "optax/sam": lambda: optim.sam(optim.adam(1e-2)),
}
AVERAGED = {
    "torch/asgd", "torch/ema", "optax/schedule_free_sgd", "optax/schedule_free_adamw", "optax/lookahead",
}  # fmt: skip


def test_every_trace_has_a_method_and_every_method_a_trace():
    assert {key.rpartition("/")[0] for key in TRACES} == set(METHODS)


@pytest.mark.parametrize("key", sorted(TRACES))
def test_fifty_steps_are_those_of_the_peer_to_twelve_digits(key):
    method, _, problem = key.rpartition("/")
    start, gradient = PROBLEMS[problem]
    optimizer = METHODS[method]()
    state = optimizer.init(start())
    extra = {"loss": rosenbrock} if optimizer.needs_loss or optimizer.needs_value else {}

    def step(x, t):
        nonlocal state
        x, state = optimizer.step_(gradient(x, t), state, {name: leaf.copy() for name, leaf in x.items()}, **extra)
        return (x, optimizer.eval_params(state, x)) if method in AVERAGED else (x,)

    np.testing.assert_allclose(trace(start, step), TRACES[key], rtol=0, atol=1e-12)


@pytest.mark.parametrize("key", sorted(METHODS))
def test_pure_steps_and_steps_in_place_agree(key):
    start, gradient = PROBLEMS["rosenbrock"]
    optimizer = METHODS[key]()
    extra = {"loss": rosenbrock} if optimizer.needs_loss or optimizer.needs_value else {}
    pure, in_place = start(), start()
    state, own = optimizer.init(pure), optimizer.init(in_place)
    for t in range(7):
        before = ad.tree.map(np.copy, pure)
        after, new_state = optimizer.step(gradient(pure, t), state, pure, **extra)
        np.testing.assert_array_equal(pure["x"], before["x"])
        again, _ = optimizer.step(gradient(pure, t), state, pure, **extra)  # the old state is as it was
        np.testing.assert_array_equal(after["x"], again["x"])
        pure, state = after, new_state
        optimizer.step_(gradient(in_place, t), own, in_place, **extra)
        np.testing.assert_array_equal(pure["x"], in_place["x"])
