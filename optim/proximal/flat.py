"""Terms of trees as terms of one flat vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..layout import Layout
from ..traced import as_number
from .term import InvalidTermError, Term

__all__ = ["FlatTerm"]


class FlatTerm(Term):
    """The sum of the terms of each leaf, as a term of the flat vector, shape (n,).

    given   one term, for x0 as it is shaped if it is one array, and for all its numbers as one vector if it is a tree;
            or a tree of terms of the structure of x0, `Zero()` where there is none
    """

    def __init__(self, given: Any, layout: Layout):
        if isinstance(given, Term):
            shape = layout.shapes[0] if len(layout.shapes) == 1 else (layout.size,)
            self.parts = [(given, slice(0, layout.size), shape)]
        else:
            self.parts = list(zip(_terms(given, layout), layout.slices, layout.shapes, strict=True))
        self.is_separable = all(term.is_separable for term, _, _ in self.parts)
        self.is_set = all(hasattr(term, "project") for term, _, _ in self.parts)

    def __call__(self, x):
        return as_number(sum(term(x[place].reshape(shape)) for term, place, shape in self.parts))

    def prox(self, v, step=1.0):
        found = [term.prox(v[place].reshape(shape), step).reshape(-1) for term, place, shape in self.parts]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def extreme_point(self, direction):
        out = np.empty_like(direction)
        for term, place, shape in self.parts:
            out[place] = term.extreme_point(direction[place].reshape(shape)).reshape(-1)
        return out

    def entry(self, i):
        for term, place, _ in self.parts:
            if place.start <= i < place.stop:
                return term.entry(i - place.start)
        raise IndexError(i)

    def __repr__(self):
        return ", ".join(repr(term) for term, _, _ in self.parts)


def _terms(given, layout):
    from autodiff.tree import check_structure, flatten

    if layout.structure is not None:
        terms, structure = flatten(given)
        check_structure(layout.structure, structure, "x0", "the regularizer")
        if all(isinstance(term, Term) for term in terms):
            return terms
    raise InvalidTermError(
        f"{given!r} is no term; give one of optim.proximal, like L1(0.1), or a tree of them like x0, and Zero() for "
        "leaves that have none"
    )
