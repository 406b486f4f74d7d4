"""Writes schedule_curves.npz: 200 steps of the schedules of PyTorch and optax.

Run where both are installed, torch 2.13 and optax 0.2.8:  python -m tests.golden.make_schedule_curves
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("schedule_curves.npz")
STEPS = 200
PLATEAU = np.exp(-np.minimum(np.arange(STEPS) / 20, 2.5)) + 0.01 * np.sin(np.arange(STEPS))  # losses


def torch_curves():
    import torch

    s = torch.optim.lr_scheduler
    makers = {
        "step": lambda o: s.StepLR(o, 30),
        "multistep": lambda o: s.MultiStepLR(o, [20, 50, 90]),
        "constant": lambda o: s.ConstantLR(o),
        "linear": lambda o: s.LinearLR(o, total_iters=50),
        "exponential": lambda o: s.ExponentialLR(o, 0.97),
        "polynomial": lambda o: s.PolynomialLR(o, 120, power=2.0),
        "cosine": lambda o: s.CosineAnnealingLR(o, STEPS, eta_min=0.1),
        "cosine_restarts": lambda o: s.CosineAnnealingWarmRestarts(o, 10, T_mult=2, eta_min=0.1),
        "one_cycle": lambda o: s.OneCycleLR(o, 1.0, total_steps=STEPS),
        "one_cycle_linear": lambda o: s.OneCycleLR(o, 1.0, total_steps=STEPS, anneal_strategy="linear"),
        "triangular": lambda o: s.CyclicLR(o, 0.1, 1.0, 13, 21, cycle_momentum=False),
        "triangular2": lambda o: s.CyclicLR(o, 0.1, 1.0, 13, mode="triangular2", cycle_momentum=False),
        "exp_range": lambda o: s.CyclicLR(o, 0.1, 1.0, 13, mode="exp_range", gamma=0.99, cycle_momentum=False),
        "sequential": lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 20), s.ExponentialLR(o, 0.9)], [20]),
        "chained": lambda o: s.ChainedScheduler([s.StepLR(o, 30, 0.5), s.ExponentialLR(o, 0.99)]),
        "plateau": lambda o: s.ReduceLROnPlateau(o, patience=5, cooldown=3, threshold=0.02),
    }
    curves = {}
    for name, make in makers.items():
        parameter = torch.zeros(1, requires_grad=True, dtype=torch.float64)
        parameter.grad = torch.zeros_like(parameter)
        optimizer = torch.optim.SGD([parameter], lr=1.0)
        scheduler = make(optimizer)
        rates = []
        for t in range(STEPS):
            if name == "plateau":  # the rate after it has seen the loss of this step
                scheduler.step(PLATEAU[t])
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if name != "plateau" and t + 1 < STEPS:
                scheduler.step()
        curves[f"torch/{name}"] = np.array(rates)
    return curves


def optax_curves():
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    schedules = {
        "exponential": optax.exponential_decay(1.0, 25, 0.5, end_value=0.05),
        "staircase": optax.exponential_decay(1.0, 25, 0.5, staircase=True),
        "polynomial": optax.polynomial_schedule(1.0, 0.1, 2.0, 120, transition_begin=30),
        "linear": optax.linear_schedule(1.0, 0.1, 120),
        "piecewise_constant": optax.piecewise_constant_schedule(1.0, {30: 0.5, 80: 0.1}),
        "piecewise_linear": optax.piecewise_interpolate_schedule("linear", 1.0, {30: 0.5, 80: 0.1}),
        "cosine": optax.cosine_decay_schedule(1.0, 150, alpha=0.1, exponent=1.5),
        "warmup_constant": optax.warmup_constant_schedule(0.1, 1.0, 20),
        "warmup_cosine": optax.warmup_cosine_decay_schedule(0.0, 1.0, 20, 150, 0.01),
        "warmup_exponential": optax.warmup_exponential_decay_schedule(0.0, 1.0, 20, 25, 0.5),
        "one_cycle": optax.cosine_onecycle_schedule(STEPS, 1.0),
        "linear_one_cycle": optax.linear_onecycle_schedule(STEPS, 1.0),
        "sgdr": optax.sgdr_schedule(
            [
                {"init_value": 0.0, "peak_value": 1.0, "decay_steps": 60, "warmup_steps": 10, "end_value": 0.0},
                {"init_value": 0.0, "peak_value": 0.5, "decay_steps": 90, "warmup_steps": 10, "end_value": 0.0},
            ]
        ),
        "join": optax.join_schedules([optax.linear_schedule(0.0, 1.0, 40), optax.constant_schedule(0.3)], [40]),
    }
    # the step as float64: optax divides int32 by int32 in float32
    return {
        f"optax/{name}": np.array([float(schedule(jax.numpy.float64(t))) for t in range(STEPS)])
        for name, schedule in schedules.items()
    }


if __name__ == "__main__":
    np.savez_compressed(FILE, plateau_losses=PLATEAU, **torch_curves(), **optax_curves())
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KiB")
