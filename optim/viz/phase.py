"""How fast momentum converges on a quadratic, for every learning rate and every memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .grid import colour_map, new_axes

__all__ = ["convergence_rate", "phase"]


def convergence_rate(learning_rate, beta, eigenvalues):
    """The factor by which an error shrinks in each step of v ← β v + ∇f, x ← x - α v, in the long run.

        max |σ| over λ and the two roots σ of  σ² - (1 + β - α λ) σ + β = 0

    learning_rate, beta  α, β, which broadcast
    eigenvalues          λ of the Hessian, shape (n,)

    >>> float(convergence_rate(0.5, 0.0, [1.0]))
    0.5
    """
    alpha, beta = (np.asarray(each, dtype=float)[..., None] for each in (learning_rate, beta))
    half = (1 + beta - alpha * np.asarray(eigenvalues, dtype=float)) / 2
    root = np.sqrt((half**2 - beta).astype(complex))
    return np.maximum(np.abs(half + root), np.abs(half - root)).max(axis=-1)


def phase(eigenvalues: Sequence[float], *, points: int = 240, ax=None):
    """The rate over learning rate and momentum for a quadratic with these eigenvalues; returns the Axes.

    eigenvalues  of the Hessian, positive; the rate is that of the slowest of them

    The white region diverges. Lines of critical damping, β = (1 - √(α λ))², bound where each eigenvalue oscillates;
    they cross in the best choice, the star:

        α = (2 / (√L + √μ))²,    β = ((√L - √μ) / (√L + √μ))²,    rate √β

    for the largest and the smallest eigenvalue, L and μ. Source: Polyak 1964; Goh 2017, "Why momentum really works".
    """
    spectrum = np.asarray(eigenvalues, dtype=float)
    if spectrum.ndim != 1 or not spectrum.size or not (spectrum > 0).all():
        raise ValueError(f"the eigenvalues must be a vector of positive numbers, not {spectrum!r}")
    least, largest = spectrum.min(), spectrum.max()
    alphas, betas = np.linspace(0, 4 / largest, points + 1)[1:], np.linspace(0, 1, points + 1)[:-1]
    rates = convergence_rate(alphas[None, :], betas[:, None], spectrum)  # (β, α)
    ax = new_axes() if ax is None else ax
    levels = np.concatenate([np.linspace(0, 0.9, 10), [0.95, 1.0]])
    shown = np.where(rates < 1, rates, np.nan)
    filled = ax.contourf(alphas, betas, shown, levels=levels, cmap=colour_map())
    ax.contour(alphas, betas, shown, levels=levels[1:-1], colors="white", linewidths=0.5, alpha=0.7)
    ax.contour(alphas, betas, rates, levels=[1.0], colors="black", linewidths=1.2)
    for value, dash in ((largest, "--"), (least, ":")):
        line = np.linspace(0, min(4 / largest, 4 / value), 400)
        ax.plot(line, (1 - np.sqrt(line * value)) ** 2, color="black", linestyle=dash, linewidth=1.3,
                label=rf"critical damping of $\lambda$ = {value:.3g}")  # fmt: skip
    total = np.sqrt(largest) + np.sqrt(least)
    best = (2 / total) ** 2, ((np.sqrt(largest) - np.sqrt(least)) / total) ** 2
    ax.plot(*best, "*", color="#d55e00", markersize=15, markeredgecolor="black", zorder=4, linestyle="",
            label=rf"best: $\alpha$ = {best[0]:.3g}, $\beta$ = {best[1]:.3g}, rate {np.sqrt(best[1]):.3g}")  # fmt: skip
    ax.figure.colorbar(filled, ax=ax, label="rate: factor of the error in a step", ticks=levels[::2])
    ax.set(xlabel=r"learning rate $\alpha$", ylabel=r"momentum $\beta$", xlim=(0, 4 / largest), ylim=(0, 1))
    ax.legend(loc="lower right", fontsize="small")
    return ax
