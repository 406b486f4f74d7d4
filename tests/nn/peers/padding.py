"""Padding, interpolation, and other changes of shape."""

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def _drawn_pad(rng):
    axes = int(rng.integers(1, 4))
    mode = str(rng.choice(["constant", "reflect", "replicate", "circular"]))
    size = tuple(int(n) for n in rng.integers(3, 6, axes))
    least = -1 if mode == "constant" else 0
    most = {"reflect": 3, "circular": 4}.get(mode, 6)
    return {"size": size, "padding": tuple(int(p) for p in rng.integers(least, most, 2 * axes)), "mode": mode}


def _drawn_resize(rng):
    axes = int(rng.integers(1, 4))
    by_size = bool(rng.integers(2))
    mode = str(rng.choice(["nearest", ("linear", "bilinear", "trilinear")[axes - 1], *["bicubic"] * (axes == 2)]))
    drawn = {"image": tuple(int(n) for n in rng.integers(2, 7, axes)), "mode": mode}
    if by_size:
        drawn["size"] = tuple(int(n) for n in rng.integers(1, 9, axes))
    else:
        drawn["scale_factor"] = tuple(float(s) for s in rng.choice([0.5, 1.0, 1.5, 2.0, 2.7, 3.0], axes))
    return drawn if mode == "nearest" else drawn | {"align_corners": bool(rng.integers(2))}


def _resize(f, a, o):
    return f.interpolate(a["x"], **{name: value for name, value in o.items() if name != "image"})


def _layer(name, *args, shape, **options):
    return Comparison(
        f"{name}{args}",
        inputs=lambda rng, o: {"x": rng.standard_normal(shape)},
        module=lambda o, rng, dtype: getattr(nn, name)(*args, **options),
        peer=lambda torch, o: getattr(torch.nn, name)(*args, **options),
        ours=lambda m, a, o: m(a["x"]),
        theirs=lambda torch, m, a, o: m(a["x"]),
    )


COMPARISONS = [
    Comparison(
        "pad",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 1, *o["size"]))},
        ours=lambda a, o: F.pad(a["x"], o["padding"], o["mode"]),
        theirs=lambda torch, a, o: torch.nn.functional.pad(a["x"], o["padding"], o["mode"]),
        options=(
            {"size": (3, 4), "padding": (1, 2, 0, -1), "mode": "constant"},
            {"size": (3, 4), "padding": (1, 2, 2, 0), "mode": "reflect"},
            {"size": (3,), "padding": (4, 2), "mode": "replicate"},
            {"size": (3, 2), "padding": (2, 1, 3, 1), "mode": "circular"},
        ),
        drawn=_drawn_pad,
    ),
    Comparison(
        "interpolate",
        inputs=lambda rng, o: {"x": rng.standard_normal((2, 1, *o["image"]))},
        ours=lambda a, o: _resize(F, a, o),
        theirs=lambda torch, a, o: _resize(torch.nn.functional, a, o),
        options=(
            {"image": (5,), "size": 3, "mode": "nearest"},
            {"image": (3, 2), "scale_factor": 2, "mode": "nearest"},
            {"image": (4, 3), "size": (3, 5), "mode": "bilinear", "align_corners": True},
            {"image": (4, 3), "scale_factor": 1.5, "mode": "bilinear"},
            {"image": (4, 3), "size": (7, 2), "mode": "bicubic", "align_corners": False},
        ),
        drawn=_drawn_resize,
    ),
    _layer("ReflectionPad2d", (1, 2, 0, 1), shape=(1, 2, 3, 4)),
    _layer("ReplicationPad1d", 2, shape=(2, 1, 3)),
    _layer("CircularPad2d", (1, 0, 2, 1), shape=(1, 1, 3, 3)),
    _layer("ConstantPad1d", (1, 2), 1.5, shape=(2, 1, 3)),
    _layer("ZeroPad2d", 1, shape=(1, 1, 2, 2)),
    _layer("Upsample", (3, 5), None, "bilinear", shape=(1, 2, 4, 4)),
    _layer("PixelShuffle", 2, shape=(1, 8, 2, 1)),
    _layer("PixelUnshuffle", 2, shape=(1, 1, 4, 2)),
    _layer("Flatten", shape=(2, 3, 2)),
    _layer("Unflatten", 1, (2, 3), shape=(2, 6)),
]
