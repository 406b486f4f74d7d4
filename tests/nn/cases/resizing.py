"""Layers that give images other sizes or shapes."""

from autodiff import nn
from tests.nn.case import Case

CASES = [
    Case("Upsample(nearest)", lambda rng, dtype: nn.Upsample(scale_factor=2), ((2, 1, 2, 3),), (2, 1, 4, 6)),
    Case("Upsample(nearest, size)", lambda rng, dtype: nn.Upsample((5, 2)), ((2, 1, 3, 4),), (2, 1, 5, 2)),
    Case("Upsample(linear)", lambda rng, dtype: nn.Upsample(scale_factor=1.5, mode="linear"), ((2, 2, 5),), (2, 2, 7)),
    Case("Upsample(bilinear)", lambda rng, dtype: nn.Upsample((4, 2), mode="bilinear"), ((2, 1, 3, 4),), (2, 1, 4, 2)),
    Case(
        "Upsample(bicubic)",
        lambda rng, dtype: nn.Upsample(scale_factor=(2, 1.5), mode="bicubic", align_corners=True),
        ((2, 1, 3, 4),),
        (2, 1, 6, 6),
    ),
    Case(
        "Upsample(trilinear)", lambda rng, dtype: nn.Upsample(3, mode="trilinear"), ((2, 1, 2, 2, 4),), (2, 1, 3, 3, 3)
    ),
    Case("PixelShuffle", lambda rng, dtype: nn.PixelShuffle(2), ((2, 8, 2, 3),), (2, 2, 4, 6)),
    Case("PixelUnshuffle", lambda rng, dtype: nn.PixelUnshuffle(2), ((2, 2, 4, 6),), (2, 8, 2, 3)),
    Case("Unfold", lambda rng, dtype: nn.Unfold((2, 3), padding=1, stride=2), ((2, 2, 4, 5),), (2, 12, 9)),
    Case("Fold", lambda rng, dtype: nn.Fold((4, 5), (2, 3), padding=1, stride=2), ((2, 12, 9),), (2, 2, 4, 5)),
    Case("Flatten", lambda rng, dtype: nn.Flatten(), ((2, 3, 2, 2),), (2, 12)),
    Case("Flatten(-2)", lambda rng, dtype: nn.Flatten(-2), ((2, 3, 2, 2),), (2, 3, 4)),
    Case("Unflatten", lambda rng, dtype: nn.Unflatten(1, (3, -1)), ((2, 6, 2),), (2, 3, 2, 2)),
    Case("Reshape", lambda rng, dtype: nn.Reshape(-1, 2, 2), ((2, 12),), (2, 3, 2, 2)),
]
