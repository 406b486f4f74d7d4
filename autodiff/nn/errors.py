"""What can go wrong with a network. Each message names what was expected, what was given, and what to do."""

from __future__ import annotations

from ..errors import InputError

__all__ = ["LoadError", "ModelError", "ShapeError"]


class ShapeError(InputError):
    """A layer was given an array of a shape, or dtype, that it does not take.

    The layers that it passes on its way out put their names in front, so the message starts with the layer's path.
    """

    path: tuple[str, ...] = ()  # of names, and the layer itself at the end

    @classmethod
    def of(cls, name, expected, given, remedy):
        """name takes `expected`, but was given an array of shape `given`; `remedy`."""
        return cls(f"{name} takes {expected}, but was given an array of shape {tuple(given)}; {remedy}")

    def __str__(self):
        message = super().__str__()
        if not self.path:
            return message
        *names, layer = self.path
        return f"{'.'.join(names)} = {layer}: {message}" if names else f"{layer}: {message}"


class ModelError(InputError):
    """A model is put together in a way that cannot work."""


class LoadError(InputError):
    """What is loaded does not fit the model."""
