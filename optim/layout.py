"""Where each leaf of a tree lies in one flat vector.

All methods work on flat vectors: one operation on a long vector costs far less than one on each of a hundred leaves.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import InvalidStartError

__all__ = ["Layout"]


class Layout:
    """The order, shapes and dtypes of the leaves of a tree, and the way from the tree to a flat vector and back.

    structure  of the tree, as `autodiff.tree` tells it; None stands for one array, the usual case
    shapes     of the leaves
    slices     of the flat vector, one for each leaf
    size       n, the number of entries
    dtype      the narrowest float dtype that holds every leaf
    epsilon    the rounding unit of the leaf with the fewest digits
    """

    __slots__ = ("_classes", "_dtypes", "dtype", "epsilon", "is_vector", "shapes", "size", "slices", "structure")

    def __init__(self, tree: Any, name: str = "x0"):
        leaves, self.structure = [tree], None
        if type(tree) is not np.ndarray:
            from autodiff.tree import flatten

            leaves, self.structure = flatten(tree)
        dtypes = [_float_dtype(leaf, name) for leaf in leaves]
        self.shapes = [np.shape(leaf) for leaf in leaves]
        self.slices, start = [], 0
        for shape in self.shapes:
            self.slices.append(slice(start, start + math.prod(shape)))
            start += math.prod(shape)
        self.size = start
        if not self.size:
            raise InvalidStartError(f"{name} holds no numbers, so there is nothing to optimise; give at least one")
        self.dtype = np.result_type(*dtypes)
        self.epsilon = float(max(np.finfo(dtype).eps for dtype in dtypes))
        self._dtypes = dtypes
        self._classes = [type(leaf) for leaf in leaves]
        self.is_vector = self.structure is None and len(self.shapes[0]) == 1 and dtypes[0] == np.float64

    def leaves(self, tree: Any, name: str, like: str = "x0") -> list:
        """The leaves of a tree of this structure and these shapes; an error for any other."""
        if self.structure is None:
            leaves = [tree]
        else:
            from autodiff.tree import check_structure, flatten

            leaves, structure = flatten(tree)
            check_structure(self.structure, structure, like, name)
        try:
            shapes = [leaf.shape for leaf in leaves]
        except AttributeError:  # Python numbers
            shapes = [np.shape(leaf) for leaf in leaves]
        if shapes != self.shapes:
            self._refuse_shapes(leaves, name, like)
        return leaves

    def gather(self, tree: Any, out: np.ndarray, name: str, like: str = "x0") -> np.ndarray:
        """The leaves of a tree of this structure and these shapes, copied into the vector `out`."""
        leaves = self.leaves(tree, name, like)
        if len(leaves) == 1:
            out[:] = leaves[0].reshape(-1) if isinstance(leaves[0], np.ndarray) else np.reshape(leaves[0], -1)
        else:
            self.fill(self.views(out), leaves)
        return out

    @staticmethod
    def fill(views: list[np.ndarray], leaves: list) -> None:
        """The leaves copied into `views` of a vector, made once for many copies."""
        for view, leaf in zip(views, leaves, strict=True):
            view[...] = leaf

    def views(self, vector: np.ndarray) -> list[np.ndarray]:
        """The part of the vector that belongs to each leaf, in the leaf's shape; writing to it writes to the vector."""
        return [vector[place].reshape(shape) for place, shape in zip(self.slices, self.shapes, strict=True)]

    def unravel(self, vector: Any) -> Any:
        """The tree of a vector: a copy with the leaves' dtypes, or traced leaves where the vector is traced."""
        if self.is_vector:
            return vector.copy()
        traced = not isinstance(vector, np.ndarray)
        leaves = []
        for place, shape, dtype, cls in zip(self.slices, self.shapes, self._dtypes, self._classes, strict=True):
            if traced:
                leaf = vector[place].reshape(shape) if shape else vector[place.start]
            elif issubclass(cls, np.ndarray):
                leaf = vector[place].reshape(shape).astype(dtype)
            else:  # a number
                leaf = dtype.type(vector[place.start]) if issubclass(cls, np.generic) else float(vector[place.start])
            leaves.append(leaf)
        return self.rebuild(leaves)

    def unravel_matrix(self, matrix: np.ndarray) -> Any:
        """The Hessian of a function of the tree, from that of a function of the vector, shape (n, n).

        One array of shape s gives one of shape s + s; any other tree gives a tree of trees, as `autodiff.hessian` does.
        """
        return self.rebuild(
            [
                self.rebuild([np.array(matrix[i, j]).reshape(a + b) for j, b in self._places()])
                for i, a in self._places()
            ]
        )

    def ravel_matrix(self, hessian: Any) -> np.ndarray:
        """The inverse of `unravel_matrix`; a matrix of shape (n, n) is taken as it is."""
        n = self.size
        if hasattr(hessian, "shape") and hessian.shape == (n, n):
            return np.asarray(hessian, np.float64)
        from autodiff.tree import leaves

        blocks = leaves(hessian)
        expected = [a + b for _, a in self._places() for _, b in self._places()]
        if [np.shape(block) for block in blocks] != expected:
            shown = [np.shape(block) for block in blocks]
            raise ValueError(f"has blocks of shapes {shown}, not one of shape {(n, n)} or blocks of shapes {expected}")
        matrix, rest = np.empty((n, n)), iter(blocks)
        for i, _ in self._places():
            for j, _ in self._places():
                matrix[i, j] = np.reshape(next(rest), matrix[i, j].shape)
        return matrix

    def rebuild(self, leaves: list) -> Any:
        """The tree of these leaves, whatever they are."""
        if self.structure is None:
            return leaves[0]
        from autodiff.tree import unflatten

        return unflatten(self.structure, leaves)

    def _places(self):
        return list(zip(self.slices, self.shapes, strict=True))

    def _refuse_shapes(self, leaves, name, like):
        index = next(i for i, leaf in enumerate(leaves) if np.shape(leaf) != self.shapes[i])
        path = ""
        if self.structure is not None:
            from autodiff.tree import leaves_with_path

            path = leaves_with_path(self.rebuild(leaves))[index][0]
        raise ValueError(
            f"{name}{path} has shape {np.shape(leaves[index])}, but {like}{path} has shape {self.shapes[index]}; "
            "give both the same shape"
        )


def _float_dtype(leaf, name):
    """The dtype in which a leaf is optimised: its own where it is a float, float64 where it is an integer."""
    kind = np.asarray(leaf).dtype
    if kind.kind == "f":
        return kind
    if kind.kind in "iu":
        return np.dtype(np.float64)
    remedy = "split it into its real and imaginary parts" if kind.kind == "c" else "keep it outside the tree"
    raise InvalidStartError(f"{name} has a leaf of dtype {kind}, which is no real number; {remedy}")
