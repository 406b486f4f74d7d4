"""`python -m autodiff.rules`: the table of all NumPy functions that are known, as docs/numpy.md holds it."""

from __future__ import annotations

import numpy as np

from ..dispatch import Constant
from ..tracer import functions, ufuncs

NAMESPACES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}


def known():
    """{name: what stands for it}, for every public function of NumPy that has a rule."""
    registered = {**ufuncs.load_all(), **functions}
    found = {}
    for namespace, module in NAMESPACES.items():
        for name in dir(module):
            function = getattr(module, name)
            if not name.startswith("_") and callable(function) and _is_key(function, registered):
                found[f"{namespace}.{name}"] = registered[function]
    return found


def _is_key(function, registered):
    try:
        return function in registered
    except TypeError:  # not hashable
        return False


def family(rule):
    """The file of a rule: 'arithmetic', 'reductions' ...; 'constants' for what has derivative zero."""
    if isinstance(rule, Constant):
        return "constants"
    module = getattr(rule, "__module__", None)
    if hasattr(rule, "kind"):
        parts = [*getattr(rule, "partials", ()), *getattr(rule, "transposes", ()), *getattr(rule, "vjps", ())]
        parts += [getattr(rule, "left", None)]
        parts = [getattr(part, "function", part) for part in parts]
        module = next((part.__module__ for part in parts if callable(part)), "arithmetic")
    return module.rsplit(".", 1)[-1]


def table():
    """The table in Markdown."""
    families = {}
    for name, rule in known().items():
        families.setdefault(family(rule), []).append(name)
    constants = families.pop("constants", [])
    lines = ["| rules | NumPy functions |", "|---|---|"]
    for name in sorted(families):
        lines.append(f"| [{name}](../autodiff/rules/{name}.py) | {_listed(families[name])} |")
    lines.append(f"| derivative zero | {_listed(constants)} |")
    return "\n".join(lines)


def _listed(names):
    return ", ".join(f"`{name.removeprefix('np.')}`" for name in sorted(names))


def page():
    """docs/numpy.md."""
    count = len(known())
    return f"""# What is differentiated

{count} functions of NumPy {np.__version__.rsplit(".", 1)[0]}, in forward and in reverse mode, to any order, with the
keywords that their rules name; another keyword or function is refused by an error that says so, never ignored. Python's
operators and the methods of ndarray are these functions. Written by `python -m autodiff.rules`.

{table()}
"""


if __name__ == "__main__":
    print(page(), end="")
