"""`minimize`: any objective of any tree, with derivatives from anywhere, and clear errors before any work."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import autodiff as ad
import optim
from optim.errors import (
    InvalidObjectiveError,
    InvalidStartError,
    OptimizationError,
    UnknownMethodError,
    UnknownOptionError,
    UnsupportedProblemError,
)
from optim.methods import METHODS

RATES = {"gradient_descent": 0.1, "momentum": 0.02, "nesterov": 0.02, "sgd": 0.1, "adam": 0.1}


def options_for(method):
    return {"learning_rate": RATES[method]} if method in RATES else {}


def bowl(x):
    return (x[0] - 1) ** 2 + 2 * (x[1] + 2) ** 2 + x[0] * x[1] / 2


BOTTOM = np.linalg.solve([[2, 0.5], [0.5, 4]], [2, -8])
FIRST_METHODS = [
    "gradient_descent", "momentum", "nesterov", "sgd", "adam", "newton", "bfgs", "lbfgs", "steepest_descent",
]  # fmt: skip


@pytest.mark.parametrize("method", FIRST_METHODS)
def test_method_minimises_a_bowl(method):
    res = optim.minimize(bowl, np.zeros(2), method, **options_for(method))
    assert res.success and res.status is optim.Status.CONVERGED
    np.testing.assert_allclose(res.x, BOTTOM, atol=1e-8)  # the gradient is at most 1e-8 and the curvature at least 1.9


@pytest.mark.parametrize("method", FIRST_METHODS)
def test_every_field_of_the_result_is_there(method):
    res = optim.minimize(bowl, np.zeros(2), method, **options_for(method))
    for name in "x fun jac hess success status message nit nfev njev nhev time optimality history".split():
        assert hasattr(res, name), name
        if name != "hess":
            assert res[name] is not None
    assert res.fun == bowl(res.x)
    np.testing.assert_array_equal(res.jac, ad.grad(bowl)(res.x))
    assert res.optimality == np.abs(res.jac).max()
    assert res.message == res.status.sentence and res.method == method
    assert len(res.history) == res.nit + 1
    assert set(res.history.columns) >= {"nfev", "njev", "time", "fun", "grad_norm", "step_norm", "lr"}
    assert res.history.fun[0] == bowl(np.zeros(2)) and res.history.fun[-1] == res.fun
    assert res.history.nfev[-1] == res.nfev and res.history.njev[-1] == res.njev


def test_hessian_of_the_result_is_that_at_the_solution():
    res = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "newton")
    np.testing.assert_allclose(res.hess, ad.hessian(optim.problems.rosenbrock)(res.x))
    assert optim.minimize(bowl, np.zeros(2), "bfgs").hess is None


class Pair(NamedTuple):
    a: float
    b: np.ndarray


@dataclass
class Model:
    weights: np.ndarray
    offset: float


@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton", "adam"])
@pytest.mark.parametrize(
    "x0",
    [
        {"w": np.zeros((2, 3)), "b": np.zeros(2), "c": 0.5},
        [np.zeros(3), (np.zeros((1, 2)), 2.0), None],
        Pair(0.0, np.ones(4)),
        Model(np.zeros((2, 2)), 1.0),
        np.zeros((2, 3)),
        np.float64(3.0),
        3.0,
        np.array(3.0),
    ],
    ids=lambda x0: type(x0).__name__,
)
def test_start_may_be_any_tree(method, x0):
    def fun(tree):
        return sum(np.sum((leaf - k - 1) ** 2) for k, leaf in enumerate(ad.tree.leaves(tree)))

    res = optim.minimize(fun, x0, method, **options_for(method))
    assert res.success
    assert ad.tree.structure(res.x) == ad.tree.structure(x0) == ad.tree.structure(res.jac)
    for k, (leaf, start) in enumerate(zip(ad.tree.leaves(res.x), ad.tree.leaves(x0), strict=True)):
        assert np.shape(leaf) == np.shape(start) and type(leaf) is type(start)
        np.testing.assert_allclose(leaf, k + 1, atol=1e-8)
    assert fun(res.x) == res.fun


def test_hessian_of_a_tree_is_a_tree_of_trees():
    res = optim.minimize(
        lambda p: (p["a"] - 1) ** 2 + ((p["b"] - p["a"]) ** 2).sum(), {"a": 0.0, "b": np.zeros(2)}, "newton"
    )
    assert res.hess["a"]["a"] == 6.0
    np.testing.assert_array_equal(res.hess["b"]["a"], [-2.0, -2.0])
    np.testing.assert_array_equal(res.hess["b"]["b"], 2 * np.eye(2))


def test_hessian_may_be_given_for_a_tree():
    def fun(p):
        return (p["a"] - 1) ** 2 + ((p["b"] - p["a"]) ** 2).sum()

    x0 = {"a": 0.0, "b": np.zeros(2)}
    by_tree = optim.minimize(fun, x0, "newton", hess=ad.hessian(fun))
    by_matrix = optim.minimize(fun, x0, "newton", hess=lambda p: np.array([[6.0, -2, -2], [-2, 2, 0], [-2, 0, 2]]))
    assert by_tree.success and by_matrix.success and by_tree.nhev == by_matrix.nhev == 2
    np.testing.assert_allclose(by_tree.x["b"], by_matrix.x["b"])


def test_list_of_numbers_is_a_vector():
    res = optim.minimize(optim.problems.rosenbrock, [-1.2, 1])
    np.testing.assert_allclose(res.x, [1, 1])
    assert isinstance(res.x, np.ndarray)


def test_integers_are_promoted():
    res = optim.minimize(bowl, np.array([0, 0]))
    assert res.x.dtype == np.float64 and res.success


def test_single_precision_stays_single_and_says_when_it_can_do_no_more():
    res = optim.minimize(bowl, np.zeros(2, np.float32), tol=0)
    assert res.x.dtype == np.float32 and res.success
    # Values rounded to 1e-7 tell points apart down to the root of that; gradients do better, to some ulps of x.
    np.testing.assert_allclose(res.x, BOTTOM, rtol=1e-5)


def test_function_is_given_a_copy_that_it_may_change():
    def greedy(x):
        value = bowl(x)
        x[:] = np.nan
        return value

    def greedy_gradient(x):
        found = ad.grad(bowl)(x)
        x[:] = np.nan
        return found

    np.testing.assert_allclose(optim.minimize(greedy, np.zeros(2), jac=greedy_gradient).x, BOTTOM, atol=1e-8)


def test_gradient_may_return_the_same_buffer_each_time():
    buffer = np.empty(2)

    def gradient(x):
        buffer[:] = ad.grad(bowl)(x)
        return buffer

    np.testing.assert_allclose(optim.minimize(bowl, np.zeros(2), jac=gradient).x, BOTTOM, atol=1e-8)


def test_start_is_not_changed():
    x0 = np.array([-1.2, 1.0])
    optim.minimize(optim.problems.rosenbrock, x0, "adam", learning_rate=0.1, max_iter=5)
    np.testing.assert_array_equal(x0, [-1.2, 1.0])


# -- derivatives -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["bfgs", "newton", "gradient_descent"])
def test_given_derivatives_and_autodiff_take_the_same_way(method):
    options = {"method": method, "max_iter": 10, "record": "full"} | options_for(method)
    own = optim.minimize(bowl, np.zeros(2), **options)
    H = np.array([[2, 0.5], [0.5, 4]])
    given = optim.minimize(bowl, np.zeros(2), jac=lambda x: H @ x - [2, -8], hess=lambda x: H, **options)
    np.testing.assert_allclose(own.history.x, given.history.x, atol=1e-12)


def test_function_may_return_value_and_gradient():
    res = optim.minimize(lambda x: (bowl(x), ad.grad(bowl)(x)), np.zeros(2), jac=True)
    assert res.success and res.nfev == res.njev
    np.testing.assert_allclose(res.x, BOTTOM, atol=1e-8)


@pytest.mark.parametrize(("jac", "accuracy"), [("2-point", 1e-6), ("3-point", 1e-9)])
def test_differences_serve_where_nothing_else_does(jac, accuracy):
    def opaque(x):
        return float(bowl([float(v) for v in x]))  # refuses traced values

    res = optim.minimize(opaque, np.zeros(2), jac=jac, tol=1e-5)
    assert res.success
    np.testing.assert_allclose(res.jac, ad.grad(bowl)(res.x), atol=accuracy)
    per_point = {"2-point": 3, "3-point": 5}[jac]
    assert res.nfev == per_point * res.njev


def test_args_are_passed_to_function_gradient_and_hessian():
    def fun(x, target, scale):
        return (scale * (x - target) ** 2).sum()

    target, scale = np.array([1.0, 2.0]), 3.0
    res = optim.minimize(
        fun, np.zeros(2), "newton", args=(target, scale),
        jac=lambda x, t, s: 2 * s * (x - t), hess=lambda x, t, s: 2 * s * np.eye(2),
    )  # fmt: skip
    np.testing.assert_allclose(res.x, target)
    np.testing.assert_allclose(optim.minimize(fun, np.zeros(2), args=(target, scale)).x, target)
    np.testing.assert_allclose(optim.minimize(lambda x, t: (x - t) ** 2, 0.0, args=(4.0,)).x, 4.0)


@pytest.mark.parametrize("jac", [None, "given", True, "3-point"])
def test_maximum_is_found_and_reported_with_the_signs_of_the_function(jac):
    def hill(x):
        return 5 - bowl(x)

    jacs = {"given": ad.grad(hill)}
    fun = (lambda x: (hill(x), ad.grad(hill)(x))) if jac is True else hill
    res = optim.minimize(fun, np.zeros(2), jac=jacs.get(jac, jac), maximize=True, tol=1e-6)
    assert res.success
    np.testing.assert_allclose(res.x, BOTTOM, atol=1e-6)
    assert res.fun == hill(res.x) == res.best.fun and (np.diff(res.history.fun) >= 0).all()
    np.testing.assert_allclose(res.jac, ad.grad(hill)(res.x), atol=1e-8)


def test_hessian_at_a_maximum_is_negative():
    res = optim.minimize(lambda x: -bowl(x), np.zeros(2), "newton", maximize=True)
    assert (np.linalg.eigvalsh(res.hess) < 0).all()


# -- bad input ---------------------------------------------------------------------------------------------------------


def never(x):
    raise AssertionError("the objective was evaluated")


BAD = [
    ("unknown method", {"method": "bfsg"}, UnknownMethodError, "did you mean bfgs"),
    ("method of no kind", {"method": 3}, UnknownMethodError, "a name, a method or a transform"),
    ("unknown option", {"method": "adam", "learning_rat": 1.0}, UnknownOptionError, "did you mean learning_rate"),
    (
        "option of another method",
        {"method": "bfgs", "learning_rate": 1.0},
        UnknownOptionError,
        "no option 'learning_rate'",
    ),
    ("SciPy's maxiter", {"maxiter": 3}, UnknownOptionError, "here it is called max_iter"),
    ("SciPy's options", {"options": {"gtol": 1}}, UnknownOptionError, "give the options as keywords"),
    ("options beside an object", {"method": optim.adam(1.0), "beta1": 0.5}, UnknownOptionError, "optim.adam"),
    ("bounds", {"bounds": [(0, 1), (0, 1)]}, UnsupportedProblemError, "'bfgs' cannot handle bounds"),
    ("constraints", {"constraints": [{"type": "eq"}]}, UnsupportedProblemError, "'bfgs' cannot handle constraints"),
    ("unknown record", {"record": "ful"}, UnknownOptionError, "did you mean full"),
    ("unknown keep", {"keep": "first"}, UnknownOptionError, "'best', 'last'"),
    ("unknown line search", {"line_search": "wolfe"}, UnknownOptionError, "strong_wolfe"),
    ("unknown differences", {"jac": "2point"}, InvalidObjectiveError, "did you mean 2-point"),
    ("negative tolerance", {"tol": -1.0}, ValueError, "tol must be a number that is at least 0"),
    ("nan tolerance", {"step_tol": np.nan}, ValueError, "step_tol must be a number"),
    ("negative rate", {"method": "adam", "learning_rate": -1.0}, ValueError, "learning rate"),
    ("hess of no kind", {"hess": 3}, InvalidObjectiveError, "hess must be a function"),
]


@pytest.mark.parametrize(("options", "error", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_options_are_refused_before_any_work(options, error, says):
    with pytest.raises(error, match=says):
        optim.minimize(never, np.zeros(2), **options)


@pytest.mark.parametrize(
    ("x0", "says"),
    [
        (np.array([1.0, np.nan]), "x0 must be finite"),
        (np.array([]), "no numbers"),
        ({}, "no numbers"),
        (np.array([1j]), "real and imaginary parts"),
        (np.array(["a"]), "no real number"),
        ({"a": 1.0, "b": "text"}, "no real number"),
        (np.array([True]), "no real number"),
    ],
    ids=["nan", "empty", "empty tree", "complex", "text", "text in a tree", "bool"],
)
def test_bad_starts_are_refused_before_any_work(x0, says):
    with pytest.raises(InvalidStartError, match=says):
        optim.minimize(never, x0)


@pytest.mark.parametrize(
    ("fun", "options", "says"),
    [
        (lambda x: np.log(-x).sum(), {}, "the objective is nan at x0"),
        (lambda x: np.inf * x[0], {"jac": lambda x: x}, "the objective is inf at x0"),
        (lambda x: np.sqrt(x - 1).sum(), {}, "the gradient at x0 is not finite"),
        (lambda x: x, {"jac": lambda x: x}, "one real number, but it returned an array of shape \\(2,\\)"),
        (lambda x: "text", {"jac": lambda x: x}, "one real number"),
        (lambda x: 1j, {"jac": lambda x: x}, "one real number"),
        (
            lambda x: x.sum(),
            {"jac": lambda x: np.ones(3)},
            "the gradient has shape \\(3,\\), but x0 has shape \\(2,\\)",
        ),
        (lambda x: x.sum(), {"jac": lambda x: 1.0}, "the gradient has shape \\(\\)"),
        (lambda x: x.sum(), {"jac": True}, "returns the pair"),
        (lambda x: (x**2).sum(), {"method": "newton", "hess": lambda x: np.eye(3)}, "the Hessian has blocks"),
    ],
)
def test_bad_objectives_are_refused_at_the_start(fun, options, says):
    with pytest.raises(InvalidObjectiveError, match=says):
        optim.minimize(fun, np.ones(2), **options)


def test_objective_that_is_no_function_is_refused():
    with pytest.raises(InvalidObjectiveError, match="must be a function"):
        optim.minimize(3.0, np.zeros(2))


def test_gradient_of_another_shape_is_named_by_its_path():
    with pytest.raises(
        InvalidObjectiveError, match=r"the gradient\['b'\] has shape \(3,\), but x0\['b'\] has shape \(2,\)"
    ):
        optim.minimize(
            lambda p: p["a"] + p["b"].sum(), {"a": 1.0, "b": np.zeros(2)}, jac=lambda p: {"a": 1.0, "b": np.zeros(3)}
        )


def test_non_scalar_objective_is_refused_by_autodiff_too():
    with pytest.raises(ad.errors.NonScalarOutputError):
        optim.minimize(lambda x: x, np.ones(2))


def test_errors_of_the_objective_are_passed_on():
    def broken(x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        optim.minimize(broken, np.zeros(2))


def test_all_errors_are_of_one_kind():
    for name in optim.errors.__all__:
        found = getattr(optim.errors, name)
        assert not isinstance(found, type) or issubclass(found, OptimizationError)


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BFGS", "L-BFGS", "l_bfgs", "Newton", "GD", "gradient-descent"])
def test_names_of_methods_are_read_as_people_write_them(name):
    assert optim.minimize(
        bowl, np.zeros(2), name, **options_for("gradient_descent" if "g" == name[0].lower() else "")
    ).success


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_has_its_function_in_the_package(name):
    assert callable(getattr(optim, name)) and getattr(optim, name).__doc__


def test_method_objects_may_be_used_again_and_again():
    method = optim.bfgs()
    first, second = (optim.minimize(bowl, np.zeros(2), method) for _ in range(2))
    assert first.nfev == second.nfev and not hasattr(method, "x")
    transform = optim.adam(0.1)
    assert optim.minimize(bowl, np.zeros(2), transform).nit == optim.minimize(bowl, np.zeros(2), transform).nit


def test_missing_names_of_the_package_are_answered_with_near_ones():
    with pytest.raises(AttributeError, match="did you mean minimize"):
        _ = optim.minimise
