"""The house style of the pictures, and how a figure becomes a PNG."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Dark, middle and light in turn, each with its own dash: lines stay apart in greyscale and for colour-blind readers
# (hues after Okabe and Ito 2008, "Color Universal Design").
COLOURS = ("#10375c", "#d55e00", "#4fb3a2", "#a05195", "#7f8c8d", "#e0a400")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")

_DPI = 130


@contextmanager
def house_style():
    """Matplotlib's settings for every demo, restored afterwards; draws without a screen."""
    import matplotlib
    from cycler import cycler

    settings = {
        "backend": "agg",
        "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.titlepad": 9,
        "axes.labelsize": 10,
        "axes.edgecolor": "#555555",
        "axes.labelcolor": "#222222",
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "xtick.color": "#444444",
        "ytick.color": "#444444",
        "legend.fontsize": 9,
        "legend.frameon": True,
        "legend.framealpha": 0.9,
        "legend.edgecolor": "#dddddd",
        "grid.color": "#e6e6e6",
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "round",
        "figure.facecolor": "white",
        "image.cmap": "cividis",
        "mathtext.fontset": "cm",
    }
    with matplotlib.rc_context(settings):
        yield


def figure(width: float = 9.0, height: float = 4.5) -> Figure:
    """An empty figure of that many inches that arranges its axes itself; it belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def png(drawn: Figure) -> bytes:
    """The figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    # No software version and no date inside: the same picture is the same file.
    drawn.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    return buffer.getvalue()
