"""Models in files: safetensors and npz, by the names of their arrays.

Both hold arrays and their names, nothing that runs: a file can be read without trusting it. The model itself is made by
code; its options are not in the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from .errors import LoadError

__all__ = ["load", "load_arrays", "load_metadata", "save", "save_arrays"]


def save(path: str | os.PathLike, model: Any, metadata: dict[str, str] | None = None) -> None:
    """Writes all arrays of a model, by the names that PyTorch gives them, to a .safetensors or .npz file.

    path      its ending says which
    metadata  texts to keep in a .safetensors file

    The file appears under its name once it is complete: a write that fails leaves what was there.

    >>> import tempfile, numpy as np
    >>> from autodiff import nn
    >>> model, twin = nn.Linear(3, 2, rng=0), nn.Linear(3, 2, rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     nn.save(folder + "/model.safetensors", model)
    ...     _ = nn.load(folder + "/model.safetensors", twin)
    >>> np.array_equal(model.weight, twin.weight)
    True
    """
    _check_order("save", path, model)
    save_arrays(path, model.state_dict(), metadata)


def load(path: str | os.PathLike, model: Any, strict: bool = True) -> Any:
    """Reads arrays into a model, by name, from a .safetensors or .npz file; a file that PyTorch wrote will do.

    strict  whether the file must have every array of the model, and no other

    Returns the model. Raises LoadError, before anything is written, where names or shapes differ, or where the file is
    not of its kind.
    """
    _check_order("load", path, model)
    return model.load_state_dict(load_arrays(path), strict)


def _check_order(name, path, model):
    if not hasattr(model, "state_dict"):
        raise LoadError(
            f"nn.{name}(path, model) takes a module as model, not a {type(model).__name__}: the path is first"
        )


def save_arrays(path: str | os.PathLike, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Writes arrays by name to a .safetensors or .npz file, whole or not at all."""
    path = Path(path)
    arrays = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if _kind(path) == "safetensors":
            from safetensors.numpy import save_file

            save_file(arrays, str(partial), metadata)
        else:
            if metadata:
                raise LoadError("an .npz file has no place for metadata; save to a .safetensors file")
            with open(partial, "wb") as file:
                np.savez(file, **arrays)  # pyright: ignore  (the names are data)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_arrays(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The arrays of a .safetensors or .npz file, by name. bfloat16, which NumPy lacks, is read as float32.

    Raises LoadError where the file is not of the kind that its ending says.
    """
    path = Path(path)
    if _kind(path) == "npz":
        try:
            with np.load(path, allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (ValueError, OSError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise LoadError(f"{path.name} can't be read as npz: {error}") from error
    import safetensors

    try:
        with safetensors.safe_open(str(path), "np") as file:
            return {name: _tensor(file, name, path) for name in file.keys()}  # noqa: SIM118  (it is no mapping)
    except safetensors.SafetensorError as error:
        raise LoadError(f"{path.name} can't be read as safetensors: {error}") from error


def load_metadata(path: str | os.PathLike) -> dict[str, str]:
    """The texts that a .safetensors file holds besides its arrays."""
    import safetensors

    try:
        with safetensors.safe_open(str(path), "np") as file:
            return file.metadata() or {}
    except safetensors.SafetensorError as error:
        raise LoadError(f"{Path(path).name} can't be read as safetensors: {error}") from error


def _tensor(file, name, path):
    if file.get_slice(name).get_dtype() != "BF16":
        return file.get_tensor(name)
    return _brain_floats(path, name)


def _brain_floats(path, name):
    """A bfloat16 array, the upper halves of float32 numbers, from the bytes of the file.

    The format: 8 bytes with the length n of the header, little-endian, the header as JSON, the data.
    """
    import json

    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(length))[name]
        start, stop = entry["data_offsets"]
        file.seek(8 + length + start)
        halves = np.frombuffer(file.read(stop - start), "<u2")
    return (halves.astype("<u4") << 16).view("<f4").reshape(entry["shape"])


def _kind(path):
    if path.suffix not in (".safetensors", ".npz"):
        raise LoadError(f"{path.name} should end in .safetensors or .npz, which says how it is written")
    return path.suffix[1:]
