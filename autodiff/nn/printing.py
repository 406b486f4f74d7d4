"""A model as text: one line for each layer, nested, with the parameters it has."""

from __future__ import annotations

from typing import Any

import numpy as np

from .walking import arrays_of, children_of

__all__ = ["options_of", "shown"]


def shown(module: Any) -> str:
    """The nested listing of a module that `repr` gives."""
    lines = _lines(module, "", "")
    if len(lines) == 1:
        text, count = lines[0]
        return text
    width = max(len(text) for text, _ in lines)
    body = "\n".join(f"{text:<{width}}  # {count:,}" if count else text for text, count in lines)
    frozen = sum(int(np.size(at.array)) for at in arrays_of(module) if at.kind == "frozen")
    total = f"{module.num_parameters:,} parameters" + (f", {frozen:,} of them frozen" if frozen else "")
    return f"{body}\n{total}"


def options_of(module: Any) -> str:
    """The options of a module; "..." where its leaves are no arrays, as in a tree of shapes or truth values."""
    try:
        return module.options()
    except Exception:  # whatever the leaves are, the module has to print
        return "..."


def _lines(module, name, indent):
    """(text, parameters of its own) for each line."""
    head = f"{indent}{name}{': ' if name else ''}{type(module).__name__}"
    children = list(children_of(module))
    if not children:
        return [(f"{head}({options_of(module)})", module.num_parameters)]
    nested = [line for path, child in children for line in _lines(child, path, indent + "  ")]
    own = module.num_parameters - sum(child.num_parameters for _, child in children)
    return [(f"{head}({options_of(module)}", own), *nested, (f"{indent})", 0)]
