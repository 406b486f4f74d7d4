"""Writes optimizer_traces.npz: 50 steps of the optimizers of PyTorch and optax on three problems, in float64.

Run where both are installed, torch 2.13 and optax 0.2.8, for all or for some of them:

    python -m tests.golden.make_optimizer_traces [library/optimizer ...]

The keys are library/optimizer/problem. The tests need neither library.
"""

import sys
from pathlib import Path

import numpy as np

from tests.golden.optimizer_problems import (
    PROBLEMS,
    rosenbrock,
    rosenbrock_gradient,
    rosenbrock_hessian_diagonal,
    trace,
)

FILE = Path(__file__).with_name("optimizer_traces.npz")
ROSENBROCK = {"rosenbrock": PROBLEMS["rosenbrock"]}  # for optimizers that ask for more than gradients


def halving(t):
    return 0.5 ** (t / 20)


# -- PyTorch -----------------------------------------------------------------------------------------------------------


def torch_optimizers(torch):
    """Name: tensors by name → optimizers, of which each makes a step."""
    o = torch.optim

    def muon_and_adam(p):
        matrices = [tensor for tensor in p if tensor.ndim == 2]
        others = [tensor for tensor in p if tensor.ndim != 2]
        muon = [o.Muon(matrices, lr=1e-2)] if matrices else []
        return muon + ([o.Adam(others, lr=1e-2)] if others else [])

    one = {
        "sgd": lambda p: o.SGD(p, lr=1e-3),
        "sgd_momentum": lambda p: o.SGD(p, lr=1e-3, momentum=0.9),
        "sgd_dampening": lambda p: o.SGD(p, lr=1e-3, momentum=0.9, dampening=0.5),
        "sgd_nesterov": lambda p: o.SGD(p, lr=1e-3, momentum=0.9, nesterov=True),
        "sgd_l2": lambda p: o.SGD(p, lr=1e-3, momentum=0.9, weight_decay=0.1),
        "rprop": lambda p: o.Rprop(p, lr=1e-2),
        "adagrad": lambda p: o.Adagrad(p, lr=1e-1),
        "adagrad_decay": lambda p: o.Adagrad(p, lr=1e-1, lr_decay=0.1),
        "adadelta": lambda p: o.Adadelta(p),
        "rmsprop": lambda p: o.RMSprop(p, lr=1e-2),
        "rmsprop_centered": lambda p: o.RMSprop(p, lr=1e-2, centered=True),
        "rmsprop_momentum": lambda p: o.RMSprop(p, lr=1e-2, momentum=0.9, alpha=0.9),
        "adam": lambda p: o.Adam(p, lr=1e-2),
        "adam_l2": lambda p: o.Adam(p, lr=1e-2, weight_decay=0.1),
        "amsgrad": lambda p: o.Adam(p, lr=1e-2, betas=(0.9, 0.9), amsgrad=True),
        "adamw": lambda p: o.AdamW(p, lr=1e-2),
        "adamax": lambda p: o.Adamax(p, lr=1e-2),
        "nadam": lambda p: o.NAdam(p, lr=1e-2),
        "radam": lambda p: o.RAdam(p, lr=1e-3),
        "adafactor": lambda p: o.Adafactor(p, lr=1e-2, weight_decay=0.1),
    }
    return {name: (lambda p, make=make: [make(p)]) for name, make in one.items()} | {"muon": muon_and_adam}


def torch_stepper(torch, make, start, gradient, schedule=None, before=None, average=None):
    """A `step` for `trace`; `before(tensors)` is done to the gradients, `average(optimizer, tensors)` is kept too."""
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in start().items()}
    optimizers = make(list(tensors.values()))
    schedulers = [torch.optim.lr_scheduler.LambdaLR(each, schedule) for each in optimizers] if schedule else []

    def arrays(these):
        return {name: tensor.detach().numpy().copy() for name, tensor in these.items()}

    def step(x, t):
        for name, value in gradient(x, t).items():
            tensors[name].grad = torch.tensor(value)
        if before is not None:
            before(list(tensors.values()))
        for each in (*optimizers, *schedulers):
            each.step()
        more = [] if average is None else [arrays(average(optimizers[0], tensors))]
        return arrays(tensors), *more

    return step


