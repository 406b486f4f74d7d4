"""States as plain data, to be written to a file and read again."""

from __future__ import annotations

from typing import Any

__all__ = ["plain", "put_back"]


def plain(state: Any) -> Any:
    """A state as dicts, lists and tuples of arrays, numbers and generators; what else is in it tells by `export`."""
    if isinstance(state, dict):
        return {key: plain(value) for key, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(plain(value) for value in state)
    return state.export() if hasattr(state, "export") else state


def put_back(state: Any, saved: Any) -> Any:
    """The state that was saved, given a new one of the same transform, whose objects it is put into."""
    if hasattr(state, "restore"):
        state.restore(saved)
        return state
    if isinstance(saved, dict):
        new = state if isinstance(state, dict) else {}
        return {key: put_back(new.get(key), value) for key, value in saved.items()}
    if isinstance(saved, list | tuple):
        new = state if isinstance(state, list | tuple) and len(state) == len(saved) else [None] * len(saved)
        return type(saved)(put_back(a, b) for a, b in zip(new, saved, strict=True))
    return saved
