"""A learning rate that falls where training no longer gets better."""

from __future__ import annotations

from ..errors import ModelError
from .callback import Callback
from .stopping import Monitor

__all__ = ["ReduceOnPlateau"]


class ReduceOnPlateau(Callback):
    """Every step is multiplied by s; s ← γ s after more than `patience` epochs in a row without a new best.

    monitor    a column of the epochs
    factor     γ
    patience   epochs
    min_delta  by how much a value must be better than the best to count
    cooldown   epochs after s fell that do not count
    smallest   s stays at least this
    largest    whether better is larger

    s multiplies whatever rate the optimizer's own schedule gives.
    """

    order = 40

    def __init__(
        self,
        monitor: str = "validation_loss",
        factor: float = 0.1,
        patience: int = 10,
        min_delta: float = 0.0,
        cooldown: int = 0,
        smallest: float = 0.0,
        largest: bool = False,
    ):
        if not 0 < factor < 1:
            raise ModelError(f"factor is between 0 and 1, but it is {factor!r}")
        for name, value in (("patience", patience), ("cooldown", cooldown), ("smallest", smallest)):
            if value < 0:
                raise ModelError(f"{name} is at least 0, but it is {value!r}")
        self.monitor, self.factor, self.patience = Monitor(monitor, min_delta, largest), factor, patience
        self.cooldown, self.smallest = cooldown, smallest
        self.bad = self.cooling = 0

    def fit_started(self, run):
        if not hasattr(run.optimizer_state, "scale"):
            raise ModelError(f"the state of {run.optimizer!r} has no `scale` that multiplies its steps")

    def epoch_ended(self, run):
        if self.monitor.improves(self.monitor.value(run)):
            self.bad = 0
        elif self.cooling:
            self.cooling -= 1
        else:
            self.bad += 1
        if self.bad > self.patience:
            run.optimizer_state.scale = max(run.optimizer_state.scale * self.factor, self.smallest)
            self.bad, self.cooling = 0, self.cooldown

    def state(self):
        return {"best": float(self.monitor.best), "bad": self.bad, "cooling": self.cooling}

    def restore(self, saved):
        self.monitor.best, self.bad, self.cooling = saved["best"], saved["bad"], saved["cooling"]
