"""Pooling, and the way back."""

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def _of(family, name, axes):
    return getattr(family, f"{name}{axes}d")


def _inputs(rng, o):
    """A few values only where ties are to be: the derivative then goes to the first, on both sides."""
    x = rng.standard_normal((2, 2, *o["size"]))
    return {"x": rng.integers(0, 3, x.shape).astype(float) if o.get("ties") else x}


def _drawn(rng, names):
    axes = int(rng.integers(1, 4))
    kernel = tuple(int(k) for k in rng.integers(1, 4, axes))
    drawn = {
        "size": tuple(int(n) for n in rng.integers(7, 10 if axes < 3 else 9, axes)),
        "kernel_size": kernel,
        "stride": tuple(int(s) for s in rng.integers(1, 4, axes)),
        "padding": tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel),
        "dilation": tuple(int(d) for d in rng.integers(1, 3, axes)),
        "ceil_mode": bool(rng.integers(2)),
        "count_include_pad": bool(rng.integers(2)),
        "ties": bool(rng.integers(2)),
    }
    return {name: drawn[name] for name in ("size", *names)}


def _options(o):
    return {name: value for name, value in o.items() if name not in ("size", "ties")}


_MAX = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "ties")
_AVG = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")


def _functions(name, **fixed):
    return {
        "inputs": _inputs,
        "ours": lambda a, o: _of(F, name, len(o["size"]))(a["x"], **fixed, **_options(o)),
        "theirs": lambda torch, a, o: _of(torch.nn.functional, name, len(o["size"]))(a["x"], **fixed, **_options(o)),
    }


def _drawn_adaptive(rng):
    axes = int(rng.integers(1, 4))
    size = tuple(int(n) for n in rng.integers(1, 8, axes))
    return {"size": size, "output_size": tuple(int(n) for n in rng.integers(1, 8, axes)), "ties": bool(rng.integers(2))}


def _unpooled(f, x, o):
    """There and back: the switches are those of the pooling."""
    axes = len(o["size"])
    given = {name: o[name] for name in ("kernel_size", "stride", "padding")}
    y, switches = _of(f, "max_pool", axes)(x, **given, return_indices=True)
    return _of(f, "max_unpool", axes)(y * y, switches, **given, output_size=o["size"])


def _drawn_unpool(rng):
    """Windows that do not overlap: where they do, PyTorch's choice among what is written twice is not defined."""
    o = _drawn(rng, ("kernel_size", "stride", "padding"))
    return o | {"stride": tuple(k + int(rng.integers(2)) for k in o["kernel_size"])}


def _drawn_lp(rng):
    """One number for all axes: PyTorch's lp_pool1d takes no tuple."""
    size = tuple(int(n) for n in rng.integers(4, 8, rng.integers(1, 3)))
    kernel, stride = (int(n) for n in rng.integers(1, 4, 2))
    return {"size": size, "kernel_size": kernel, "stride": stride}


def _layer(name, *args, shape=(2, 1, 4, 4), **options):
    return {
        "inputs": lambda rng, o: {"x": rng.standard_normal(shape)},
        "module": lambda o, rng, dtype: getattr(nn, name)(*args, **options, **o),
        "peer": lambda torch, o: getattr(torch.nn, name)(*args, **options, **o),
        "ours": lambda m, a, o: m(a["x"]),
        "theirs": lambda torch, m, a, o: m(a["x"]),
    }


COMPARISONS = [
    Comparison(
        "max_pool",
        **_functions("max_pool"),
        options=(
            {"size": (5,), "kernel_size": 2, "ceil_mode": True},
            {"size": (4, 5), "kernel_size": 3, "stride": 2, "padding": 1, "ties": True},
            {"size": (2, 3, 3), "kernel_size": 2, "stride": 1},
        ),
        drawn=lambda rng: _drawn(rng, _MAX),
    ),
    Comparison(
        "max_pool with switches",
        **_functions("max_pool", return_indices=True),
        options=({"size": (4, 5), "kernel_size": 2, "stride": 1, "ties": True},),
        drawn=lambda rng: _drawn(rng, _MAX),
    ),
    Comparison(
        "avg_pool",
        **_functions("avg_pool"),
        options=(
            {"size": (5,), "kernel_size": 2, "padding": 1},
            {"size": (4, 5), "kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            {"size": (4, 5), "kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
        ),
        drawn=lambda rng: _drawn(rng, _AVG),
    ),
    Comparison(
        "avg_pool with a divisor",
        **_functions("avg_pool", divisor_override=5),
        options=({"size": (3, 4), "kernel_size": 2},),
    ),
    Comparison(
        "lp_pool of positive numbers",
        inputs=lambda rng, o: {"x": rng.uniform(0.1, 2.0, (2, 2, *o["size"]))},
        ours=lambda a, o: _of(F, "lp_pool", len(o["size"]))(a["x"], 3, **_options(o)),
        theirs=lambda torch, a, o: _of(torch.nn.functional, "lp_pool", len(o["size"]))(a["x"], 3, **_options(o)),
        options=({"size": (5,), "kernel_size": 2}, {"size": (4, 4), "kernel_size": (2, 3), "stride": 1}),
        drawn=_drawn_lp,
    ),
    Comparison(
        "adaptive_avg_pool",
        **_functions("adaptive_avg_pool"),
        options=({"size": (5,), "output_size": 3}, {"size": (4, 5), "output_size": (3, 7)}),
        drawn=_drawn_adaptive,
    ),
    Comparison(
        "adaptive_max_pool",
        **_functions("adaptive_max_pool", return_indices=True),
        options=({"size": (5,), "output_size": 3}, {"size": (4, 5), "output_size": (3, 2), "ties": True}),
        drawn=_drawn_adaptive,
    ),
    Comparison(
        "max_unpool",
        inputs=_inputs,
        ours=lambda a, o: _unpooled(F, a["x"], o),
        theirs=lambda torch, a, o: _unpooled(torch.nn.functional, a["x"], o),
        options=({"size": (4, 5), "kernel_size": (2, 2), "stride": (2, 2), "padding": (0, 0)},),
        drawn=_drawn_unpool,
    ),
    Comparison("MaxPool2d", **_layer("MaxPool2d", 3, stride=2, padding=1)),
    Comparison("AvgPool2d", **_layer("AvgPool2d", 3, 1, ceil_mode=True, count_include_pad=False)),
    Comparison("LPPool2d", **_layer("LPPool2d", 2, 2)),
    Comparison("AdaptiveAvgPool2d", **_layer("AdaptiveAvgPool2d", (3, None))),
    Comparison("AdaptiveMaxPool1d", **_layer("AdaptiveMaxPool1d", 3, shape=(2, 2, 5))),
]
