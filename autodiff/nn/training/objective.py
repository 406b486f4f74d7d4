"""The two ways to write a loss, and how one is told from the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..errors import ModelError
from ..module import Module

__all__ = ["Supervised", "supervised"]


class Supervised:
    """ℓ(model(*inputs), target), as a function of the model and of a batch whose last part is the target."""

    def __init__(self, loss: Callable[[Any, Any], Any]):
        self.loss = loss

    def __call__(self, model: Any, *batch: Any) -> Any:
        return self.loss(model(*batch[:-1]), batch[-1])

    def __repr__(self):
        return f"supervised({getattr(self.loss, '__name__', self.loss)})"


def supervised(loss: Callable[[Any, Any], Any]) -> Supervised:
    """The function (model, *inputs, target) → loss(model(*inputs), target).

    >>> supervised(lambda prediction, target: (prediction - target) ** 2)(lambda x: 2 * x, 3.0, 5.0)
    1.0
    """
    return loss if isinstance(loss, Supervised) else Supervised(loss)


def as_objective(function: Callable, parts: int, what: str = "the loss") -> Callable:
    """A function of the model and the `parts` arrays of a batch, from either way to write it.

        function(model, *batch)           takes parts + 1 arguments
        function(prediction, target)      takes 2, where batches have two parts or more: `supervised` is put around it

    Arguments with defaults do not count; a module, such as nn.CrossEntropyLoss(), is of the second kind. Raises
    ModelError where it is neither.
    """
    if isinstance(function, Supervised):
        return function
    if not callable(function):
        raise ModelError(f"{what} is a function of (prediction, target) or of (model, *batch), not {function!r}")
    if isinstance(function, Module) and parts >= 2:
        return Supervised(function)
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = None
    if parameters is not None:
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        required = sum(p.default is p.empty for p in positional)
        takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        if required == parts + 1 or (takes_any and required <= 1):
            return function
        if required == 2 and parts >= 2:
            return Supervised(function)
    name = getattr(function, "__name__", type(function).__name__)
    raise ModelError(
        f"{what}, {name}, is neither a function of (prediction, target) nor one of the model and the {parts} "
        f"array{'' if parts == 1 else 's'} of a batch; write lambda model, "
        f"{', '.join(('x', 'y', 'z')[:parts] if parts <= 3 else ['*batch'])}: ..., or nn.supervised(lambda prediction, "
        "target: ...)"
    )
