"""Shapes: every mode of every function, views that share memory, what is known without values, what is refused."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules import shapes


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in shapes.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


newer = pytest.mark.skipif(not hasattr(np, "unstack"), reason="NumPy has this from version 2.1")

VIEWS = {
    "reshape": lambda y: np.reshape(y, (3, 2)),
    "ravel": np.ravel,
    "ravel-that-copies": lambda y: np.ravel(y, order="F"),
    "ravel-in-memory-order": lambda y: np.ravel(y.T, order="K"),
    "flatten": lambda y: y.flatten(),
    "transpose": np.transpose,
    "permute_dims": lambda y: np.permute_dims(y, (1, 0)),
    "matrix_transpose": np.matrix_transpose,
    "swapaxes": lambda y: np.swapaxes(y, 0, 1),
    "moveaxis": lambda y: np.moveaxis(y, 0, 1),
    "rollaxis": lambda y: np.rollaxis(y, 1),
    "expand_dims": lambda y: np.expand_dims(y, 0),
    "squeeze": lambda y: np.squeeze(y[:, None]),
    "flip": np.flip,
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": np.rot90,
    "roll": lambda y: np.roll(y, 1),
    "atleast_3d": np.atleast_3d,
    "split": lambda y: np.split(y, 2)[0],
    "hsplit": lambda y: np.hsplit(y, 3)[1],
    "broadcast_arrays-of-one-shape": lambda y: np.broadcast_arrays(y, y)[0],
    "meshgrid-that-copies": lambda y: np.meshgrid(y[0], y[1])[0],
    "meshgrid-sparse": lambda y: np.meshgrid(y[0], y[1], sparse=True, copy=False)[0],
    "view-of-a-view": lambda y: np.flip(np.transpose(y)[1:]),
}
if hasattr(np, "unstack"):
    VIEWS["unstack"] = lambda y: np.unstack(y)[1]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_assignments_to_a_view_and_to_its_base_are_seen_as_in_numpy(view):
    def f(x):
        y = x * 1.0
        v = view(y)
        v[0] = v[0] * 3.0
        y[1] = y[1] * 2.0
        return (y * y).sum() + 2 * (v * v * v).sum()

    check_case(f, (np.arange(1.0, 7.0).reshape(2, 3),), order=1)


def test_shape_is_known_without_values():
    def f(x):
        assert (np.shape(x), np.ndim(x), np.size(x), np.size(x, 0), np.size(x, (0, -1))) == ((2, 3, 4), 3, 24, 2, 8)
        return x.sum()

    ad.grad(f)(np.ones((2, 3, 4)))


def test_copy_is_independent_of_its_original():
    def f(x):
        y = np.copy(x)
        y[0] = 5.0
        return (x * y).sum()

    assert np.array_equal(ad.grad(f)(np.array([1.0, 2.0])), [5, 4])


@newer
def test_reshaping_that_needs_a_copy_and_must_not_is_refused():
    with pytest.raises(ValueError, match="unable to avoid creating a copy"):
        ad.grad(lambda x: np.reshape(x.T, -1, copy=False).sum())(np.ones((2, 3)))


@newer
def test_array_as_integers_is_untraced():
    assert ad.grad(lambda x: x * np.astype(x * 1.0, int) if np.ndim(x) else x)(2.5) == 1.0
    gradient = ad.grad(lambda x: (x * np.astype(x, int)).sum())(np.array([1.5, 2.5]))
    assert np.array_equal(gradient, [1, 2])


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.reshape(x, (4,)), ValueError, "cannot reshape"),
        (lambda x: np.squeeze(x, 0), ValueError, "size not equal to one"),
        (lambda x: np.transpose(x, (0, 0)), ValueError, "repeated axis"),
        (lambda x: np.rollaxis(x, 5), np.exceptions.AxisError, "axis 5"),
        (lambda x: np.rollaxis(x, 0, 5), np.exceptions.AxisError, "start=5"),
        (lambda x: np.broadcast_to(x, (2, 2)), ValueError, "broadcast"),
        (lambda x: np.broadcast_arrays(x, np.ones(4)), ValueError, "broadcast"),
        (lambda x: np.meshgrid(x[0], x[1], indexing="yx"), ValueError, "indexing"),
    ],
)
def test_what_numpy_refuses_is_refused(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: f(x)[0].sum())(np.ones((2, 3)))
