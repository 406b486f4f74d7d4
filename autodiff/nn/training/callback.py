"""Callbacks: what else shall happen in the course of training, and how it may cut training short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import Run

__all__ = ["Callback", "CancelBatch", "CancelEpoch", "CancelFit"]

EVENTS = (
    "fit_started",
    "epoch_started",
    "batch_started",
    "gradient_found",
    "batch_ended",
    "epoch_ended",
    "fit_ended",
)


class CancelBatch(Exception):  # noqa: N818  (a message, not an error)
    """Raised by a callback: no step is made of this batch; training goes on with the next."""


class CancelEpoch(Exception):  # noqa: N818
    """Raised by a callback: the epoch ends here, with its evaluation; training goes on with the next."""


class CancelFit(Exception):  # noqa: N818
    """Raised by a callback: training ends here. Its text is what `history.stopped` then says."""


class Callback:
    """The base of all callbacks. A subclass overrides the events it wants to be told of; each gets the `Run`.

        fit_started                    before the first epoch; after a checkpoint was read, where one is resumed
          epoch_started
            batch_started              run.batch_arrays is there
            gradient_found             run.value, run.gradient are there, and no step was made yet
            batch_ended                after the step, or where the batch was left out
          epoch_ended                  run.history has the row of the epoch; run.epoch counts it
        fit_ended                      always, also after an error (run.error)

    Callbacks are called in the order of `order`, and in the order given where that is equal. Each may raise
    `CancelBatch`, `CancelEpoch` or `CancelFit`, which takes effect when all have been told of the event.

    What a callback must remember when training is resumed is told by `state`, dicts and lists of arrays and numbers,
    and given back to `restore`.

    >>> class StopAtLoss(Callback):
    ...     def __init__(self, loss):
    ...         self.loss = loss
    ...     def epoch_ended(self, run):
    ...         if run.history["loss"][-1] < self.loss:
    ...             raise CancelFit(f"the loss is below {self.loss}")
    """

    order = 0

    def fit_started(self, run: Run) -> None: ...

    def epoch_started(self, run: Run) -> None: ...

    def batch_started(self, run: Run) -> None: ...

    def gradient_found(self, run: Run) -> None: ...

    def batch_ended(self, run: Run) -> None: ...

    def epoch_ended(self, run: Run) -> None: ...

    def fit_ended(self, run: Run) -> None: ...

    def state(self) -> Any:
        """What is to be saved in a checkpoint."""
        return {}

    def restore(self, saved: Any) -> None:
        """Takes what `state` gave."""


def hooks(callbacks: list[Callback]) -> dict[str, list]:
    """For each event the methods to call, in order; those that do nothing are left out."""
    return {
        event: [getattr(c, event) for c in callbacks if getattr(type(c), event) is not getattr(Callback, event)]
        for event in EVENTS
    }
