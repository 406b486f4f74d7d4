"""Values and calls as text: exactly, as Python that can be run, or in short, for people."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata

import numpy as np

from ..tracer import Tracer, unwrap
from .reading import short

__all__ = ["Python", "Short", "identifier", "public_name"]

_LITERAL_ENTRIES = 16
"""Arrays of more entries are not written down, but named."""


def identifier(name):
    """The name as Python allows it; that which `θ₁` and `the rate` stand for, for example, are θ1 and the_rate."""
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name))
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"_{name}"
    return name


def public_name(function):
    """'np.linalg.solve' for what is public in NumPy or SciPy, None for any other function."""
    name = getattr(function, "__name__", "")
    for module, spelled in ((np, "np"), (np.linalg, "np.linalg"), (np.fft, "np.fft")):
        if getattr(module, name, None) is function:
            return f"{spelled}.{name}"
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return f"{public_name(function.__self__)}.{name}"  # np.add.reduce
    for module in ("scipy.special", "scipy.linalg"):  # only what the tape's own functions have imported
        if module in sys.modules and getattr(sys.modules[module], name, None) is function:
            return f"{module}.{name}"
    return None


class Python:
    """Exact: what is written evaluates to the value, in its dtype.

    `constants` collects what cannot be written down, large arrays and other people's functions, by the names that
    stand for them; `modules` what has to be imported.
    """

    is_exact = True
    numpy = "np."
    linalg = "np.linalg."

    def __init__(self, taken=()):
        self.constants = {}
        self.modules = set()
        self._known = {}
        self._taken = set(taken)

    def value(self, x):
        x = unwrap(x) if isinstance(x, Tracer) else x
        write = _WRITERS.get(x.__class__)
        if write is not None:
            return getattr(self, write)(x)
        if isinstance(x, np.generic):
            return self.scalar(x)
        if isinstance(x, np.dtype):
            return self.dtype(x)
        if isinstance(x, type) and issubclass(x, np.generic):
            return f"{self.numpy}{x.__name__}"
        if isinstance(x, type) and x in (float, int, bool, complex):
            return x.__name__
        return self.constant(x, "c")

    def number(self, x):
        if x.__class__ is float and not np.isfinite(x):
            return {"inf": f"{self.numpy}inf", "-inf": f"-{self.numpy}inf"}.get(repr(x), f"{self.numpy}nan")
        if x.__class__ is complex and not np.isfinite(x):
            return f"complex({self.number(x.real)}, {self.number(x.imag)})"
        return repr(x)

    def scalar(self, x):
        """A NumPy number: its dtype takes part in promotion, that of a Python number does not."""
        inner = self.number(x.item()) if x.dtype.kind in "biufc" else repr(x.item())
        return f"{self.numpy}{x.dtype.name}({inner})" if x.dtype.kind != "b" else f"{self.numpy}bool({inner})"

    def array(self, x):
        if x.size > _LITERAL_ENTRIES or x.dtype.kind not in "biufc":
            return self.constant(x, "c")
        dtype = f", dtype={self.dtype(x.dtype)}"
        if x.size == 0 and x.ndim > 1:
            return f"{self.numpy}zeros({x.shape}{dtype})"
        if x.size and x.dtype in (np.bool, np.int64, np.float64, np.complex128):
            dtype = ""  # what NumPy makes of the entries
        return f"{self.numpy}array({self._nested(x.tolist())}{dtype})"

    def dtype(self, x):
        return f"{self.numpy}{x.name}"

    def constant(self, x, name):
        """The name of something that is kept beside the text; of equal arrays, one is kept."""
        key = _identity(x)
        if key not in self._known:
            name = f"c{len(self.constants)}" if name == "c" else name
            while name in self._taken:
                name += "_"
            self._taken.add(name)
            self._known[key] = name
            self.constants[name] = x
        return self._known[key]

    def function(self, function, name):
        """What to call: a public name, or a constant."""
        public = public_name(function)
        if public is None:
            return self.constant(function, identifier(name))
        if public.startswith("scipy"):
            self.modules.add(public.rpartition(".")[0])
        return public

    def index(self, index):
        """What stands between the brackets of x[...]."""
        if index.__class__ is tuple and index:
            return ", ".join([self._index_part(part) for part in index])
        return self._index_part(index)

    def _index_part(self, part):
        if part is Ellipsis:
            return "..."
        if part.__class__ is slice:
            ends = ["" if end is None else self._index_part(end) for end in (part.start, part.stop)]
            return ":".join(ends + ([] if part.step is None else [self._index_part(part.step)]))
        if isinstance(part, np.integer):
            return str(int(part))
        return self.value(part)

    def _nested(self, x):
        if x.__class__ is list:
            return f"[{', '.join([self._nested(part) for part in x])}]"
        return self.number(x)

    plain = staticmethod(repr)

    def tuple(self, x):
        return f"({', '.join([self.value(part) for part in x])}{',' if len(x) == 1 else ''})"

    def list(self, x):
        return f"[{', '.join([self.value(part) for part in x])}]"

    def dict(self, x):
        return f"{{{', '.join([f'{key!r}: {self.value(part)}' for key, part in x.items()])}}}"

    def slice(self, x):
        return f"slice({self.value(x.start)}, {self.value(x.stop)}, {self.value(x.step)})"


def _identity(x):
    """Equal for what need not be kept twice."""
    if isinstance(x, np.ndarray) and not x.dtype.hasobject:
        return x.dtype, x.shape, x.tobytes()
    return x if callable(x) else id(x)


_WRITERS = {
    float: "number",
    complex: "number",
    int: "number",
    bool: "plain",
    str: "plain",
    type(None): "plain",
    type(Ellipsis): "plain",
    tuple: "tuple",
    list: "list",
    dict: "dict",
    slice: "slice",
    np.ndarray: "array",
}


class Short(Python):
    """For people: NumPy without its prefix, numbers with six digits, larger arrays by their shape."""

    is_exact = False
    numpy = ""
    linalg = ""

    def number(self, x):
        return short(x, 6)

    scalar = number

    def array(self, x):
        if x.size > 4:
            return f"<{'x'.join(map(str, x.shape))} {x.dtype.name}>"
        return self._nested(x.tolist())

    def constant(self, x, name):
        return f"<{type(x).__name__}>"

    def function(self, function, name):
        public = public_name(function)
        return name if public is None else public.removeprefix("np.").removeprefix("linalg.").removeprefix("fft.")
