"""Normalisations."""

from autodiff import nn
from tests.nn.case import Case


def channels(name, cls, shape, parameters, batched=True, **options):
    """A case of a layer of 3 channels."""
    return Case(name, lambda rng, dtype: cls(3, dtype=dtype, **options), (shape,), shape, parameters, batched=batched)


CASES = [
    channels("BatchNorm1d", nn.BatchNorm1d, (5, 3), 6),
    channels("BatchNorm1d on sequences", nn.BatchNorm1d, (4, 3, 5), 6),
    channels("BatchNorm2d", nn.BatchNorm2d, (2, 3, 4, 5), 6),
    channels("BatchNorm2d(affine=False)", nn.BatchNorm2d, (2, 3, 4, 5), 0, affine=False),
    channels("BatchNorm2d(momentum=None)", nn.BatchNorm2d, (2, 3, 2, 5), 6, momentum=None),
    channels(
        "BatchNorm2d(track_running_stats=False)",
        nn.BatchNorm2d,
        (2, 3, 4, 2),
        6,
        track_running_stats=False,
        batched=False,
    ),
    channels("BatchNorm3d", nn.BatchNorm3d, (2, 3, 2, 2, 2), 6),
    channels("InstanceNorm1d", nn.InstanceNorm1d, (2, 3, 5), 0),
    channels("InstanceNorm2d", nn.InstanceNorm2d, (2, 3, 4, 2), 0),
    channels("InstanceNorm2d(affine=True)", nn.InstanceNorm2d, (2, 3, 4, 2), 6, affine=True),
    channels("InstanceNorm2d(track_running_stats=True)", nn.InstanceNorm2d, (2, 3, 4, 2), 0, track_running_stats=True),
    channels("InstanceNorm3d", nn.InstanceNorm3d, (2, 3, 2, 2, 2), 0),
    channels("LayerNorm", nn.LayerNorm, (2, 4, 3), 6),
    channels("LayerNorm(bias=False)", nn.LayerNorm, (2, 4, 3), 3, bias=False),
    channels("LayerNorm(elementwise_affine=False)", nn.LayerNorm, (2, 4, 3), 0, elementwise_affine=False),
    Case("LayerNorm((4, 3))", lambda rng, dtype: nn.LayerNorm((4, 3), dtype=dtype), ((2, 4, 3),), (2, 4, 3), 24),
    channels("RMSNorm", nn.RMSNorm, (2, 4, 3), 3),
    channels("RMSNorm(elementwise_affine=False)", nn.RMSNorm, (2, 4, 3), 0, elementwise_affine=False),
    Case("GroupNorm", lambda rng, dtype: nn.GroupNorm(2, 6, dtype=dtype), ((2, 6, 4, 3),), (2, 6, 4, 3), 12),
    Case("GroupNorm on features", lambda rng, dtype: nn.GroupNorm(2, 6, dtype=dtype), ((2, 6),), (2, 6), 12),
    Case(
        "GroupNorm(affine=False)",
        lambda rng, dtype: nn.GroupNorm(2, 6, affine=False, dtype=dtype),
        ((2, 6, 3),),
        (2, 6, 3),
    ),
    Case(
        "WeightNorm",
        lambda rng, dtype: nn.WeightNorm(nn.Linear(3, 4, rng=rng, dtype=dtype)),
        ((5, 3),),
        (5, 4),
        20,
    ),
    Case(
        "WeightNorm(axis=1)",
        lambda rng, dtype: nn.WeightNorm(nn.Linear(3, 4, bias=False, rng=rng, dtype=dtype), axis=1),
        ((5, 3),),
        (5, 4),
        15,
    ),
    Case(
        "SpectralNorm",
        lambda rng, dtype: nn.SpectralNorm(nn.Linear(3, 4, rng=rng, dtype=dtype), rng=rng),
        ((5, 3),),
        (5, 4),
        16,
        random=True,  # in training each call moves its vectors
    ),
    Case(
        "AdaIN",
        lambda rng, dtype: nn.AdaIN(3, 2, rng=rng, dtype=dtype),
        ((5, 3, 2, 2), (5, 2)),
        (5, 3, 2, 2),
        18,
    ),
    Case(
        "ConditionalBatchNorm(num_classes)",
        lambda rng, dtype: nn.ConditionalBatchNorm(3, num_classes=4, rng=rng, dtype=dtype),
        ((5, 3, 2, 2), lambda rng, dtype: rng.integers(0, 4, 5)),
        (5, 3, 2, 2),
        24,
        batched=False,
    ),
    Case(
        "ConditionalBatchNorm(condition_features)",
        lambda rng, dtype: nn.ConditionalBatchNorm(3, condition_features=4, rng=rng, dtype=dtype),
        ((5, 3), (5, 4)),
        (5, 3),
        24,
    ),
    Case(
        "SqueezeExcite",
        lambda rng, dtype: nn.SqueezeExcite(6, 2, rng=rng, dtype=dtype),
        ((5, 6, 2, 2),),
        (5, 6, 2, 2),
        45,
        smooth=False,
    ),
    Case("LocalResponseNorm", lambda rng, dtype: nn.LocalResponseNorm(3, 0.5), ((2, 5, 3, 2),), (2, 5, 3, 2)),
]
