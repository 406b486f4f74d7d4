"""Two networks that train each other: generative adversarial networks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np

from ... import tree
from ...transforms import stop_gradient, value_and_grad
from .. import losses
from ..data import DataLoader
from ..errors import ModelError
from ..module import Module
from .evaluation import batch_length
from .history import TrainingHistory

__all__ = ["fit_gan"]

GAMES = {
    "minimax": losses.minimax,
    "non_saturating": losses.non_saturating,
    "hinge": losses.hinge_gan,
    "least_squares": losses.least_squares,
    "wasserstein": losses.wasserstein,
}
PENALTIES = {  # (discriminator, x, fake, rng) → scalar, and what it is weighed by
    "gradient": (losses.gradient_penalty, 10.0),
    "r1": (lambda discriminator, x, fake, rng: losses.r1_penalty(discriminator, x), 1.0),
}


def fit_gan(
    generator: Module,
    discriminator: Module,
    data: Any,
    *,
    noise: int | Callable[[np.random.Generator, int], Any],
    optimizers: tuple[Any, Any],
    loss: Any = "minimax",
    k: int = 1,
    epochs: int = 1,
    steps: int | None = None,
    batch_size: int = 64,
    seed: int = 0,
    penalty: str | Callable | None = None,
    penalty_weight: float | None = None,
    callback: Callable[[int, Module, Module], Any] | None = None,
    progress: bool = True,
) -> TrainingHistory:
    """Trains a generator G and a discriminator D against each other, in place (Goodfellow et al. 2014, Algorithm 1):

        for each iteration:
            k times:  x from the data, z from the noise, as many;  a step of D with the gradient of
                      minimax   -mean log D(x) - mean log(1 - D(G(z)))
            z from the noise;  a step of G with the gradient of
                      minimax         mean log(1 - D(G(z)))
                      non_saturating  -mean log D(G(z))

    generator, discriminator  modules; the discriminator returns logits, so that D is the sigmoid of what it returns
    data        an array (n, ...), a dataset or a loader; of a batch the first part is x
    noise       (rng, n) → z, (n, ...); or d, for normal numbers of shape (n, d)
    optimizers  of the generator and of the discriminator
    loss        "minimax", "non_saturating", "hinge", "least_squares", "wasserstein", or what has .discriminator(real,
                fake) and .generator(fake), functions of logits, as the games of nn.losses have
    k           steps of D for each of G
    epochs, steps  how often to go through the data; iterations, where training shall end sooner
    seed        of the order of the data, and of the noise
    penalty     "gradient" (nn.losses.gradient_penalty), "r1" (nn.losses.r1_penalty), or a function (discriminator, x,
                fake, rng) → scalar; it is added to what D minimises
    penalty_weight  by default 10 for "gradient", else 1
    callback    (iterations so far, generator, discriminator) → anything; called after each iteration
    progress    whether to show a bar

    Returns a history, with a row of `steps` for each iteration: discriminator_loss (of the last of the k, with its
    penalty), generator_loss, and the means of the logits, real and fake. A KeyboardInterrupt ends training, with the
    history and the models as they are then.

    >>> import numpy as np, optim
    >>> from autodiff import nn
    >>> x = np.random.default_rng(0).normal(3, 1, (256, 1)).astype(np.float32)
    >>> G, D = nn.Linear(1, 1, rng=0), nn.Linear(1, 1, rng=1)
    >>> optimizers = optim.adam(0.02), optim.adam(0.02)
    >>> h = nn.fit_gan(G, D, x, noise=1, optimizers=optimizers, loss="wasserstein", epochs=2, progress=False)
    >>> len(h.steps), h.steps.columns[1:3]
    (8, ('discriminator_loss', 'generator_loss'))
    """
    if isinstance(loss, str) and loss not in GAMES:
        raise ModelError(f"loss is one of {', '.join(GAMES)}, or a game of nn.losses, not {loss!r}")
    if isinstance(penalty, str) and penalty not in PENALTIES:
        raise ModelError(f"penalty is one of {', '.join(PENALTIES)}, a function or None, not {penalty!r}")
    if not (isinstance(k, int) and k >= 1):
        raise ModelError(f"k is a whole number that is at least 1, but it is {k!r}")
    game: Any = GAMES[loss] if isinstance(loss, str) else loss
    penalised, weight = PENALTIES[penalty] if isinstance(penalty, str) else (penalty, 1.0)
    weight = weight if penalty_weight is None else penalty_weight
    loader = data if isinstance(data, DataLoader) else DataLoader(data, batch_size, seed=seed, drop_last=False)
    rng = np.random.default_rng((seed, 1))
    draw = (lambda rng, n: rng.standard_normal((n, noise), np.float32)) if isinstance(noise, int) else noise
    optimizer_g, optimizer_d = optimizers
    state_g, state_d = optimizer_g.init(generator), optimizer_d.init(discriminator)

    def loss_of_discriminator(discriminator, x, fake):
        real_logits, fake_logits = discriminator(x), discriminator(fake)
        value = game.discriminator(real_logits, fake_logits)
        if penalised is not None:
            value = value + weight * penalised(discriminator, x, fake, rng)
        return value, (stop_gradient(real_logits).mean(), stop_gradient(fake_logits).mean())

    def loss_of_generator(generator, z):
        return game.generator(discriminator(generator(z)))

    gradient_d = value_and_grad(loss_of_discriminator, has_aux=True)
    gradient_g = value_and_grad(loss_of_generator)
    history, models = TrainingHistory(), (generator, discriminator)
    modes = [(module, module.training) for model in models for _, module in model.named_modules()]
    iterations = _iterations(loader, k, epochs, steps)
    if progress:
        from tqdm.auto import tqdm

        total = epochs * len(loader) // k
        iterations = tqdm(iterations, total=total if steps is None else min(total, steps))
    try:
        for model in models:
            model.train()
        for number, batches in enumerate(iterations, start=1):
            value_d, means = float("nan"), (float("nan"),) * 2
            for batch in batches:
                fake = generator(draw(rng, batch_length(batch)))
                (value_d, means), gradient = gradient_d(discriminator, batch[0], fake)
                optimizer_d.step_(gradient, state_d, discriminator, **_given(optimizer_d, value_d))
            value_g, gradient = gradient_g(generator, draw(rng, batch_length(batches[-1])))
            optimizer_g.step_(gradient, state_g, generator, **_given(optimizer_g, value_g))
            history.steps.append(
                step=number, discriminator_loss=value_d, generator_loss=value_g, real=means[0], fake=means[1]
            )  # fmt: skip
            if callback is not None:
                callback(number, generator, discriminator)
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        if progress:
            iterations.close()  # pyright: ignore
        for module, mode in modes:
            module.training = mode
    for model, optimizer, state in ((generator, optimizer_g, state_g), (discriminator, optimizer_d, state_d)):
        if hasattr(optimizer, "eval_params"):
            for own, better in zip(tree.leaves(model), tree.leaves(optimizer.eval_params(state, model)), strict=True):
                own[...] = better
    return history


def _iterations(loader, k, epochs, steps):
    """Lists of k batches, one after the other through all epochs."""
    batches, count = [], 0
    for epoch in range(epochs):
        with closing(loader.batches(epoch)) as made:
            for batch in made:
                batches.append(batch)
                if len(batches) == k:
                    if steps is not None and count >= steps:
                        return
                    yield batches
                    batches, count = [], count + 1


def _given(optimizer, value):
    if getattr(optimizer, "needs_loss", False):
        raise ModelError(f"{optimizer!r} evaluates the loss again, which a game does not offer; take another optimizer")
    return {"value": float(value)} if getattr(optimizer, "needs_value", False) else {}
