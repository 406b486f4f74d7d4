"""Padding layers."""

from autodiff import nn
from tests.nn.case import Case


def _pads(make, smallest):
    """A layer for one, two and three axes, with different widths on each side."""
    found = []
    for axes in (1, 2, 3):
        widths = tuple(k % (smallest + 1) for k in range(1, 2 * axes + 1))
        shape = (2, 1, 3, 4, 3)[: 2 + axes]
        name, layer, extra = make(axes)
        size = [n + widths[2 * k] + widths[2 * k + 1] for k, n in enumerate(reversed(shape[2:]))]
        found.append(
            Case(
                name,
                lambda rng, dtype, layer=layer, widths=widths, extra=extra: layer(widths, *extra),
                (shape,),
                (*shape[:2], *reversed(size)),
            )
        )
    return found


CASES = [
    *_pads(lambda k: (f"ZeroPad{k}d", getattr(nn, f"ZeroPad{k}d"), ()), 3),
    *_pads(lambda k: (f"ConstantPad{k}d", getattr(nn, f"ConstantPad{k}d"), (1.5,)), 3),
    *_pads(lambda k: (f"ReflectionPad{k}d", getattr(nn, f"ReflectionPad{k}d"), ()), 2),
    *_pads(lambda k: (f"ReplicationPad{k}d", getattr(nn, f"ReplicationPad{k}d"), ()), 3),
    *_pads(lambda k: (f"CircularPad{k}d", getattr(nn, f"CircularPad{k}d"), ()), 3),
    Case("ZeroPad2d(-1)", lambda rng, dtype: nn.ZeroPad2d((-1, 1, 0, -1)), ((2, 1, 3, 4),), (2, 1, 2, 4)),
]