def torch_traces(wanted):
    import torch

    torch.set_default_dtype(torch.float64)
    torch.Tensor.bfloat16 = lambda tensor: tensor.clone()  # Muon's iterations in float64, to compare digits
    optimizers = torch_optimizers(torch)
    mean = torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)

    def sgd(p):
        return [torch.optim.SGD(p, lr=1e-2)]

    def ema():
        means = {}

        def average(optimizer, tensors):
            if means:
                mean(list(means.values()), [tensor.detach() for tensor in tensors.values()], None)
            else:
                means.update({name: tensor.detach().clone() for name, tensor in tensors.items()})
            return means

        return average

    def clip(tensors):
        torch.nn.utils.clip_grad_norm_(tensors, 1.0)

    found = {}
    for problem, (start, gradient) in PROBLEMS.items():

        def run(name, make, start=start, gradient=gradient, problem=problem, **extra):
            if not wanted(f"torch/{name}"):
                return
            found[f"torch/{name}/{problem}"] = trace(start, torch_stepper(torch, make, start, gradient, **extra))

        for name, make in optimizers.items():
            run(name, make)
        run("sgd_scheduled", optimizers["sgd_momentum"], schedule=halving)
        run("clip_by_global_norm", sgd, before=clip)
        run("ema", optimizers["sgd"], average=ema())
        run(
            "asgd",
            lambda p: [torch.optim.ASGD(p, lr=1e-3, lambd=1e-2, t0=10)],
            average=lambda optimizer, tensors: {name: optimizer.state[x]["ax"] for name, x in tensors.items()},
        )
    return found


# -- optax -------------------------------------------------------------------------------------------------------------


def optax_optimizers(optax, jax):
    """Name: gradient transformation."""
    from optax._src.factorized import scale_by_factored_rms

    c = optax.contrib

    def adafactor(learning_rate, weight_decay):
        return optax.chain(
            # optax's own power is computed in float32
            scale_by_factored_rms(min_dim_size_to_factor=2, decay_rate_fn=lambda t, power: 1.0 - (t + 1.0) ** -power),
            optax.clip_by_block_rms(1.0),
            optax.scale_by_learning_rate(learning_rate, flip_sign=False),
            optax.scale_by_param_block_rms(),
            optax.add_decayed_weights(weight_decay),
            optax.scale(-1),
        )

    def scheduled(t):
        return 1e-2 * 0.5 ** (jax.numpy.float64(t) / 20)  # an int32 over a number is a float32

    return {
        "sgd_nesterov": optax.sgd(1e-3, momentum=0.9, nesterov=True),
        "rprop": optax.rprop(1e-2),
        "adagrad": optax.adagrad(1e-1),
        "adadelta": optax.adadelta(1.0),
        "rmsprop": optax.rmsprop(1e-2),
        "rmsprop_centered": optax.rmsprop(1e-2, centered=True),
        "rmsprop_scheduled": optax.rmsprop(scheduled, momentum=0.9),
        "adam": optax.adam(1e-2),
        "adam_scheduled": optax.adam(scheduled),
        "amsgrad": optax.amsgrad(1e-2, b2=0.9),
        "adamw": optax.adamw(1e-2, weight_decay=0.1),
        "adamax": optax.adamax(1e-2),
        "nadam": optax.nadam(1e-2),
        "radam": optax.radam(1e-2),
        "adabelief": optax.adabelief(1e-2),
        "yogi": optax.yogi(1e-2),
        "novograd": optax.novograd(1e-2, weight_decay=0.1),
        "lion": optax.lion(1e-2, weight_decay=0.1),
        "sign_sgd": optax.sign_sgd(1e-2),
        "signum": optax.signum(1e-2),
        "lars": optax.lars(0.1, weight_decay=0.1, trust_coefficient=0.1),
        "lamb": optax.lamb(1e-2, weight_decay=0.1),
        "adan": optax.adan(1e-2, weight_decay=0.1),
        "adafactor": adafactor(1e-1, 1e-2),
        "ademamix": c.ademamix(1e-2, weight_decay=0.1),
        "adopt": c.adopt(1e-2),
        "muon": c.muon(1e-2, weight_decay=0.1),
        "prodigy": c.prodigy(estim_lr0=1e-3, weight_decay=0.1),
        "dadapt_adam": c.dadapt_adamw(estim_lr0=1e-3, weight_decay=0.1),
        "dog": c.dog(init_step=("heuristic", 1e-2)),
        "dowg": c.dowg(init_estim_sq_dist=1e-3),
        "schedule_free_sgd": c.schedule_free_sgd(1e-3, weight_decay=0.1),
        "schedule_free_adamw": c.schedule_free_adamw(1e-2, weight_decay=0.1),
        "ema": optax.chain(optax.ema(0.9), optax.sgd(1e-3)),
        "clip_by_value": optax.chain(optax.clip(1.0), optax.sgd(1e-2)),
        "clip_by_global_norm": optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(1e-2)),
        "clip_by_block_rms": optax.chain(optax.clip_by_block_rms(1.0), optax.sgd(1e-2)),
        "adaptive_clip": optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(1e-2)),
        "centralize": optax.chain(optax.centralize(), optax.sgd(1e-3)),
        "accumulate": optax.MultiSteps(optax.adam(1e-2), 4, accumulator_dtype="float64").gradient_transformation(),
    }


