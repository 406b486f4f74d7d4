"""Losses as layers: their targets are not differentiated where they are labels."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case


def classes(count, *shape):
    return lambda rng, dtype: rng.integers(0, count, shape)


def signs(*shape):
    return lambda rng, dtype: 2 * rng.integers(0, 2, shape) - 1


def bits(*shape):
    return lambda rng, dtype: rng.integers(0, 2, shape)


def inside(*shape):
    """Numbers that are probabilities, so far from 0 and 1 that differences can be taken."""
    return lambda rng, dtype: rng.uniform(0.4, 0.6, shape).astype(dtype)


def whole(*numbers):
    return lambda rng, dtype: np.array(numbers)


def loss(make, *inputs, output=(), name=None, **more):
    made = make(np.float32)
    return Case(name or repr(made), lambda rng, dtype: make(dtype), inputs, output, batched=False, **more)


CASES = [
    loss(lambda dtype: nn.L1Loss(), (5, 3), (5, 3)),
    loss(lambda dtype: nn.MSELoss(), (5, 3), (5, 3)),
    loss(lambda dtype: nn.MSELoss(reduction="none"), (5, 3), (5, 3), output=(5, 3)),
    loss(lambda dtype: nn.HuberLoss(delta=1.7), (5, 3), (5, 3)),
    loss(lambda dtype: nn.SmoothL1Loss(beta=0.7), (5, 3), (5, 3)),
    loss(lambda dtype: nn.PoissonNLLLoss(), (5, 3), (5, 3)),
    loss(lambda dtype: nn.PoissonNLLLoss(log_input=False, full=True), inside(5, 3), bits(5, 3)),
    loss(lambda dtype: nn.GaussianNLLLoss(), (5, 3), (5, 3), inside(5, 3)),
    loss(lambda dtype: nn.BCELoss(), inside(5, 3), inside(5, 3)),
    loss(lambda dtype: nn.BCEWithLogitsLoss(), (5, 3), inside(5, 3)),
    loss(
        lambda dtype: nn.BCEWithLogitsLoss(np.full((5, 1), 2, dtype), pos_weight=np.array([1, 2, 3], dtype)),
        (5, 3),
        inside(5, 3),
    ),
    loss(lambda dtype: nn.CrossEntropyLoss(), (5, 3), classes(3, 5)),
    loss(lambda dtype: nn.CrossEntropyLoss(np.array([1, 2, 3], dtype), label_smoothing=0.1), (5, 3), classes(3, 5)),
    loss(lambda dtype: nn.CrossEntropyLoss(axis=-1, reduction="none"), (5, 2, 3), classes(3, 5, 2), output=(5, 2)),
    loss(lambda dtype: nn.CrossEntropyLoss(), (5, 3), inside(5, 3), name="CrossEntropyLoss of probabilities"),
    loss(lambda dtype: nn.NLLLoss(), (5, 3), classes(3, 5)),
    loss(lambda dtype: nn.KLDivLoss(), (5, 3), inside(5, 3)),
    loss(lambda dtype: nn.KLDivLoss(reduction="batchmean", log_target=True), (5, 3), (5, 3)),
    loss(lambda dtype: nn.CTCLoss(), (5, 2, 4), whole([1, 2], [3, 3]), whole(5, 4), whole(2, 2)),
    loss(lambda dtype: nn.HingeEmbeddingLoss(margin=2.0), (5, 3), signs(5, 3)),
    loss(lambda dtype: nn.SoftMarginLoss(), (5, 3), signs(5, 3)),
    loss(lambda dtype: nn.MarginRankingLoss(margin=0.3), (5,), (5,), signs(5)),
    loss(lambda dtype: nn.MultiMarginLoss(), (5, 3), classes(3, 5)),
    loss(lambda dtype: nn.MultiMarginLoss(p=2, weight=np.array([1, 2, 3], dtype)), (5, 3), classes(3, 5)),
    loss(lambda dtype: nn.MultiLabelMarginLoss(), (5, 3), bits(5, 3)),
    loss(lambda dtype: nn.MultiLabelSoftMarginLoss(), (5, 3), bits(5, 3)),
    loss(lambda dtype: nn.CosineEmbeddingLoss(margin=0.1), (5, 3), (5, 3), signs(5)),
    loss(lambda dtype: nn.TripletMarginLoss(), (5, 3), (5, 3), (5, 3)),
    loss(lambda dtype: nn.TripletMarginLoss(p=3.0, swap=True), (5, 3), (5, 3), (5, 3)),
]
