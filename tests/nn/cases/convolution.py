"""Convolutional layers and their transposes."""

from autodiff import nn
from tests.nn.case import Case


def _of(layer, *args, **options):
    return lambda rng, dtype: layer(*args, **options, rng=rng, dtype=dtype)


CASES = [
    Case("Conv1d", _of(nn.Conv1d, 2, 3, 3), ((2, 2, 7),), (2, 3, 5), 21),
    Case(
        "Conv1d(padding='causal')", _of(nn.Conv1d, 2, 3, 3, padding="causal", dilation=2), ((2, 2, 7),), (2, 3, 7), 21
    ),
    Case("Conv1d(padding='same')", _of(nn.Conv1d, 2, 3, 4, padding="same"), ((2, 2, 7),), (2, 3, 7), 27),
    Case("Conv2d", _of(nn.Conv2d, 2, 3, (2, 3)), ((2, 2, 4, 5),), (2, 3, 3, 3), 39),
    Case("Conv2d(bias=False)", _of(nn.Conv2d, 2, 3, 3, padding=1, bias=False), ((2, 2, 4, 5),), (2, 3, 4, 5), 54),
    Case("Conv2d(stride=2)", _of(nn.Conv2d, 2, 3, 3, 2, 1), ((2, 2, 5, 6),), (2, 3, 3, 3), 57),
    Case("Conv2d(groups=2)", _of(nn.Conv2d, 4, 6, 3, (1, 2), 1, groups=2), ((2, 4, 3, 4),), (2, 6, 3, 2), 114),
    Case("Conv2d(1)", _of(nn.Conv2d, 3, 4, 1), ((2, 3, 2, 3),), (2, 4, 2, 3), 16),
    Case(
        "Conv2d(padding_mode='reflect')",
        _of(nn.Conv2d, 1, 2, 3, padding=(1, 2), dilation=(1, 2), padding_mode="reflect"),
        ((2, 1, 4, 5),),
        (2, 2, 4, 5),
        20,
    ),
    Case(
        "Conv2d(padding_mode='circular')",
        _of(nn.Conv2d, 1, 2, 3, padding="same", padding_mode="circular"),
        ((2, 1, 3, 4),),
        (2, 2, 3, 4),
        20,
    ),
    Case("Conv3d", _of(nn.Conv3d, 1, 2, 2, padding=(0, 1, 0)), ((2, 1, 3, 2, 3),), (2, 2, 2, 3, 2), 18),
    Case("ConvTranspose1d", _of(nn.ConvTranspose1d, 2, 3, 3), ((2, 2, 4),), (2, 3, 6), 21),
    Case(
        "ConvTranspose1d(output_padding=1)",
        _of(nn.ConvTranspose1d, 2, 3, 3, 2, 1, 1),
        ((2, 2, 4),),
        (2, 3, 8),
        21,
    ),
    Case(
        "ConvTranspose2d(stride=2)",
        _of(nn.ConvTranspose2d, 4, 2, (3, 2), 2, (1, 0), groups=2),
        ((2, 4, 3, 2),),
        (2, 2, 5, 4),
        26,
    ),
    Case(
        "ConvTranspose2d(dilation=2)",
        _of(nn.ConvTranspose2d, 2, 1, 2, dilation=2, bias=False),
        ((2, 2, 2, 3),),
        (2, 1, 4, 5),
        8,
    ),
    Case("ConvTranspose3d", _of(nn.ConvTranspose3d, 1, 2, 2, 2), ((2, 1, 1, 2, 2),), (2, 2, 2, 4, 4), 18),
    Case("DepthwiseConv2d", _of(nn.DepthwiseConv2d, 3, 3, padding=1), ((2, 3, 3, 4),), (2, 3, 3, 4), 30),
    Case(
        "DepthwiseConv2d(multiplier=2)", _of(nn.DepthwiseConv2d, 2, 2, multiplier=2), ((2, 2, 3, 3),), (2, 4, 2, 2), 20
    ),
    Case("SeparableConv2d", _of(nn.SeparableConv2d, 2, 3, 3, padding=1), ((2, 2, 3, 4),), (2, 3, 3, 4), 27),
]
