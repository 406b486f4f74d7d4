"""Nested states as JSON and named arrays: what a file of safetensors can hold."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["decode", "encode", "generator_state", "set_generator_state"]


def encode(value: Any, arrays: dict[str, np.ndarray], name: str) -> Any:
    """What JSON can write for a value, whose arrays go to `arrays` under names that begin with `name`.

    Values are None, truth values, numbers, strings, arrays, generators, and dicts, lists and tuples of these. Raises
    TypeError for others.
    """
    if value is None or isinstance(value, bool | str) or type(value) in (int, float):
        return value
    if isinstance(value, np.ndarray | np.generic):
        arrays[name] = np.asarray(value)
        return {"array" if isinstance(value, np.ndarray) else "scalar": name}
    if isinstance(value, np.random.Generator):
        return {"generator": generator_state(value)}
    if isinstance(value, dict):
        return {"dict": [[key, encode(item, arrays, f"{name}.{key}")] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [encode(item, arrays, f"{name}.{k}") for k, item in enumerate(value)]}
    raise TypeError(
        f"{name} is a {type(value).__name__}, which a checkpoint cannot hold; state is made of numbers, strings, "
        "arrays, generators, and dicts, lists and tuples of them"
    )


def decode(written: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The value that `encode` was given."""
    if not isinstance(written, dict):
        return written
    ((kind, content),) = written.items()
    if kind == "array":
        return arrays[content].copy()
    if kind == "scalar":
        return arrays[content][()]
    if kind == "dict":
        return {key: decode(item, arrays) for key, item in content}
    if kind == "generator":
        bits = getattr(np.random, content["bit_generator"])()
        generator = np.random.Generator(bits)
        set_generator_state(generator, content)
        return generator
    items = [decode(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items


def generator_state(generator: np.random.Generator) -> dict[str, Any]:
    """The state of a generator as JSON can write it."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return value.tolist() if isinstance(value, np.ndarray | np.generic) else value

    return plain(generator.bit_generator.state)


def set_generator_state(generator: np.random.Generator, state: dict[str, Any]) -> None:
    """Takes what `generator_state` gave. Raises TypeError for the state of another kind of generator."""
    own = generator.bit_generator.state["bit_generator"]
    if own != state["bit_generator"]:
        raise TypeError(f"the state is that of a {state['bit_generator']}, but the generator is a {own}")

    def arrays(value):
        if isinstance(value, dict):
            return {key: arrays(item) for key, item in value.items()}
        return np.array(value, np.uint64) if isinstance(value, list) else value

    generator.bit_generator.state = arrays(state)  # pyright: ignore
