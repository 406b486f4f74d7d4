"""Losses. Labels are passed as integers or constants, so that PyTorch does not differentiate by them either."""

import warnings

import numpy as np

from autodiff import nn
from autodiff.nn import losses
from tests.nn.comparison import Comparison

REDUCTIONS = ("mean", "sum", "none")


def normal(rng, *shape):
    return rng.standard_normal(shape)


def inside(rng, *shape):
    return rng.uniform(0.05, 0.95, shape)


def signs(rng, *shape):
    return 2 * rng.integers(0, 2, shape) - 1


def drawn(*choices):
    """An option with a reduction, and one value of each of the choices."""

    def draw(rng):
        option = {"reduction": str(rng.choice(REDUCTIONS))}
        for choice in choices:
            option |= {name: values[rng.integers(len(values))] for name, values in choice.items()}
        return option

    return draw


def F(torch):
    return torch.nn.functional


def pointwise(name, theirs, prediction, target, choices=None, more=None, options=()):
    """A loss of two arrays of one shape; `more` are further inputs, which ours and theirs call alike."""
    choices = choices or {}
    extra = more or (lambda rng: {})
    first = {key: values[0] for key, values in choices.items()}

    def arguments(a, o):
        return {**{key: a[key] for key in a if key not in ("x", "y")}, **o}

    def call_theirs(torch, a, o):
        y = a["y"] if a["y"].is_floating_point() else a["y"].double()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="reduction: 'mean' divides")  # of kl_div, which we follow in it
            return getattr(F(torch), theirs)(a["x"], y, **arguments(a, o))

    return Comparison(
        name,
        inputs=lambda rng, o: {"x": prediction(rng, 4, 3), "y": target(rng, 4, 3), **extra(rng)},
        ours=lambda a, o: getattr(losses, name)(a["x"], a["y"], **arguments(a, o)),
        theirs=call_theirs,
        options=({"reduction": "mean", **first}, {"reduction": "none", **first}, *options),
        drawn=drawn(choices),
    )


def class_inputs(rng, o):
    shape = o["shape"]
    classes = shape[1] if len(shape) > 1 else shape[0]
    found = {"x": rng.standard_normal(shape) * o.get("scale", 1.0)}
    rest = shape[:1] + shape[2:] if len(shape) > 1 else ()
    if o.get("soft"):
        q = rng.uniform(0.1, 1, shape)
        found["y"] = q / q.sum(axis=min(1, len(shape) - 1), keepdims=True)
    else:
        found["y"] = rng.integers(0, classes, rest)
        if o.get("ignored") and rest:
            found["y"].flat[0] = -100
    return found


def class_weight(o):
    shape = o["shape"]
    return np.linspace(0.5, 2, shape[1] if len(shape) > 1 else shape[0]) if o.get("weighted") else None


def class_options(o):
    return {name: o[name] for name in ("reduction", "label_smoothing") if name in o}


def theirs_of_classes(name):
    def call(torch, a, o):
        weight = class_weight(o)
        x = a["x"] if name == "cross_entropy" else torch.log_softmax(a["x"], min(1, a["x"].ndim - 1))
        weight = None if weight is None else torch.as_tensor(weight)
        return getattr(F(torch), name)(x, a["y"], weight=weight, **class_options(o))

    return call


