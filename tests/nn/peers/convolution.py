"""Convolutions, their transposes, and patches."""

import math
import warnings

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def _inputs(rng, o):
    groups = o.get("groups", 1)
    inner, outer = o["channels"]
    x = rng.standard_normal((o.get("batch", 2), inner, *o["size"]))
    shape = (inner, outer // groups) if o.get("transposed") else (outer, inner // groups)
    return {
        "x": x,
        "weight": rng.standard_normal((*shape, *o["kernel"])),
        "bias": rng.standard_normal(outer),
    }


_NAMES = ("stride", "padding", "dilation", "groups", "output_padding")


def _call(functions, a, o):
    options = {name: o[name] for name in _NAMES if name in o}
    return functions[len(o["size"]) - 1](a["x"], a["weight"], a["bias"] if o.get("bias", True) else None, **options)


def _ours(a, o):
    transposed = F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d
    return _call(transposed if o.get("transposed") else (F.conv1d, F.conv2d, F.conv3d), a, o)


def _theirs(torch, a, o):
    f = torch.nn.functional
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel")  # about its speed
    transposed = f.conv_transpose1d, f.conv_transpose2d, f.conv_transpose3d
    return _call(transposed if o.get("transposed") else (f.conv1d, f.conv2d, f.conv3d), a, o)


def _drawn(rng):
    axes, groups = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    kernel = tuple(int(k) for k in rng.integers(1, 4, axes))
    return {
        "channels": (groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 4))),
        "batch": int(rng.integers(1, 6)),
        "size": tuple(int(n) for n in rng.integers(7, 11 if axes < 3 else 8, axes)),
        "kernel": kernel,
        "stride": tuple(int(s) for s in rng.integers(1, 4, axes)),
        "padding": tuple(int(rng.integers(0, k + 1)) for k in kernel),
        "dilation": tuple(int(d) for d in rng.integers(1, 4, axes)),
        "groups": groups,
        "bias": bool(rng.integers(2)),
    }


def _drawn_same(rng):
    o = _drawn(rng)
    del o["stride"]
    return o | {"padding": str(rng.choice(["same", "valid"]))}


def _drawn_transposed(rng):
    o = _drawn(rng)
    least = [max(s, d) for s, d in zip(o["stride"], o["dilation"], strict=True)]
    o["size"] = tuple(int(n) for n in rng.integers(3, 6, len(o["size"])))
    o["padding"] = tuple(int(rng.integers(0, k)) for k in o["kernel"])  # so that something is left
    return o | {"transposed": True, "output_padding": tuple(int(rng.integers(0, m)) for m in least)}


def _drawn_patches(rng):
    return {
        "size": tuple(int(n) for n in rng.integers(5, 9, 2)),
        "kernel": tuple(int(k) for k in rng.integers(1, 4, 2)),
        "stride": int(rng.integers(1, 3)),
        "padding": int(rng.integers(0, 3)),
        "dilation": int(rng.integers(1, 3)),
    }


def _windows(o):
    return {name: o[name] for name in ("stride", "padding", "dilation")}


def _positions(o):
    d, p, s = o["dilation"], o["padding"], o["stride"]
    return math.prod((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k in zip(o["size"], o["kernel"], strict=True))


_PATCHES = ({"size": (4, 5), "kernel": (2, 3), "stride": 2, "padding": 1, "dilation": 1},)


def _layer(name, *args, **options):
    """A layer of ours beside theirs, made from the same arguments."""
    return {
        "module": lambda o, rng, dtype: getattr(nn, name)(*args, **options, **o, rng=rng, dtype=dtype),
        "peer": lambda torch, o: getattr(torch.nn, name)(*args, **options, **o),
        "ours": lambda m, a, o: m(a["x"]),
        "theirs": lambda torch, m, a, o: m(a["x"]),
    }


COMPARISONS = [
    Comparison(
        "conv",
        inputs=_inputs,
        ours=_ours,
        theirs=_theirs,
        options=(
            {"channels": (2, 3), "size": (6,), "kernel": (3,), "padding": 1, "dilation": 2},
            {"channels": (2, 2), "size": (5, 4), "kernel": (3, 2), "stride": (2, 1), "padding": (1, 0)},
            {"channels": (4, 2), "size": (3, 4), "kernel": (2, 2), "groups": 2},
            {"channels": (1, 2), "size": (2, 3, 2), "kernel": (2, 1, 2), "stride": (1, 2, 1)},
        ),
        drawn=_drawn,
    ),
    Comparison(
        "conv in words",
        inputs=_inputs,
        ours=_ours,
        theirs=_theirs,
        options=({"channels": (1, 2), "size": (4, 5), "kernel": (2, 3), "padding": "same"},),
        drawn=_drawn_same,
    ),
    Comparison(
        "conv_transpose",
        inputs=_inputs,
        ours=_ours,
        theirs=_theirs,
        options=(
            {"channels": (2, 3), "size": (4,), "kernel": (3,), "stride": 2, "output_padding": 1, "transposed": True},
            {"channels": (4, 2), "size": (2, 3), "kernel": (2, 3), "groups": 2, "padding": 1, "transposed": True},
        ),
        drawn=_drawn_transposed,
    ),
    Comparison(
        "unfold",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 2, *o["size"]))},
        ours=lambda a, o: F.unfold(a["x"], o["kernel"], **_windows(o)),
        theirs=lambda torch, a, o: torch.nn.functional.unfold(a["x"], o["kernel"], **_windows(o)),
        options=_PATCHES,
        drawn=_drawn_patches,
    ),
    Comparison(
        "fold",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 2 * math.prod(o["kernel"]), _positions(o)))},
        ours=lambda a, o: F.fold(a["x"], o["size"], o["kernel"], **_windows(o)),
        theirs=lambda torch, a, o: torch.nn.functional.fold(a["x"], o["size"], o["kernel"], **_windows(o)),
        options=_PATCHES,
        drawn=_drawn_patches,
    ),
    Comparison("Conv1d", inputs=lambda rng, o: {"x": rng.standard_normal((2, 2, 6))}, **_layer("Conv1d", 2, 3, 3)),
    Comparison(
        "Conv2d",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 2, 5, 4))},
        **_layer("Conv2d", 2, 2, 3),
        options=(
            {"padding": (1, 2), "padding_mode": "reflect", "groups": 2},
            {"padding": 2, "padding_mode": "circular", "stride": 2, "bias": False},
            {"padding": "same", "padding_mode": "replicate", "dilation": (1, 2)},
        ),
    ),
    Comparison(
        "Conv3d",
        inputs=lambda rng, o: {"x": rng.standard_normal((1, 1, 3, 2, 3))},
        **_layer("Conv3d", 1, 2, 2, padding=1),
    ),
    Comparison(
        "ConvTranspose1d",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 2, 4))},
        **_layer("ConvTranspose1d", 2, 3, 3, 2),
    ),
    Comparison(
        "ConvTranspose2d",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 2, 3, 2))},
        **_layer("ConvTranspose2d", 2, 4, 3, stride=2, padding=1, output_padding=1, groups=2),
    ),
    Comparison(
        "ConvTranspose3d",
        inputs=lambda rng, o: {"x": rng.standard_normal((1, 1, 2, 2, 2))},
        **_layer("ConvTranspose3d", 1, 2, 2, dilation=2),
    ),
]
