"""What can go wrong, by kind. Every message names what is wrong, the user's line, and the remedy."""

from __future__ import annotations

import os.path
import sys

__all__ = [
    "CheckError",
    "DifferentiationError",
    "EscapedTracerError",
    "InputError",
    "NonScalarOutputError",
    "SolutionError",
    "StructureError",
    "TracerConversionError",
    "UnsupportedAttributeError",
    "UnsupportedError",
    "user_line",
]

_HERE = os.path.dirname(__file__)


def user_line():
    """' (file.py:12, in f: source line)': the innermost frame that is neither ours nor NumPy's."""
    frame = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        if not filename.startswith((_HERE, "<")) and "/numpy/" not in filename.replace("\\", "/"):
            import linecache

            line = linecache.getline(filename, frame.f_lineno).strip()
            where = f"{os.path.basename(filename)}:{frame.f_lineno}, in {frame.f_code.co_name}"
            return f" ({where}: `{line}`)" if line else f" ({where})"
        frame = frame.f_back
    return ""


class DifferentiationError(Exception):
    """The base of all errors that this library raises on purpose."""


class StructureError(DifferentiationError, TypeError):
    """Two trees that should have the same structure differ, or a tree cannot be taken apart."""


class InputError(DifferentiationError, TypeError):
    """An argument cannot be differentiated with respect to, or has the wrong shape or type."""


class NonScalarOutputError(DifferentiationError, TypeError):
    """`grad` was asked for a function whose result is not one real number."""

    @classmethod
    def of(cls, what, name):
        return cls(
            f"{name} needs a function that returns one real number, but it returned {what}. "
            "Sum it (`.sum()`), take one entry of it, or ask for `jacobian` (all entries) or `vjp` (a weighted sum)."
        )


class EscapedTracerError(DifferentiationError, RuntimeError):
    """A traced value was used after the transformation that made it had ended."""

    @classmethod
    def of(cls, kind):
        return cls(
            f"a traced value ({kind}) was used{user_line()} after the transformation that made it had ended: it "
            "was kept in a global, an attribute, a cache or a generator. Return it from the differentiated function "
            "instead (`has_aux=True` returns extra values untraced), or store `ad.stop_gradient(x)`."
        )


class TracerConversionError(DifferentiationError, TypeError):
    """A traced value would have lost its derivative by becoming a plain number or array."""

    @classmethod
    def into_array(cls, tracer):
        return cls(
            f"a traced value {_describe(tracer)} cannot be stored in a plain NumPy array{user_line()}: its derivative "
            "would be lost. Create the array traced: `np.zeros_like(x)` of a traced x, `np.stack([...])` in place of "
            "`np.array([...])`, or `import autodiff.numpy as np` for np.zeros, np.array and the like. Where the "
            "derivative is not wanted, store `ad.stop_gradient(x)`."
        )

    @classmethod
    def into_float(cls, tracer):
        return cls(
            f"a traced value {_describe(tracer)} cannot become a plain Python number{user_line()}: its "
            "derivative would be lost. Use NumPy in place of `math` (np.sin for math.sin), create the array it is "
            "stored in traced (`np.zeros_like(x)`, or np.zeros of `import autodiff.numpy as np`), or, where the "
            "derivative is not wanted, use `ad.stop_gradient(x)`."
        )

    @classmethod
    def into_pickle(cls, tracer):
        return cls(
            f"a traced value {_describe(tracer)} cannot be pickled{user_line()}: it lives only inside its "
            "transformation. Pickle `ad.stop_gradient(x)`, or the arguments."
        )


class UnsupportedError(DifferentiationError, TypeError):
    """A function, method or keyword has no derivative rule here."""

    @classmethod
    def function(cls, name):
        return cls(
            f"{name} has no derivative rule, so it cannot be called with a traced value{user_line()}. "
            "Write it with functions that have one, declare a rule with `ad.primitive`, or, where the derivative is "
            "not wanted, call it on `ad.stop_gradient(x)`."
        )

    @classmethod
    def keyword(cls, name, reason):
        return cls(
            f"{name} was called with a traced value and an argument that is not supported{user_line()}: {reason}. "
            "Leave the argument out, or write the operation with supported functions."
        )

    @classmethod
    def argument(cls, name, position):
        return cls(
            f"{name} is not differentiable with respect to its argument {position}, which is traced{user_line()}. "
            "Where that derivative is not wanted, pass `ad.stop_gradient(...)` of it."
        )


class UnsupportedAttributeError(UnsupportedError, AttributeError):
    """An attribute of ndarray that a traced value cannot have."""

    @classmethod
    def of(cls, tracer, name):
        return cls(
            f"a traced value {_describe(tracer)} has no attribute '{name}'{user_line()}. Use the NumPy functions that "
            "are differentiated, or `ad.stop_gradient(x)` where the derivative is not wanted."
        )


class SolutionError(DifferentiationError, ArithmeticError):
    """An equation could not be solved, or its solution is no differentiable function of the arguments."""


class CheckError(DifferentiationError, AssertionError):
    """Derivatives that should agree do not."""


def _describe(tracer):
    return f"({type(tracer).__name__}, shape {tracer.shape}, {tracer.dtype})"
