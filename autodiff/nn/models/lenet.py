"""LeNet-5, the convolutional network that read cheques."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..layers.activations import Tanh
from ..layers.containers import Sequential
from ..layers.convolution import Conv2d
from ..layers.linear import Linear
from ..layers.pooling import AvgPool2d
from ..layers.reshaping import Flatten
from ..random import generator

__all__ = ["lenet5"]


def lenet5(*, rng: Any = None, classes: int = 10, dtype: Any = np.float32) -> Sequential:
    """C1 (6 maps, 5 x 5) → S2 → C3 (16, 5 x 5) → S4 → C5 (120, 5 x 5) → F6 (84) → output.

    rng      where the initial numbers come from: a Generator, a seed, `nn.SHAPES_ONLY` or None
    classes  the length of the output, of logits

    It takes images (N, 1, 28, 28) to (N, classes), and has 61,706 parameters. LeCun, Bottou, Bengio and Haffner (1998),
    figure 2, from which it departs as is usual now: C3 sees all maps of S2 (there: those of a table, 60,000 parameters
    in all); S2 and S4 are means (there: with a gain, a bias and a squashing function of their own); the activation is
    tanh (there: 1.7159 tanh(2x/3)); the output is linear, for the cross-entropy (there: distances to fixed bitmaps);
    C1 pads the images by 2 (there: they are of 32 x 32).

    >>> model = lenet5(rng=0)
    >>> model.num_parameters, model(np.zeros((2, 1, 28, 28), np.float32)).shape
    (61706, (2, 10))
    """
    rng = generator(rng)
    options: dict[str, Any] = {"rng": rng, "dtype": dtype}
    return Sequential(
        Conv2d(1, 6, 5, padding=2, **options),  # (N, 6, 28, 28)
        Tanh(),
        AvgPool2d(2),  # (N, 6, 14, 14)
        Conv2d(6, 16, 5, **options),  # (N, 16, 10, 10)
        Tanh(),
        AvgPool2d(2),  # (N, 16, 5, 5)
        Conv2d(16, 120, 5, **options),  # (N, 120, 1, 1)
        Tanh(),
        Flatten(),
        Linear(120, 84, **options),
        Tanh(),
        Linear(84, classes, **options),
    )
