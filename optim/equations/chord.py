"""Anderson's mixing for equations: the chord iteration, accelerated."""

from __future__ import annotations

from .iteration import Anderson

__all__ = ["anderson"]


def anderson(memory: int = 5, damping: float = 1.0) -> Anderson:
    """Anderson's mixing for F(x) = 0, of the chord iteration.

        x ← x - J(x₀)⁻¹ F(x)

    memory   how many differences of iterates and residuals are kept
    damping  β, as in `optim.equations.iteration.anderson`

    The Jacobian is evaluated once, at the start. Nothing makes ‖F‖ fall: start near the solution.
    """
    return Anderson(memory, damping, precondition=True)
