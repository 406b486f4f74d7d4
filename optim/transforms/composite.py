"""Transforms that contain others."""

from __future__ import annotations

from typing import Any

import numpy as np

from .transform import Transform, Workspace

__all__ = ["Composite", "Wrapper"]


class Composite(Transform):
    """A transform made of `parts`; it needs what they need."""

    parts: tuple[Transform, ...]

    @property
    def needs_x(self) -> bool:  # type: ignore[override]
        return any(part.needs_x for part in self.parts)

    @property
    def needs_value(self) -> bool:  # type: ignore[override]
        return any(part.needs_value for part in self.parts)

    @property
    def needs_loss(self) -> bool:  # type: ignore[override]
        return any(part.needs_loss for part in self.parts)


class Wrapper(Composite):
    """A transform around one other, `inner`, whose state is state["inner"]."""

    inner: Transform

    @property
    def parts(self) -> tuple[Transform, ...]:  # type: ignore[override]
        return (self.inner,)

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{type(self).__name__.lower()}({self.inner.name})"

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return self.inner.evaluation(state["inner"], x, workspace)
