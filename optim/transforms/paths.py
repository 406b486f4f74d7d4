"""Leaves of a tree chosen by their paths: by pattern, by rule, or by a tree of truth values.

The path of a leaf is written with dots, `layers.0.weight`, whatever its containers are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from ..layout import Layout

__all__ = ["Where", "chosen_leaves", "leaf_paths"]

Where = str | Callable[[str, tuple], bool] | Any | None


def leaf_paths(layout: Layout) -> list[str]:
    """The paths of the leaves, in their order; that of a tree which is one leaf is empty.

    >>> import numpy as np
    >>> leaf_paths(Layout({"layers": [np.zeros(2), (np.zeros(1), 0.0)]}))
    ['layers.0', 'layers.1.0', 'layers.1.1']
    """
    if layout.structure is None:
        return [""]
    from autodiff.tree import leaves_with_path

    paths = [path for path, _ in leaves_with_path(layout.rebuild(list(range(len(layout.shapes)))))]
    return [".".join(found for found in re.split(r"\[['\"]?|['\"]?\]|\.", path) if found) for path in paths]


def chosen_leaves(where: Where, layout: Layout) -> list[bool]:
    """Whether each leaf is chosen.

    where  a pattern with the wildcards of a shell, such as "*.bias" or "encoder.*"; a function of a leaf's path and
           shape; a tree of booleans like the parameters; or None for all

    Raises ValueError where a pattern chooses nothing: it is misspelt.

    >>> import numpy as np
    >>> layout = Layout({"weight": np.zeros((2, 2)), "bias": np.zeros(2)})
    >>> chosen_leaves("bias", layout), chosen_leaves(lambda path, shape: len(shape) == 2, layout)
    ([True, False], [False, True])
    """
    number = len(layout.shapes)
    if where is None:
        return [True] * number
    if isinstance(where, str):
        paths = leaf_paths(layout)
        chosen = [fnmatchcase(path, where) for path in paths]
        if not any(chosen):
            raise ValueError(f"no parameter matches the pattern {where!r}; there are {', '.join(map(repr, paths))}")
        return chosen
    if callable(where):
        return [bool(where(path, shape)) for path, shape in zip(leaf_paths(layout), layout.shapes, strict=True)]
    from autodiff.tree import check_structure, flatten

    leaves, structure = flatten(where)
    if layout.structure is not None:
        check_structure(layout.structure, structure, "params", "the mask")
    elif len(leaves) != 1:
        raise ValueError(f"the mask has {len(leaves)} leaves, but the parameters are one array; give one truth value")
    return [bool(leaf) for leaf in leaves]
