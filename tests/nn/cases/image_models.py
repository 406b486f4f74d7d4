"""Models for images, made small."""

from autodiff import nn
from autodiff.nn.models import VGG, BasicBlock, residual_block
from tests.nn.case import Case

CASES = [
    Case(
        "VGG",
        lambda rng, dtype: VGG(
            ((2, 1), (3, 1)), rng=rng, classes=4, hidden=5, grid=1, channels=1, dropout=0.0, dtype=dtype
        ),
        ((2, 1, 4, 4),),
        (2, 4),
        (9 + 1) * 2 + (18 + 1) * 3 + (3 + 1) * 5 + (5 + 1) * 5 + (5 + 1) * 4,
        smooth=False,
        order=1,
    ),
    Case(
        "BasicBlock(stride=2)",
        lambda rng, dtype: BasicBlock(2, 3, 2, rng=rng, dtype=dtype),
        ((2, 2, 4, 4),),
        (2, 3, 2, 2),
        9 * 6 + 6 + 9 * 9 + 6 + 6 + 6,
        order=1,
    ),
    Case(
        "residual_block",
        lambda rng, dtype: residual_block(2, rng=rng, dtype=dtype),
        ((2, 2, 3, 3),),
        (2, 2, 3, 3),
        2 * (36 + 4),
        order=1,
    ),
    Case(
        "encoder and decoder",
        lambda rng, dtype: nn.Sequential(
            nn.Conv2d(1, 2, 3, 2, 1, rng=rng, dtype=dtype),
            nn.Lambda(abs),
            nn.ConvTranspose2d(2, 1, 4, 2, 1, rng=rng, dtype=dtype),
        ),
        ((2, 1, 4, 4),),
        (2, 1, 4, 4),
        20 + 33,
    ),
]
