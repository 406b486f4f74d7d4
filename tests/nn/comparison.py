"""Comparisons with PyTorch: outputs, and gradients of a weighted sum of them, with respect to everything that floats.

A comparison is of a function or of a module. The same one serves twice: its `options` make the golden vectors, which
are kept in tests/golden and need no PyTorch; its `drawn` options are compared live where PyTorch is installed.
"""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad

GOLDEN = Path(__file__).parent.parent / "golden"


@dataclass(frozen=True)
class Comparison:
    """What is compared.

    name     unique within its family (its file in tests/nn/peers)
    inputs   (rng, option) -> dict of arrays; the float64 ones are differentiated, and cast to the dtype under test
    ours     (inputs, option) -> result, an array or a tuple; with `module`: (module, inputs, option) -> result
    theirs   (torch, inputs, option) -> result;                with `module`: (torch, module, inputs, option) -> result
    options  the options of the golden vectors
    drawn    (rng) -> an option, for the live comparison; None: those above
    module   (option, rng, dtype) -> our module; its state dict must fit that of `peer`
    peer     (torch, option) -> their module
    """

    name: str
    inputs: Callable[[np.random.Generator, dict], dict]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    options: tuple[dict, ...] = ({},)
    drawn: Callable[[np.random.Generator], dict] | None = None
    module: Callable[..., Any] | None = None
    peer: Callable[..., Any] | None = None


def seed_of(comparison: Comparison, option: dict) -> int:
    return zlib.crc32(f"{comparison.name} {sorted(option.items())}".encode())


def _given(comparison, option, dtype, seed):
    """Inputs and module of a seed; both sides get the same numbers."""
    rng = np.random.default_rng(seed)
    inputs = comparison.inputs(rng, option)
    inputs = {name: x.astype(dtype) if getattr(x, "dtype", None) == np.float64 else x for name, x in inputs.items()}
    module = None
    if comparison.module is not None:
        module = comparison.module(option, rng, np.float64)
        for at in module.named_arrays():
            if at.kind == "parameter":  # also where the initial value is 0 or 1
                at.put(rng.standard_normal(at.array.shape) * 0.5)
        module = ad.tree.map(lambda p: p.astype(dtype), module)
    return inputs, module


def _weights(seed, k, shape):
    return np.random.default_rng((seed, k)).standard_normal(shape)


def _results(out):
    return list(out) if isinstance(out, tuple | list) else [out]


def ours_of(comparison: Comparison, option: dict, dtype: Any, seed: int) -> dict[str, np.ndarray]:
    """Our outputs "y0", "y1" ... and gradients "d <input>", "p <parameter>"."""
    inputs, module = _given(comparison, option, dtype, seed)
    floats = {name: x for name, x in inputs.items() if getattr(x, "dtype", None) == dtype}
    rest = {name: x for name, x in inputs.items() if name not in floats}

    def f(module, floats):
        given = {**rest, **floats}
        out = comparison.ours(given, option) if module is None else comparison.ours(module, given, option)
        results = _results(out)
        total = 0.0
        for k, y in enumerate(results):
            if y.dtype.kind == "f":
                total = total + (y * _weights(seed, k, y.shape).astype(dtype)).sum()
        return total, results

    (_, results), (of_module, of_floats) = ad.value_and_grad(f, argnums=(0, 1), has_aux=True)(module, floats)
    found = {f"y{k}": np.asarray(y) for k, y in enumerate(results)}
    found |= {f"d {name}": x for name, x in of_floats.items()}
    if of_module is not None:
        trained = {name for at in module.named_arrays() if at.kind == "parameter" for name, _ in at.owner.exported(at)}
        found |= {f"p {path}": p for path, p in of_module.state_dict().items() if path in trained}
    return found


def theirs_of(comparison: Comparison, option: dict, seed: int) -> dict[str, np.ndarray]:
    """The same from PyTorch, in float64."""
    import torch

    inputs, module = _given(comparison, option, np.float64, seed)
    tensors = {name: torch.as_tensor(x) if isinstance(x, np.ndarray) else x for name, x in inputs.items()}
    floats = {n: t.requires_grad_() for n, t in tensors.items() if getattr(t, "dtype", None) == torch.float64}
    if module is None:
        out = comparison.theirs(torch, tensors, option)
    else:
        peer = comparison.peer(torch, option).double()  # pyright: ignore
        peer.load_state_dict({path: torch.as_tensor(p) for path, p in module.state_dict().items()})
        out = comparison.theirs(torch, peer, tensors, option)
    results = _results(out)
    total = sum(
        (y * torch.as_tensor(_weights(seed, k, tuple(y.shape)))).sum()
        for k, y in enumerate(results)
        if y.dtype.is_floating_point
    )
    total.backward()  # pyright: ignore
    found = {f"y{k}": y.detach().numpy() for k, y in enumerate(results)}
    zero = {name: np.zeros(tuple(t.shape)) for name, t in floats.items()}
    found |= {f"d {name}": zero[name] if t.grad is None else t.grad.numpy() for name, t in floats.items()}
    if module is not None:
        for path, p in peer.named_parameters():  # pyright: ignore
            if p.requires_grad:
                found[f"p {path}"] = np.zeros(tuple(p.shape)) if p.grad is None else p.grad.numpy()
    return found


def families() -> dict[str, list[Comparison]]:
    """The comparisons of all files in tests/nn/peers, by file."""
    from tests.nn import peers

    names = [info.name for info in pkgutil.iter_modules(peers.__path__)]
    return {name: importlib.import_module(f"{peers.__name__}.{name}").COMPARISONS for name in names}


TOLERANCES = {np.float64: 1e-10, np.float32: 1e-5}
"""Relative to the largest entry: rounding of sums of some hundred terms, with a margin."""


def assert_agree(found: dict, expected: dict, dtype: Any) -> None:
    assert found.keys() == expected.keys()
    for key in expected:
        a, b = np.asarray(found[key], np.float64), np.asarray(expected[key], np.float64)
        assert a.shape == b.shape, f"{key}: {a.shape} is not {b.shape}"
        scale = max(1.0, float(np.abs(b).max(initial=0.0)))
        np.testing.assert_allclose(a, b, rtol=0, atol=TOLERANCES[dtype] * scale, err_msg=key)
