"""The parameters of recurrences, and how those of gated recurrent units differ from PyTorch's in a state dict."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import init
from ..errors import LoadError, ModelError
from ..walking import ArrayAt

__all__ = ["exported_of_gru", "imported_of_gru", "parameters_of_recurrence", "set_forget_bias"]


def parameters_of_recurrence(
    gates: int, input_size: int, hidden_size: int, bias: bool, rng: Any, dtype: Any
) -> dict[str, np.ndarray]:
    """The parameters of one recurrence by name, in the order of PyTorch, uniform in ±1/√H."""
    rows, bound = gates * hidden_size, hidden_size**-0.5
    shapes: dict[str, tuple] = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    return {name: init.uniform(rng, shape, dtype, low=-bound, high=bound) for name, shape in shapes.items()}


def set_forget_bias(bias_ih: Any, bias_hh: Any, value: float) -> None:
    """Lets the biases of an LSTM's forget gate start from a value, in sum. Raises ModelError where there are none."""
    if bias_ih is None:
        raise ModelError("forget_bias is the start of a bias, but with bias=False there is none")
    if bias_ih.flags.writeable:  # otherwise it stands for a shape
        forget = slice(len(bias_ih) // 4, len(bias_ih) // 2)
        bias_ih[forget], bias_hh[forget] = value, 0


def exported_of_gru(at: ArrayAt, reset_after: bool) -> list:
    """The entries of a state dict for a parameter.

    Where the reset comes before the product, PyTorch has no such layer, and its names and shapes are the same: an entry
    `reset_before...` beside each recurrent weight tells the two apart.
    """
    entries = [(at.path, _with_the_update_negated(at.array))]
    return entries if reset_after or not _is_marked(at) else [*entries, (_mark(at), np.array(True))]


def imported_of_gru(at: ArrayAt, state: dict[str, Any], found: Any, reset_after: bool) -> Any:
    """The parameter out of `found`, the array of its name in a state dict.

    Raises LoadError where the numbers are those of a layer with the reset after the product, such as PyTorch's.
    """
    if not reset_after and _is_marked(at) and found is not None and state.pop(_mark(at), None) is None:
        raise LoadError(
            f"{at.path} is of a GRU whose reset comes after the product, as PyTorch's does, but here it comes before: "
            "the same numbers would compute something else. Make the layer with reset_after=True"
        )
    return _with_the_update_negated(found)


def _is_marked(at):
    return at.name.startswith("weight_hh")


def _mark(at):
    return at.prefix + at.local.replace("weight_hh", "reset_before")


def _with_the_update_negated(array):
    """A weight or bias of a GRU with the other sign in the rows of the update gate: σ(-z) = 1 - σ(z)."""
    if array is None or len(array) % 3:
        return array
    hidden = len(array) // 3
    signs = np.repeat(np.asarray([1, -1, 1], array.dtype), hidden)
    return array * signs.reshape(-1, *(1,) * (array.ndim - 1))
