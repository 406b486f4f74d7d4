"""Axes to draw on, and the colours of pictures of networks."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["CLASSES", "MARKERS", "new_axes", "signed_limits"]

CLASSES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d31", "#6a3d9a", "#b15928")
"""Colours for classes that colour-blind readers tell apart (Okabe and Ito 2008, and three more); see MARKERS too."""

MARKERS = "osD^vP*X<>"
"""Their shapes, for print without colours."""


def new_axes(width: float = 6.4, height: float = 4.8) -> Any:
    """Axes of a new figure; showing or saving it is up to the caller."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width, height), layout="constrained").add_subplot()


def signed_limits(values: Any) -> dict[str, float]:
    """vmin and vmax of a scale of colours whose middle is 0."""
    reach = float(np.abs(values).max(initial=0.0)) or 1.0
    return {"vmin": -reach, "vmax": reach}
