"""Pooling layers. Their inputs have no ties: kinks lie between the random numbers."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case


def _switches(shape, kernel):
    """Places within windows that lie side by side."""

    def draw(rng, dtype):
        axes = len(shape) - 2
        within = rng.integers(0, kernel, shape)
        if axes == 1:
            return within + kernel * np.arange(shape[-1])
        rows = (np.arange(shape[-2]) * kernel)[:, None] + rng.integers(0, kernel, shape)
        return rows * (shape[-1] * kernel) + kernel * np.arange(shape[-1]) + within

    return draw


CASES = [
    Case("MaxPool1d", lambda rng, dtype: nn.MaxPool1d(2), ((2, 3, 7),), (2, 3, 3)),
    Case("MaxPool1d(ceil_mode)", lambda rng, dtype: nn.MaxPool1d(2, ceil_mode=True), ((2, 3, 7),), (2, 3, 4)),
    Case("MaxPool2d", lambda rng, dtype: nn.MaxPool2d(2), ((2, 3, 4, 6),), (2, 3, 2, 3)),
    Case("MaxPool2d(3, 2, 1)", lambda rng, dtype: nn.MaxPool2d(3, 2, 1), ((2, 2, 5, 6),), (2, 2, 3, 3)),
    Case("MaxPool2d(dilation=2)", lambda rng, dtype: nn.MaxPool2d(2, 1, 0, 2), ((2, 2, 4, 5),), (2, 2, 2, 3)),
    Case(
        "MaxPool2d(return_indices)",
        lambda rng, dtype: nn.MaxPool2d(2, return_indices=True),
        ((2, 2, 4, 4),),
        [(2, 2, 2, 2), (2, 2, 2, 2)],
    ),
    Case("MaxPool3d", lambda rng, dtype: nn.MaxPool3d(2, 1), ((2, 1, 2, 3, 3),), (2, 1, 1, 2, 2)),
    Case(
        "MaxUnpool1d",
        lambda rng, dtype: nn.MaxUnpool1d(2),
        ((2, 3, 4), _switches((2, 3, 4), 2)),
        (2, 3, 8),
        batched=False,
    ),
    Case(
        "MaxUnpool2d",
        lambda rng, dtype: nn.MaxUnpool2d(2),
        ((2, 3, 2, 3), _switches((2, 3, 2, 3), 2)),
        (2, 3, 4, 6),
        batched=False,
    ),
    Case(
        "MaxUnpool3d",
        lambda rng, dtype: nn.MaxUnpool3d(2),
        ((2, 1, 1, 1, 1), lambda rng, dtype: rng.integers(0, 8, (2, 1, 1, 1, 1))),
        (2, 1, 2, 2, 2),
        batched=False,
    ),
    Case("AvgPool1d", lambda rng, dtype: nn.AvgPool1d(3, 2, 1), ((2, 3, 7),), (2, 3, 4)),
    Case("AvgPool2d", lambda rng, dtype: nn.AvgPool2d(2), ((2, 3, 4, 7),), (2, 3, 2, 3)),
    Case(
        "AvgPool2d(count_include_pad=False)",
        lambda rng, dtype: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        ((2, 2, 4, 5),),
        (2, 2, 3, 3),
    ),
    Case(
        "AvgPool2d(divisor_override)",
        lambda rng, dtype: nn.AvgPool2d(2, divisor_override=3),
        ((2, 2, 4, 5),),
        (2, 2, 2, 2),
    ),
    Case("AvgPool3d", lambda rng, dtype: nn.AvgPool3d(2, 1), ((2, 1, 2, 3, 3),), (2, 1, 1, 2, 2)),
    Case("LPPool1d", lambda rng, dtype: nn.LPPool1d(3, 2), ((2, 3, 6),), (2, 3, 3)),
    Case("LPPool2d", lambda rng, dtype: nn.LPPool2d(2, 2, 1), ((2, 2, 3, 4),), (2, 2, 2, 3)),
    Case("LPPool2d(1, 2)", lambda rng, dtype: nn.LPPool2d(1, 2), ((2, 2, 4, 4),), (2, 2, 2, 2)),
    Case("AdaptiveAvgPool1d", lambda rng, dtype: nn.AdaptiveAvgPool1d(3), ((2, 2, 7),), (2, 2, 3)),
    Case("AdaptiveAvgPool2d", lambda rng, dtype: nn.AdaptiveAvgPool2d((3, None)), ((2, 2, 5, 4),), (2, 2, 3, 4)),
    Case("AdaptiveAvgPool2d(1)", lambda rng, dtype: nn.AdaptiveAvgPool2d(1), ((2, 2, 5, 4),), (2, 2, 1, 1)),
    Case("AdaptiveAvgPool3d", lambda rng, dtype: nn.AdaptiveAvgPool3d(2), ((2, 1, 3, 2, 3),), (2, 1, 2, 2, 2)),
    Case("AdaptiveMaxPool1d", lambda rng, dtype: nn.AdaptiveMaxPool1d(3), ((2, 2, 7),), (2, 2, 3)),
    Case(
        "AdaptiveMaxPool2d(return_indices)",
        lambda rng, dtype: nn.AdaptiveMaxPool2d((2, 3), return_indices=True),
        ((2, 2, 5, 4),),
        [(2, 2, 2, 3), (2, 2, 2, 3)],
    ),
    Case("AdaptiveMaxPool3d", lambda rng, dtype: nn.AdaptiveMaxPool3d(2), ((2, 1, 3, 2, 3),), (2, 1, 2, 2, 2)),
    Case("GlobalAvgPool", lambda rng, dtype: nn.GlobalAvgPool(), ((2, 3, 2, 3),), (2, 3)),
    Case("GlobalMaxPool", lambda rng, dtype: nn.GlobalMaxPool(), ((2, 3, 2, 3),), (2, 3)),
]
