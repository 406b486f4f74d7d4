"""The first-order methods, each with a rate that suits one bowl, and what a test of any of them needs."""

import numpy as np

import optim
from optim import schedules


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
