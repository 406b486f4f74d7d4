"""Normalisations, the running statistics after a step and the evaluation with them included."""

import numpy as np

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def statistics(module):
    if module.running_mean is None:
        return ()
    return module.running_mean, module.running_var


def trained_then_evaluated(module, x):
    """The output in training, that in evaluation, and the statistics between them."""
    y = module(x)
    running = tuple(v.copy() if isinstance(v, np.ndarray) else v.clone() for v in statistics(module))
    module.eval()
    result = (y, module(x), *running)
    module.train()
    return result


def running(name, spatial, **fixed):
    """A layer with running statistics, twice in training, then in evaluation."""

    def drawn(rng):
        return fixed | {
            "shape": (int(rng.integers(3, 6)), 3, *(int(n) for n in rng.integers(4, 6, spatial))),
            "affine": bool(rng.integers(2)),
            "track_running_stats": bool(rng.integers(2)),
            "momentum": (None if name.startswith("Batch") and rng.integers(2) else float(rng.uniform(0.1, 1))),
            "eps": float(10 ** rng.uniform(-3, -1)),
        }

    def options(o):
        return {key: value for key, value in o.items() if key != "shape"}

    shape = (4, 3, *(5, 2, 2)[:spatial])
    return Comparison(
        f"{name} of {2 + spatial} axes",
        module=lambda o, rng, dtype: getattr(nn, name)(3, dtype=dtype, **options(o)),
        peer=lambda torch, o: getattr(torch.nn, name)(3, **options(o)),
        inputs=lambda rng, o: {"x": 2 * rng.standard_normal(o["shape"]) + 1},
        ours=lambda m, a, o: trained_then_evaluated(m, a["x"]),
        theirs=lambda torch, m, a, o: trained_then_evaluated(m, a["x"]),
        options=({"shape": shape}, {"shape": shape, "affine": True, "track_running_stats": True, "momentum": 0.3}),
        drawn=drawn,
    )


def plain(name, module, peer, options, drawn=None):
    return Comparison(
        name,
        module=module,
        peer=peer,
        inputs=lambda rng, o: {"x": 2 * rng.standard_normal(o["shape"]) + 1},
        ours=lambda m, a, o: m(a["x"]),
        theirs=lambda torch, m, a, o: m(a["x"]),
        options=options,
        drawn=drawn,
    )


def last_axes(rng):
    shape = tuple(int(n) for n in rng.integers(1, 6, rng.integers(1, 4)))
    shape = (*shape[:-1], shape[-1] + 1)
    return {"shape": shape, "last": int(rng.integers(1, len(shape) + 1)), "affine": bool(rng.integers(2))}


def grouped(rng):
    groups, per_group = (int(n) for n in rng.integers(1, 4, 2))
    shape = (int(rng.integers(1, 4)), groups * per_group, *(int(n) for n in rng.integers(4, 6, rng.integers(1, 3))))
    return {"shape": shape, "groups": groups, "affine": bool(rng.integers(2))}


def spectral(module, x, again):
    """Twice in training, where the vectors move."""
    return module(x), module(again)


COMPARISONS = [
    running("BatchNorm1d", 0),
    running("BatchNorm1d", 1),
    running("BatchNorm2d", 2),
    running("BatchNorm3d", 3),
    running("InstanceNorm1d", 1),
    running("InstanceNorm2d", 2),
    running("InstanceNorm3d", 3),
    plain(
        "LayerNorm",
        lambda o, rng, dtype: nn.LayerNorm(
            o["shape"][-o["last"] :], 1e-3, o["affine"], o.get("bias", True), dtype=dtype
        ),
        lambda torch, o: torch.nn.LayerNorm(o["shape"][-o["last"] :], 1e-3, o["affine"], o.get("bias", True)),
        (
            {"shape": (2, 3, 4), "last": 1, "affine": True},
            {"shape": (2, 3, 4), "last": 2, "affine": True, "bias": False},
            {"shape": (3, 4), "last": 1, "affine": False},
        ),
        lambda rng: last_axes(rng) | {"bias": bool(rng.integers(2))},
    ),
    plain(
        "RMSNorm",
        lambda o, rng, dtype: nn.RMSNorm(o["shape"][-o["last"] :], 1e-3, o["affine"], dtype=dtype),
        lambda torch, o: torch.nn.RMSNorm(o["shape"][-o["last"] :], 1e-3, o["affine"]),
        ({"shape": (2, 3, 4), "last": 1, "affine": True}, {"shape": (2, 3, 4), "last": 2, "affine": False}),
        last_axes,
    ),
    plain(
        "GroupNorm",
        lambda o, rng, dtype: nn.GroupNorm(o["groups"], o["shape"][1], 1e-3, o["affine"], dtype=dtype),
        lambda torch, o: torch.nn.GroupNorm(o["groups"], o["shape"][1], 1e-3, o["affine"]),
        ({"shape": (2, 6, 3), "groups": 2, "affine": True}, {"shape": (2, 4, 2, 2), "groups": 4, "affine": False}),
        grouped,
    ),
    plain(
        "LocalResponseNorm",
        lambda o, rng, dtype: nn.LocalResponseNorm(o["size"], 0.3, 0.6, 1.5),
        lambda torch, o: torch.nn.LocalResponseNorm(o["size"], 0.3, 0.6, 1.5),
        ({"shape": (2, 5, 2), "size": 2}, {"shape": (2, 5, 2, 2), "size": 3}),
        lambda rng: {"shape": (2, int(rng.integers(1, 7)), 2), "size": int(rng.integers(1, 6))},
    ),
    plain(
        "WeightNorm",
        lambda o, rng, dtype: nn.WeightNorm(nn.Linear(3, 4, rng=rng, dtype=dtype), axis=o["axis"]),
        lambda torch, o: torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 4), dim=o["axis"]),
        ({"shape": (5, 3), "axis": 0}, {"shape": (5, 3), "axis": 1}),
    ),
    Comparison(
        "SpectralNorm",
        module=lambda o, rng, dtype: nn.SpectralNorm(nn.Linear(3, 4, rng=rng, dtype=dtype), "weight", o["n"], rng=rng),
        peer=lambda torch, o: torch.nn.utils.parametrizations.spectral_norm(
            torch.nn.Linear(3, 4), n_power_iterations=o["n"]
        ),
        inputs=lambda rng, o: {"x": rng.standard_normal((5, 3)), "again": rng.standard_normal((5, 3))},
        ours=lambda m, a, o: spectral(m, a["x"], a["again"]),
        theirs=lambda torch, m, a, o: spectral(m, a["x"], a["again"]),
        options=({"n": 1}, {"n": 3}),
    ),
    Comparison(
        "instance_norm without weights",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 3, 4))},
        ours=lambda a, o: F.instance_norm(a["x"], eps=1e-3),
        theirs=lambda torch, a, o: torch.nn.functional.instance_norm(a["x"], eps=1e-3),
    ),
]