def log_softmax(x, axis):
    shifted = x - np.max(np.asarray(0.0) if x.size == 0 else x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


SHAPES = ((3,), (4, 3), (2, 3, 2), (2, 3, 2, 2))

COMPARISONS = [
    pointwise("mse", "mse_loss", normal, normal),
    pointwise("l1", "l1_loss", normal, normal),
    pointwise("huber", "huber_loss", normal, normal, {"delta": (0.7, 1.0, 2.0)}),
    pointwise("smooth_l1", "smooth_l1_loss", normal, normal, {"beta": (0.7, 1.0, 0.0)}),
    pointwise("bce", "binary_cross_entropy", inside, inside),
    pointwise("soft_margin", "soft_margin_loss", normal, signs),
    pointwise("hinge_embedding", "hinge_embedding_loss", normal, signs, {"margin": (1.0, 0.3)}),
    pointwise("multilabel_soft_margin", "multilabel_soft_margin_loss", normal, inside),
    pointwise(
        "kl_div",
        "kl_div",
        normal,
        inside,
        options=({"reduction": "batchmean"}, {"reduction": "mean", "log_target": True}),
    ),
    pointwise(
        "poisson_nll",
        "poisson_nll_loss",
        inside,
        lambda rng, *shape: rng.integers(0, 4, shape),
        {"log_input": (True, False), "full": (True, False)},
        options=({"reduction": "sum", "log_input": False, "full": False},),
    ),
    pointwise(
        "gaussian_nll",
        "gaussian_nll_loss",
        normal,
        normal,
        {"full": (True, False)},
        more=lambda rng: {"var": rng.uniform(0.1, 2, (4, 1))},
    ),
    Comparison(
        "bce_with_logits",
        inputs=lambda rng, o: {"x": normal(rng, 4, 3) * o["scale"], "y": inside(rng, 4, 3)},
        ours=lambda a, o: losses.bce_with_logits(
            a["x"],
            a["y"],
            weight=np.linspace(1, 2, 3).astype(a["x"].dtype) if o["weighted"] else None,
            pos_weight=np.linspace(0.5, 3, 3).astype(a["x"].dtype) if o["weighted"] else None,
            reduction=o["reduction"],
        ),
        theirs=lambda torch, a, o: F(torch).binary_cross_entropy_with_logits(
            a["x"],
            a["y"],
            weight=torch.linspace(1, 2, 3).double() if o["weighted"] else None,
            pos_weight=torch.as_tensor(np.linspace(0.5, 3, 3)) if o["weighted"] else None,
            reduction=o["reduction"],
        ),
        options=(
            {"scale": 1.0, "weighted": False, "reduction": "mean"},
            {"scale": 100.0, "weighted": True, "reduction": "none"},
        ),
        drawn=drawn({"scale": (1.0, 30.0), "weighted": (True, False)}),
    ),
    Comparison(
        "cross_entropy",
        inputs=class_inputs,
        ours=lambda a, o: losses.cross_entropy(a["x"], a["y"], class_weight(o), **class_options(o)),
        theirs=theirs_of_classes("cross_entropy"),
        options=(
            {"shape": (4, 3), "reduction": "mean"},
            {"shape": (3,), "reduction": "sum"},
            {"shape": (2, 3, 2), "reduction": "none", "weighted": True, "ignored": True},
            {"shape": (2, 3, 2), "reduction": "mean", "weighted": True, "ignored": True, "label_smoothing": 0.2},
            {"shape": (4, 3), "reduction": "mean", "weighted": True, "soft": True, "label_smoothing": 0.1},
            {"shape": (4, 3), "reduction": "mean", "scale": 100.0},
        ),
        drawn=drawn(
            {"shape": SHAPES, "weighted": (True, False), "ignored": (True, False)},
            {"soft": (True, False), "label_smoothing": (0.0, 0.0, 0.3), "scale": (1.0, 30.0)},
        ),
    ),
    Comparison(
        "nll_loss",
        inputs=class_inputs,
        ours=lambda a, o: losses.nll_loss(
            log_softmax(a["x"], min(1, a["x"].ndim - 1)), a["y"], class_weight(o), **class_options(o)
        ),
        theirs=theirs_of_classes("nll_loss"),
        options=(
            {"shape": (4, 3), "reduction": "mean"},
            {"shape": (2, 3, 2), "reduction": "mean", "weighted": True, "ignored": True},
        ),
        drawn=drawn({"shape": SHAPES, "weighted": (True, False), "ignored": (True, False)}),
    ),
    Comparison(
        "margin_ranking",
        inputs=lambda rng, o: {"x": normal(rng, 5), "z": normal(rng, 5), "y": signs(rng, 5)},
        ours=lambda a, o: losses.margin_ranking(a["x"], a["z"], a["y"], **o),
        theirs=lambda torch, a, o: F(torch).margin_ranking_loss(a["x"], a["z"], a["y"], **o),
        options=({"margin": 0.2, "reduction": "none"},),
        drawn=drawn({"margin": (0.0, 0.5)}),
    ),
    Comparison(
        "multi_margin",
        inputs=lambda rng, o: {"x": normal(rng, 5, 4), "y": rng.integers(0, 4, 5)},
        ours=lambda a, o: losses.multi_margin(
            a["x"],
            a["y"],
            o["p"],
            0.8,
            np.linspace(1, 2, 4) if o["weighted"] else None,
            o["reduction"],
        ),
        theirs=lambda torch, a, o: F(torch).multi_margin_loss(
            a["x"],
            a["y"],
            o["p"],
            0.8,
            torch.as_tensor(np.linspace(1, 2, 4)) if o["weighted"] else None,
            reduction=o["reduction"],
        ),
        options=({"p": 1, "weighted": False, "reduction": "mean"}, {"p": 2, "weighted": True, "reduction": "none"}),
        drawn=drawn({"p": (1, 2), "weighted": (True, False)}),
    ),
    Comparison(
        "multilabel_margin",
        inputs=lambda rng, o: {"x": normal(rng, 5, 4), "y": rng.integers(0, 2, (5, 4))},
        ours=lambda a, o: losses.multilabel_margin(a["x"], a["y"], **o),
        theirs=lambda torch, a, o: F(torch).multilabel_margin_loss(a["x"], numbers_of(torch, a["y"]), **o),
        options=({"reduction": "mean"}, {"reduction": "none"}),
        drawn=drawn(),
    ),
    Comparison(
        "triplet_margin",
        inputs=lambda rng, o: {"a": normal(rng, 5, 3), "p": normal(rng, 5, 3), "n": normal(rng, 5, 3)},
        ours=lambda a, o: losses.triplet_margin(a["a"], a["p"], a["n"], **o),
        theirs=lambda torch, a, o: F(torch).triplet_margin_loss(a["a"], a["p"], a["n"], **o),
        options=({"reduction": "mean"}, {"p": 3.0, "swap": True, "margin": 0.5, "reduction": "none"}),
        drawn=drawn({"p": (1.0, 2.0, 3.0), "swap": (True, False), "margin": (0.5, 2.0)}),
    ),
    Comparison(
        "cosine_embedding",
        inputs=lambda rng, o: {"x": normal(rng, 5, 3), "z": normal(rng, 5, 3), "y": signs(rng, 5)},
        ours=lambda a, o: losses.cosine_embedding(a["x"], a["z"], a["y"], **o),
        theirs=lambda torch, a, o: F(torch).cosine_embedding_loss(a["x"], a["z"], a["y"], **o),
        options=({"margin": 0.1, "reduction": "none"},),
        drawn=drawn({"margin": (0.0, 0.5)}),
    ),
    Comparison(
        "ctc_loss",
        inputs=lambda rng, o: {
            "x": normal(rng, 7, 3, 5),
            "y": (np.delete(np.arange(5), o["blank"]))[rng.integers(0, 4, (3, 3))],
        },
        ours=lambda a, o: losses.ctc_loss(
            log_softmax(a["x"], -1), a["y"], np.array([7, 6, 4]), np.array(o["lengths"]), o["blank"], o["reduction"]
        ),
        theirs=lambda torch, a, o: F(torch).ctc_loss(
            torch.log_softmax(a["x"], -1),
            a["y"],
            torch.tensor([7, 6, 4]),
            torch.tensor(o["lengths"]),
            o["blank"],
            o["reduction"],
        ),
        options=(
            {"blank": 0, "lengths": (3, 2, 1), "reduction": "mean"},
            {"blank": 2, "lengths": (3, 3, 0), "reduction": "none"},
        ),
        drawn=drawn({"blank": (0, 1, 4), "lengths": ((3, 2, 1), (1, 3, 2), (0, 2, 2))}),
    ),
    Comparison(
        "CrossEntropyLoss",
        module=lambda o, rng, dtype: nn.CrossEntropyLoss(np.linspace(1, 2, 3), label_smoothing=0.1),
        peer=lambda torch, o: torch.nn.CrossEntropyLoss(torch.linspace(1, 2, 3), label_smoothing=0.1),
        inputs=class_inputs,
        ours=lambda m, a, o: m(a["x"], a["y"]),
        theirs=lambda torch, m, a, o: m(a["x"], a["y"]),
        options=({"shape": (4, 3)},),
    ),
]


def numbers_of(torch, has):
    """The classes that a sample has, and then -1: the target of PyTorch's multilabel_margin_loss."""
    rows = [np.flatnonzero(row) for row in has.numpy()]
    return torch.tensor([[*row, *[-1] * (has.shape[1] - len(row))] for row in rows])
