"""Losses of generative adversarial networks, each by three functions of one logit.

D(x) = σ(c(x)) is the discriminator's probability that x is real, c its logit. Each game is a line of a table: what a
logit costs the discriminator on real samples and on fakes, and what it costs the generator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from ...transforms import grad
from ..errors import ShapeError
from ..functional.activations import relu
from ..random import ShapesOnly
from .binary import softplus
from .reduction import reduced

__all__ = [
    "AdversarialLoss",
    "gradient_penalty",
    "hinge_gan",
    "least_squares",
    "minimax",
    "non_saturating",
    "r1_penalty",
    "wasserstein",
]


class AdversarialLoss:
    """What the two players of a game minimise.

    game.discriminator(real, fake)  of the logits of real samples and of fakes, arrays of any shapes
    game.generator(fake)            of the logits of fakes
    game(real, fake)                the pair of both

    Each takes a reduction "mean", "sum" or "none" (of the discriminator, "none" gives the pair of arrays).
    """

    def __init__(self, name: str, on_real: Callable, on_fake: Callable, of_generator: Callable, doc: str):
        self.__name__, self.__doc__ = name, doc
        self._on_real, self._on_fake, self._of_generator = on_real, on_fake, of_generator

    def discriminator(self, real: Any, fake: Any, reduction: str = "mean") -> Any:
        """What the discriminator minimises."""
        on_real = reduced(self.__name__, self._on_real(real), reduction)
        on_fake = reduced(self.__name__, self._on_fake(fake), reduction)
        return (on_real, on_fake) if reduction == "none" else on_real + on_fake

    def generator(self, fake: Any, reduction: str = "mean") -> Any:
        """What the generator minimises."""
        return reduced(self.__name__, self._of_generator(fake), reduction)

    def __call__(self, real: Any, fake: Any, reduction: str = "mean") -> tuple[Any, Any]:
        return self.discriminator(real, fake, reduction), self.generator(fake, reduction)

    def __repr__(self):
        return f"<adversarial loss {self.__name__}>"


minimax = AdversarialLoss(
    "minimax",
    lambda real: softplus(-real),
    lambda fake: softplus(fake),
    lambda fake: -softplus(fake),
    """V = E log D(x) + E log(1 - D(G(z))): the discriminator minimises -V, the generator V, as far as it can.

    Both from logits, exactly. At the equilibrium V = -log 4. The generator's loss is flat, "saturated", where the
    discriminator is sure; see `non_saturating`. Source: Goodfellow et al. 2014, Algorithm 1.

    >>> d, g = minimax(np.zeros(4), np.zeros(4))
    >>> -d.round(4), g.round(4)
    (np.float64(-1.3863), np.float64(-0.6931))
    """,
)
non_saturating = AdversarialLoss(
    "non_saturating",
    lambda real: softplus(-real),
    lambda fake: softplus(fake),
    lambda fake: softplus(-fake),
    """The discriminator minimises -E log D(x) - E log(1 - D(G(z))), the generator -E log D(G(z)).

    Source: Goodfellow et al. 2014, section 3.

    >>> non_saturating.generator(np.array([-1e4]))
    np.float64(10000.0)
    """,
)
hinge_gan = AdversarialLoss(
    "hinge_gan",
    lambda real: relu(1 - real),
    lambda fake: relu(1 + fake),
    lambda fake: -fake,
    """The discriminator minimises E max(0, 1 - c(x)) + E max(0, 1 + c(G(z))), the generator -E c(G(z)).

    Sources: Lim and Ye 2017; Miyato et al. 2018; BigGAN.

    >>> hinge_gan(np.array([2.0, 0.0]), np.array([-0.5]))
    (np.float64(1.0), np.float64(0.5))
    """,
)
least_squares = AdversarialLoss(
    "least_squares",
    lambda real: np.square(real - 1) / 2,
    lambda fake: np.square(fake) / 2,
    lambda fake: np.square(fake - 1) / 2,
    """The discriminator minimises E (c(x) - 1)²/2 + E c(G(z))²/2, the generator E (c(G(z)) - 1)²/2.

    Source: Mao et al. 2017, equation 9.

    >>> least_squares(np.array([1.0]), np.array([0.0]))
    (np.float64(0.0), np.float64(0.5))
    """,
)
wasserstein = AdversarialLoss(
    "wasserstein",
    lambda real: -1 * real,
    lambda fake: 1 * fake,
    lambda fake: -1 * fake,
    """The critic minimises E c(G(z)) - E c(x), the generator -E c(G(z)).

    With c of Lipschitz constant 1 (`gradient_penalty`) the critic's loss is minus the Wasserstein distance, at best.
    Source: Arjovsky et al. 2017.

    >>> wasserstein(np.array([3.0]), np.array([1.0]))
    (np.float64(-2.0), np.float64(-1.0))
    """,
)


def _slopes(name, critic, x):
    """‖∇c(x)‖² for each sample, as a function that is differentiated again."""

    def total(x):
        scores = critic(x)
        count = int(np.prod(shape_of(scores), dtype=int))
        if count != shape_of(x)[0]:
            raise ShapeError.of(
                f"{name}'s critic", f"samples to one score each, ({shape_of(x)[0]},)", shape_of(scores),
                "end it in one output",
            )  # fmt: skip
        return np.sum(scores)

    gradient = grad(total)(x)
    return np.reshape(gradient, (shape_of(x)[0], -1))


def gradient_penalty(critic: Callable, real: Any, fake: Any, rng: Any, target: float = 1.0) -> Any:
    """E (‖∇c(x̂)‖ - target)², at x̂ = ε x + (1 - ε) G(z) with ε uniform on [0, 1], one for each sample.

    critic      x → scores, (N, ...) → (N,) or (N, 1); no sample may influence another's score, as batch normalisation
                makes it
    real, fake  samples, (N, ...), of one shape
    rng         a np.random.Generator or a seed, for ε

    Its gradient by the critic's parameters is one of a gradient, which any transformation around it takes.
    Source: Gulrajani et al. 2017, who weigh it by 10.

    >>> x = np.ones((4, 2))
    >>> float(gradient_penalty(lambda x: x @ np.array([3.0, 4.0]), x, -x, 0))  # (5 - 1)²
    16.0
    """
    if shape_of(real) != shape_of(fake):
        raise ShapeError.of(
            "gradient_penalty's fake", f"the shape {shape_of(real)} of real", shape_of(fake), "draw as many fakes"
        )
    _check_batch("gradient_penalty", real)
    if isinstance(rng, ShapesOnly):
        raise TypeError("gradient_penalty draws numbers: rng is a numpy.random.Generator or a seed")
    rng = np.random.default_rng(rng)
    epsilon = rng.random((shape_of(real)[0],) + (1,) * (len(shape_of(real)) - 1)).astype(dtype_of(real))
    between = epsilon * real + (1 - epsilon) * fake
    slopes = np.linalg.norm(_slopes("gradient_penalty", critic, between), axis=1)
    return np.mean(np.square(slopes - target))


def r1_penalty(critic: Callable, real: Any, gamma: float = 1.0) -> Any:
    """γ/2 E ‖∇c(x)‖² at real samples x.

    critic  x → scores, (N, ...) → (N,) or (N, 1)
    real    samples, (N, ...)

    Source: Mescheder et al. 2018, equation 9; StyleGAN.

    >>> float(r1_penalty(lambda x: x @ np.array([3.0, 4.0]), np.ones((4, 2))))
    12.5
    """
    _check_batch("r1_penalty", real)
    return gamma / 2 * np.mean(np.sum(np.square(_slopes("r1_penalty", critic, real)), axis=1))


def _check_batch(name, x):
    if not shape_of(x) or not shape_of(x)[0]:
        raise ShapeError.of(name, "samples (N, ...)", shape_of(x), "give it one or more")
