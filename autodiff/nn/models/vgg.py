"""VGG19: nineteen layers with weights, all convolutions 3 x 3."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..layers.activations import ReLU
from ..layers.adaptive_pooling import AdaptiveAvgPool2d
from ..layers.containers import Sequential
from ..layers.convolution import Conv2d
from ..layers.dropout import Dropout
from ..layers.linear import Linear
from ..layers.pooling import MaxPool2d
from ..layers.reshaping import Flatten
from ..module import Module
from ..random import generator

__all__ = ["VGG", "vgg19"]

_STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and convolutions of each stage of configuration E; each ends with a pooling."""


class VGG(Module):
    """Stages of 3 x 3 convolutions, each stage halving the image, then three linear layers.

    stages   (channels, number of convolutions) of each
    classes  the length of the output, of logits
    hidden   the width of the two hidden linear layers
    dropout  the probability with which these drop an activation in training
    grid     the images are pooled to grid x grid before the linear layers, so that any size will do
    """

    def __init__(
        self,
        stages: Any = _STAGES,
        *,
        rng: Any = None,
        classes: int = 1000,
        hidden: int = 4096,
        dropout: float = 0.5,
        grid: int = 7,
        channels: int = 3,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        options: dict[str, Any] = {"rng": rng, "dtype": dtype}
        features = []
        for width, count in stages:
            for _ in range(count):
                features += [Conv2d(channels, width, 3, padding=1, **options), ReLU()]
                channels = width
            features.append(MaxPool2d(2))
        self.features = Sequential(*features)
        self.avgpool = AdaptiveAvgPool2d(grid)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Linear(channels * grid * grid, hidden, **options),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, hidden, **options),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, classes, **options),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def vgg19(*, rng: Any = None, classes: int = 1000, dtype: Any = np.float32) -> VGG:
    """Configuration E: 16 convolutions of 3 x 3 and 3 linear layers, images (N, 3, 224, 224) → (N, 1000).

    143,667,240 parameters, named as torchvision names them, so that its weights load by name. With rng=nn.SHAPES_ONLY
    it takes no memory. Simonyan and Zisserman (2014), table 1.

    >>> from autodiff import nn
    >>> vgg19(rng=nn.SHAPES_ONLY).num_parameters
    143667240
    """
    return VGG(_STAGES, rng=rng, classes=classes, dtype=dtype)
