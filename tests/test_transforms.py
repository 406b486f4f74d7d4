"""The verbs, on functions of arbitrary trees."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import autodiff as ad
from autodiff.errors import InputError, NonScalarOutputError, StructureError

Point = namedtuple("Point", "x y")


@dataclass
class Model:
    weight: np.ndarray
    bias: float
    name: str = field(default="model", metadata={"static": True})


def cubic(x):
    return np.sum(x**3)


# -- grad and value_and_grad -------------------------------------------------------------------------------------------


def test_gradient_of_a_python_float_is_a_python_float():
    gradient = ad.grad(lambda x: x * x)(3.0)
    assert type(gradient) is float and gradient == 6.0


def test_gradient_with_respect_to_an_int_is_taken_in_float64():
    assert ad.grad(lambda x: x * x)(3) == 6.0
    assert_array_equal(ad.grad(cubic)(np.array([1, 2])), [3.0, 12.0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_gradient_has_the_dtype_of_its_argument(dtype):
    x = np.array([1.0, 2.0], dtype)
    value, gradient = ad.value_and_grad(lambda x: np.sum(np.sin(x) * 2.0 + x / 3))(x)
    assert gradient.dtype == dtype and value.dtype == dtype


def test_float32_argument_mixed_with_float64_constants_gets_a_float32_gradient():
    gradient = ad.grad(lambda x: np.sum(x * np.array([1.0, 2.0])))(np.array([1.0, 2.0], np.float32))
    assert gradient.dtype == np.float32


def test_gradient_of_a_zero_dimensional_array_is_one():
    gradient = ad.grad(lambda x: x * x)(np.array(3.0))
    assert isinstance(gradient, np.ndarray) and gradient.shape == () and gradient == 6.0


def test_gradient_of_an_empty_array_is_empty():
    assert ad.grad(lambda x: np.sum(x * x))(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("x", [2.0, np.ones((2, 3)), {"a": np.ones(2), "b": 1.0}], ids=["float", "array", "dict"])
def test_gradient_of_a_constant_function_is_zero(x):
    for leaf in ad.tree.leaves(ad.grad(lambda x: 1.0)(x)):
        assert_array_equal(leaf, np.zeros(np.shape(leaf)))


@pytest.mark.parametrize(
    "tree",
    [
        {"w": np.array([1.0, 2.0]), "b": 3.0},
        [1.0, np.array([2.0, 3.0])],
        (1.0, (2.0, {"deep": np.ones((2, 2))})),
        Point(1.0, np.array([2.0])),
        Model(np.array([1.0, 2.0]), 0.5),
        OrderedDict(z=1.0, a=2.0),
        {"some": 1.0, "none": None},
    ],
    ids=["dict", "list", "nested", "namedtuple", "dataclass", "OrderedDict", "None"],
)
def test_gradient_is_a_tree_like_its_argument(tree):
    gradient = ad.grad(lambda t: sum(np.sum(leaf**3) for leaf in ad.tree.leaves(t)))(tree)
    assert ad.tree.structure(gradient) == ad.tree.structure(tree)
    for found, leaf in zip(ad.tree.leaves(gradient), ad.tree.leaves(tree), strict=True):
        assert_allclose(found, 3 * np.square(leaf), rtol=1e-15)


def test_argnums_chooses_arguments():
    f = lambda x, y, z: x * y**2 * z**3  # noqa: E731
    assert ad.grad(f, argnums=1)(2.0, 3.0, 1.0) == 12.0
    assert ad.grad(f, argnums=-1)(2.0, 3.0, 1.0) == 54.0
    assert ad.grad(f, argnums=(2, 0))(2.0, 3.0, 1.0) == (54.0, 9.0)


def test_keyword_arguments_are_constants():
    assert ad.grad(lambda x, scale=1.0: x * x * scale)(3.0, scale=10.0) == 60.0


def test_argnums_that_do_not_exist_are_refused():
    with pytest.raises(InputError, match=r"argnums=2 was called with 1 positional argument: there is none at 2"):
        ad.grad(lambda x: x, argnums=2)(1.0)


def test_aux_comes_back_untraced():
    (value, aux), gradient = ad.value_and_grad(lambda x: (x * x, {"double": 2 * x, "name": "f"}), has_aux=True)(3.0)
    assert (value, aux, gradient) == (9.0, {"double": 6.0, "name": "f"}, 6.0)
    assert type(aux["double"]) is float
    assert ad.grad(lambda x: (x * x, x), has_aux=True)(3.0) == (6.0, 3.0)


def test_has_aux_asks_for_a_pair():
    with pytest.raises(NonScalarOutputError, match="has_aux=True asks for a pair"):
        ad.grad(lambda x: x * x, has_aux=True)(3.0)


def test_gradients_are_writable_and_not_shared():
    x = np.ones(3)
    a, b = ad.grad(lambda x, y: np.sum((x + y) * 2.0), argnums=(0, 1))(x, x)
    a[0] = 100.0
    assert_array_equal(b, [2.0, 2.0, 2.0])
    total = ad.grad(lambda x: np.sum(x))(x)
    total[0] = 5.0


def test_the_arguments_are_left_as_they_were():
    x = np.array([1.0, 2.0])

    def f(x):
        x *= 2.0
        x[0] = 7.0
        return np.sum(x**2)

    assert_array_equal(ad.grad(f)(x), [0.0, 16.0])
    assert_array_equal(x, [1.0, 2.0])


def test_gradient_function_has_the_name_of_f():
    assert ad.grad(cubic).__name__ == "cubic"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (lambda x: x, r"array of shape \(2,\)"),
        (lambda x: None, "None .is a `return` missing"),
        (lambda x: (x[0], x[1]), "a tuple .use has_aux=True"),
        (lambda x: x[0] + 1j, "a complex number"),
        (lambda x: "text", "a str"),
    ],
)
def test_what_is_not_one_real_number_is_refused(result, said):
    with pytest.raises(NonScalarOutputError, match=said):
        ad.grad(result)(np.array([1.0, 2.0]))


@pytest.mark.parametrize("bad", ["text", np.array([True]), np.array(["a"]), True, object()])
def test_what_is_not_made_of_floats_is_refused_with_its_place(bad):
    with pytest.raises(InputError, match=r"argument 0\['b'\]\[1\] is "):
        ad.grad(lambda t: t["a"])({"a": 1.0, "b": (1.0, bad)})


# -- jvp, vjp, linearize -----------------------------------------------------------------------------------------------


def test_jvp_of_trees():
    def f(p, s):
        return {"product": p["a"] * s, "kept": p["b"]}

    y, dy = ad.jvp(f, ({"a": np.ones(2), "b": 3.0}, 2.0), ({"a": np.array([1.0, 0.0]), "b": 5.0}, 10.0))
    assert_array_equal(y["product"], [2.0, 2.0])
    assert_array_equal(dy["product"], [12.0, 10.0])
    assert (y["kept"], dy["kept"]) == (3.0, 5.0)


def test_tangent_of_a_constant_result_is_zero():
    assert ad.jvp(lambda x: (x, 1.0, np.ones(2, int)), (2.0,), (1.0,))[1][1] == 0.0


def test_jvp_and_vjp_check_shapes_and_structure():
    with pytest.raises(StructureError, match=r"tangent\[0\] has shape \(3,\), but the primal has shape \(2,\)"):
        ad.jvp(lambda x: x, (np.ones(2),), (np.ones(3),))
    with pytest.raises(StructureError, match="structure"):
        ad.jvp(lambda x: x["a"], ({"a": 1.0},), ({"b": 1.0},))
    with pytest.raises(InputError, match="tuple of primals"):
        ad.jvp(lambda x: x, 1.0, 1.0)
    _, pullback = ad.vjp(lambda x: x * 2, np.ones(2))
    with pytest.raises(StructureError, match=r"cotangent has shape \(3,\), but the result of f has shape \(2,\)"):
        pullback(np.ones(3))


def test_pullback_can_be_called_again():
    y, pullback = ad.vjp(lambda x, w: x * np.sin(w), np.array([1.0, 2.0]), np.array([0.0, 0.0]))
    for scale in (1.0, 2.0, 3.0):
        dx, dw = pullback(np.array([scale, scale]))
        assert_array_equal(dx, [0.0, 0.0])
        assert_array_equal(dw, [scale, 2 * scale])


def test_pullback_of_a_result_given_twice_adds():
    _, pullback = ad.vjp(lambda x: (x, x), 2.0)
    assert pullback((1.0, 10.0)) == (11.0,)


def test_pullback_does_not_hand_out_its_argument():
    given = np.ones(2)
    _, pullback = ad.vjp(lambda x: x + 1.0, np.zeros(2))
    (found,) = pullback(given)
    found[0] = 9.0
    assert_array_equal(given, [1.0, 1.0])


def test_linearize_runs_f_once():
    runs = []

    def f(x):
        runs.append(1)
        return np.sin(x) * x[0], x[1]

    x = np.array([1.0, 2.0])
    y, push = ad.linearize(f, x)
    for v in np.eye(2):
        expected = ad.jvp(f, (x,), (v,))[1]
        assert_allclose(push(v)[0], expected[0], rtol=1e-15)
        assert push(v)[1] == expected[1]
    assert len(runs) == 1 + 2  # the other two are those of jvp


def test_derivative_of_an_array_is_elementwise():
    x = np.linspace(-1, 1, 5)
    assert_allclose(ad.derivative(np.tanh)(x), 1 - np.tanh(x) ** 2, rtol=1e-15)


# -- Jacobians ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jacobian", [ad.jacobian, ad.jacfwd, ad.jacrev])
def test_jacobian_has_the_axes_of_the_result_and_then_of_the_argument(jacobian):
    x = np.arange(6.0).reshape(2, 3) + 1
    J = jacobian(lambda x: np.stack([x[0] * x[1], x[0] ** 2]))(x)
    assert J.shape == (2, 3, 2, 3)
    for i in range(3):
        assert J[0, i, 0, i] == x[1, i] and J[0, i, 1, i] == x[0, i] and J[1, i, 0, i] == 2 * x[0, i]
    assert np.count_nonzero(J) == 9


@pytest.mark.parametrize("jacobian", [ad.jacobian, ad.jacfwd, ad.jacrev])
def test_jacobian_of_trees_is_a_tree_of_trees(jacobian):
    J = jacobian(lambda p: {"s": p["x"] * p["a"], "t": p["a"]})({"x": np.array([1.0, 2.0]), "a": 3.0})
    assert_array_equal(J["s"]["x"], 3 * np.eye(2))
    assert_array_equal(J["s"]["a"], [1.0, 2.0])
    assert_array_equal(J["t"]["x"], [0.0, 0.0])
    assert J["t"]["a"] == 1.0


@pytest.mark.parametrize("jacobian", [ad.jacobian, ad.jacfwd, ad.jacrev])
def test_jacobian_of_a_constant_is_zero(jacobian):
    assert_array_equal(jacobian(lambda x: np.ones(2))(np.ones(3)), np.zeros((2, 3)))


def test_hessian_of_rosenbrock():
    def rosenbrock(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    assert_allclose(ad.hessian(rosenbrock)(np.ones(2)), [[802.0, -400.0], [-400.0, 200.0]], rtol=1e-15)


def test_hessian_of_a_tree_is_symmetric():
    H = ad.hessian(lambda p: np.sum(p["x"] ** 2) * p["a"] ** 2)({"x": np.array([1.0, 2.0]), "a": 3.0})
    assert_array_equal(H["x"]["x"], 18 * np.eye(2))
    assert_array_equal(H["x"]["a"], H["a"]["x"])
    assert_array_equal(H["x"]["a"], [12.0, 24.0])
    assert H["a"]["a"] == 10.0


def test_hvp_is_the_hessian_times_the_vector(rng):
    f = lambda x: np.sum(np.sin(x) * x[::-1] ** 2)  # noqa: E731
    x, v = rng.normal(size=(2, 4))
    assert_allclose(ad.hvp(f, x, v), ad.hessian(f)(x) @ v, rtol=1e-12)


def test_stop_gradient_is_a_constant_in_every_mode():
    f = lambda x: x * ad.stop_gradient(x * x)  # noqa: E731
    assert ad.grad(f)(3.0) == ad.derivative(f)(3.0) == 9.0
    assert ad.grad(ad.grad(f))(3.0) == 0.0
    assert type(ad.stop_gradient({"a": 1.0})["a"]) is float


# -- complex numbers ---------------------------------------------------------------------------------------------------


def test_gradient_of_a_real_function_of_a_complex_number():
    gradient = ad.grad(lambda z: np.real(z * np.conj(z)))(1.0 + 2.0j)
    assert gradient == 2.0 - 4.0j  # df/dx - i df/dy


@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
@pytest.mark.parametrize("transform", [ad.grad, ad.jacobian, ad.hessian])
def test_an_argument_that_is_named_twice_is_an_error(transform, argnums):
    with pytest.raises(InputError, match="twice"):
        transform(lambda x, y: x * y, argnums=argnums)(2.0, 3.0)


@pytest.mark.parametrize("argnums", [[0, 1], True, "x", None])
def test_argnums_that_are_no_positions_are_an_error(argnums):
    with pytest.raises(InputError, match="argnums is a position or a tuple of positions"):
        ad.grad(lambda x, y: x * y, argnums=argnums)(2.0, 3.0)


@pytest.mark.parametrize(
    "result",
    [lambda x: (x, "name"), lambda x: {"a": {x}}, lambda x: lambda: x, lambda x: (y for y in [x])],
    ids=["string", "set", "closure", "generator"],
)
@pytest.mark.parametrize(
    "transform",
    [
        lambda f: ad.jvp(f, (1.0,), (1.0,)),
        lambda f: ad.vjp(f, 1.0),
        lambda f: ad.linearize(f, 1.0),
        lambda f: ad.jacobian(f)(1.0),
    ],
    ids=["jvp", "vjp", "linearize", "jacobian"],
)
def test_a_result_that_is_no_number_has_no_derivative_and_not_a_zero_one(result, transform):
    with pytest.raises(InputError, match="the result of f.* is a .*, which has no derivative"):
        transform(result)


@pytest.mark.parametrize("array", [np.ones((1, 2)).view(np.matrix), np.ma.array([[1.0, 2.0]], mask=[[False, True]])])
def test_subclasses_of_ndarray_that_compute_otherwise_are_refused(array):
    for use in (lambda x: np.sum(x * array), lambda x: np.sum(np.add(x, array)), lambda x: np.sum(x @ array.T)):
        for x in (np.ones((1, 2)), np.ones((1, 2), np.float32)):
            with pytest.raises(InputError, match="can neither be differentiated nor be combined .*test_transforms.py"):
                ad.grad(use)(x)
    with pytest.raises(InputError, match="can neither be differentiated"):
        ad.grad(np.sum)(array)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.complex64])
@pytest.mark.parametrize(
    "f",
    [lambda x: 2.5**x, lambda x: np.array([1, 2, 3]) ** x, lambda x: x / np.int8(2), lambda x: x / np.array([1, 2, 3])],
    ids=["2.5**x", "integers**x", "x/int8", "x/integers"],
)
def test_a_gradient_beside_constants_of_other_types_has_the_dtype_of_its_argument(f, dtype):
    x = np.array([0.5, 1.0, 1.5], dtype)
    value, pullback = ad.vjp(f, x)
    (found,) = pullback(np.ones(3, value.dtype))
    assert found.dtype == dtype
    assert_allclose(found, ad.jvp(f, (x,), (np.ones(3, dtype),))[1], rtol=1e-2 if dtype == np.float16 else 1e-5)
    assert ad.grad(lambda x: np.sum(np.real(f(x))))(x).dtype == dtype
