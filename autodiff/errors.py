"""What can go wrong, by kind. Every message names what is wrong and the remedy."""


class DifferentiationError(Exception):
    """The base of all errors that this library raises on purpose."""


class StructureError(DifferentiationError, TypeError):
    """Two trees that should have the same structure differ, or a tree cannot be taken apart."""