def optax_stepper(optax, jax, optimizer, start, gradient, more=lambda x: {}, averaged=None):
    """A `step` for `trace`; `more(x)` are further arguments of the update, `averaged(state, x)` is kept too."""
    x0 = jax.tree.map(jax.numpy.asarray, start())
    state = optimizer.init(x0)

    def arrays(tree):
        return {name: np.asarray(value) for name, value in tree.items()}

    def step(x, t):
        nonlocal state
        x = jax.tree.map(jax.numpy.asarray, x)
        grads = jax.tree.map(jax.numpy.asarray, gradient(arrays(x), t))
        updates, state = optimizer.update(grads, state, x, **more(x))
        x = optax.apply_updates(x, updates)
        kept = [] if averaged is None else [arrays(averaged(state, x))]
        return arrays(x), *kept

    return step


def optax_lookahead_stepper(optax, jax, start, gradient):
    optimizer = optax.lookahead(optax.adam(1e-2), sync_period=5, slow_step_size=0.5)
    pair = optax.LookaheadParams.init_synced(jax.tree.map(jax.numpy.asarray, start()))
    state = optimizer.init(pair)

    def step(x, t):
        nonlocal pair, state
        grads = jax.tree.map(jax.numpy.asarray, gradient(x, t))
        updates, state = optimizer.update(grads, state, pair)
        pair = optax.apply_updates(pair, updates)
        return tuple({name: np.asarray(value) for name, value in part.items()} for part in (pair.fast, pair.slow))

    return step


def optax_traces(wanted):
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    c = optax.contrib
    found = {}
    for name, optimizer in optax_optimizers(optax, jax).items():
        if not wanted(f"optax/{name}"):
            continue
        averaged = c.schedule_free_eval_params if name.startswith("schedule_free") else None
        for problem, (start, gradient) in PROBLEMS.items():
            step = optax_stepper(optax, jax, optimizer, start, gradient, averaged=averaged)
            found[f"optax/{name}/{problem}"] = trace(start, step)
    for problem, (start, gradient) in PROBLEMS.items() if wanted("optax/lookahead") else ():
        found[f"optax/lookahead/{problem}"] = trace(start, optax_lookahead_stepper(optax, jax, start, gradient))

    def diagonal(updates, state, params=None, **extra):
        x = {name: np.asarray(value) for name, value in params.items()}
        return jax.tree.map(jax.numpy.asarray, rosenbrock_hessian_diagonal(x)), state

    def gradient_at(x, i):
        return jax.tree.map(jax.numpy.asarray, rosenbrock_gradient({name: np.asarray(v) for name, v in x.items()}, 0))

    exact = optax.GradientTransformation(lambda params: optax.EmptyState(), diagonal)
    plateau = optax.chain(optax.sgd(1e-3), c.reduce_on_plateau(factor=0.5, patience=3, rtol=0.1))
    ascent = optax.chain(c.normalize(), optax.sgd(0.05))
    special = {
        "sophia": (_eager(c.sophia(1e-2, gamma=1.0, hessian_diagonal_fn=exact), jax), lambda x: {}),
        "polyak_sgd": (optax.polyak_sgd(1.5e-3), lambda x: {"value": rosenbrock(x)}),
        "reduce_on_plateau": (plateau, lambda x: {"value": rosenbrock(x)}),
        "sam": (c.sam(optax.adam(1e-2), ascent, opaque_mode=True), lambda x: {"grad_fn": gradient_at}),
    }
    for name, (optimizer, more) in special.items():
        for problem, (start, gradient) in ROSENBROCK.items() if wanted(f"optax/{name}") else ():
            found[f"optax/{name}/{problem}"] = trace(start, optax_stepper(optax, jax, optimizer, start, gradient, more))
    return found


def _eager(optimizer, jax):
    """With branches taken in Python, so that what is called in them may be NumPy."""

    def update(grads, state, params):
        with jax.disable_jit():
            return optimizer.update(grads, state, params)

    return type(optimizer)(optimizer.init, update)


def main(names):
    def wanted(name):
        return not names or name in names

    before = dict(np.load(FILE)) if names else {}
    found = before | torch_traces(wanted) | optax_traces(wanted)
    np.savez_compressed(FILE, **dict(sorted(found.items())))
    print(f"{FILE.name}: {len(found)} traces, {FILE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
