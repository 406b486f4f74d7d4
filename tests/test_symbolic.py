"""The bridge to SymPy: there, back, and as the judge of both modes."""

import subprocess
import sys

import numpy as np
import pytest
import sympy as sp

import autodiff as ad
from autodiff import symbolic
from autodiff.errors import CheckError, InputError, StructureError, UnsupportedError
from autodiff.primitive import general
from autodiff.symbolic.counterparts import elementwise
from autodiff.symbolic.functions import _known_classes
from autodiff.symbolic.general import general as general_table

x, y, z = sp.symbols("x y z", real=True)


# -- there -------------------------------------------------------------------------------------------------------------


def test_scalars_become_expressions():
    assert symbolic.to_sympy(lambda x, y: np.sin(x * y) + x / 2 - np.pi, x, y) == sp.sin(x * y) + x / 2 - sp.pi


def test_arrays_become_arrays_of_expressions():
    found = symbolic.to_sympy(lambda v: np.cumsum(v)[::-1] * 2.0, (x, y, z))
    assert found.tolist() == [2 * (x + y + z), 2 * (x + y), 2 * x]


def test_symbols_may_be_matrices_lists_and_trees():
    A, b = sp.MatrixSymbol("A", 2, 2).as_explicit(), [x, y]
    found = symbolic.to_sympy(lambda A, p: {"y": A @ p["b"]}, A, {"b": b})
    assert found["y"].tolist() == list(A * sp.Matrix(b))


def test_each_kind_of_primitive_runs_on_symbols():
    v = np.array([[x, y], [y, z]])
    weights = np.array([[1.0, 2.0], [0.5, 0.0]])
    assert symbolic.to_sympy(np.exp, v)[0, 1] == sp.exp(y)  # elementwise
    assert symbolic.to_sympy(lambda v: np.sum(v * weights, axis=0), v)[0] == x + y / 2  # linear
    assert symbolic.to_sympy(lambda v: v @ weights.T, v)[1, 0] == y + 2 * z  # bilinear
    assert symbolic.to_sympy(lambda v: np.einsum("ij,jk,ki->", v, weights, v), v).has(z)  # multilinear
    assert symbolic.to_sympy(np.prod, v) == x * y**2 * z  # general
    assert symbolic.to_sympy(np.linalg.det, v) == x * z - y**2
    assert symbolic.to_sympy(lambda v: np.max(v, axis=1), v).tolist() == [sp.Max(x, y), sp.Max(y, z)]


def test_assignment_and_loops_become_expressions():
    def f(v):
        w = np.zeros_like(v)
        for k in range(2):
            w[k + 1] = w[k] + v[k] ** 2
        return w

    assert symbolic.to_sympy(f, (x, y, z)).tolist() == [0, x**2, x**2 + y**2]


def test_a_gradient_becomes_the_expression_of_the_gradient():
    found = symbolic.to_sympy(ad.grad(lambda x: np.sin(x) * x), x)
    assert sp.simplify(found - sp.diff(sp.sin(x) * x, x)) == 0


def test_constants_keep_their_value():
    assert symbolic.to_sympy(lambda x: x * 0.1, x).coeff(x) == sp.Float(0.1)
    assert symbolic.to_sympy(lambda x: np.stack([x, 3.0]), x).tolist() == [x, 3]
    assert symbolic.to_sympy(lambda x: 5.0, x) == 5


def test_a_decision_by_value_needs_a_point():
    def f(x):
        return x**2 if x > 0 else -x

    with pytest.raises(InputError, match="computes different things at different points.*at="):
        symbolic.to_sympy(f, x)
    assert symbolic.to_sympy(f, x, at=(1.0,)) == x**2
    assert symbolic.to_sympy(f, x, at=(-1.0,)) == -x


def test_a_value_held_constant_needs_a_point():
    with pytest.raises(InputError, match="computes different things"):
        symbolic.to_sympy(lambda x: x - np.floor(x), x)
    assert symbolic.to_sympy(lambda x: x - np.floor(x), x, at=(2.5,)) == x - 2


def test_symbols_known_to_be_positive_are_given_positive_values():
    p = sp.Symbol("p", positive=True)
    assert symbolic.to_sympy(lambda p: np.sqrt(p) if p > 0 else p, p) == sp.sqrt(p)


def test_a_domain_that_is_missed_is_asked_for():
    A = np.array([[x, y], [y, z]])
    with pytest.raises(InputError, match="cannot be run at a point that was chosen at random.*at="):
        symbolic.to_sympy(np.linalg.cholesky, A)
    found = symbolic.to_sympy(np.linalg.cholesky, A, at=(np.array([[2.0, 0.5], [0.5, 1.0]]),))
    assert found[1, 0] == y / sp.sqrt(x)


def test_what_has_no_counterpart_is_named():
    with pytest.raises(UnsupportedError, match="planted has no counterpart in SymPy"):
        planted = general(lambda x: x, lambda dx, ans, x: dx, lambda ans, x: lambda c: c, name="planted")
        symbolic.to_sympy(lambda v: planted(v), (x, y))


def test_points_must_fit_the_symbols():
    with pytest.raises(InputError, match="1 arguments, but there are symbols for 2"):
        symbolic.to_sympy(np.multiply, x, y, at=(1.0,))
    with pytest.raises(InputError, match=r"shape \(3,\) for symbols of shape \(2,\)"):
        symbolic.to_sympy(np.sum, (x, y), at=(np.ones(3),))
    with pytest.raises(StructureError):
        symbolic.to_sympy(lambda d: d["a"], {"a": x}, at=({"b": 1.0},))
    with pytest.raises(InputError, match="not 'text'"):
        symbolic.to_sympy(np.sin, "text")


def test_a_tape_becomes_expressions_of_its_variables():
    tape = ad.Tape()
    a, v = tape.variable(2.0, "a"), tape.variable(np.array([1.0, 2.0]))
    tape.outputs = {"y": a * v}
    x1_0, x1_1 = sp.symbols("x1_0 x1_1", real=True)
    assert symbolic.of_tape(tape)["y"].tolist() == [sp.Symbol("a", real=True) * x1_0, sp.Symbol("a", real=True) * x1_1]
    assert symbolic.of_tape(tape, z, [x, y])["y"].tolist() == [x * z, y * z]
    with pytest.raises(InputError, match="2 variables, but 1 symbols"):
        symbolic.of_tape(tape, z)
    with pytest.raises(InputError, match=r"shape \(3,\), but the variable of the tape has shape \(2,\)"):
        symbolic.of_tape(tape, z, [x, y, z])


# -- back --------------------------------------------------------------------------------------------------------------


def test_an_expression_becomes_a_differentiable_function():
    expression = sp.exp(-(x**2)) * sp.log(1 + y**2) / sp.sqrt(x)
    f = symbolic.from_sympy(expression, [x, y])
    at = {x: 0.7, y: -1.3}
    found = ad.grad(f, argnums=(0, 1))(0.7, -1.3)
    assert found == pytest.approx([float(expression.diff(s).subs(at)) for s in (x, y)], rel=1e-13)


def test_a_function_of_an_array_takes_the_array():
    f = symbolic.from_sympy(x * y - z, [(x, y, z)])
    np.testing.assert_array_equal(ad.grad(f)(np.array([2.0, 3.0, 4.0])), [3.0, 2.0, -1.0])


def test_expressions_of_numbers_work_on_arrays_elementwise():
    f = symbolic.from_sympy(sp.sin(x) ** 2, x)
    np.testing.assert_allclose(ad.derivative(f)(np.array([0.1, 0.2])), np.sin([0.2, 0.4]), rtol=1e-14)


def test_matrices_and_trees_of_expressions_become_arrays_and_trees():
    f = symbolic.from_sympy({"R": sp.Matrix([[sp.cos(x), -sp.sin(x)], [0, 1]]), "x": x}, [x])
    result = f(0.5)
    np.testing.assert_allclose(result["R"], [[np.cos(0.5), -np.sin(0.5)], [0, 1]], rtol=1e-15)
    slope = ad.jacfwd(f)(0.5)
    np.testing.assert_allclose(slope["R"], [[-np.sin(0.5), -np.cos(0.5)], [0, 0]], rtol=1e-15)


def test_pieces_that_are_not_taken_do_not_spoil_the_derivative():
    f = symbolic.from_sympy(sp.Piecewise((sp.sqrt(x), x > 0), (0, True)), [x])
    assert ad.grad(f)(0.0) == 0.0
    assert ad.grad(f)(4.0) == 0.25


def test_max_of_three_is_differentiated():
    f = symbolic.from_sympy(sp.Max(x, y, z) - sp.Min(x, y, z), [x, y, z])
    assert ad.grad(f, argnums=(0, 1, 2))(3.0, 1.0, 2.0) == (1.0, -1.0, 0.0)


def test_what_numpy_does_not_have_is_named():
    with pytest.raises(UnsupportedError, match="gamma.*no counterpart among the functions of NumPy"):
        symbolic.from_sympy(sp.gamma(x), [x])
    with pytest.raises(UnsupportedError, match="Integral"):
        symbolic.from_sympy(sp.Integral(sp.sin(x**2), (x, 0, y)), [y])


def test_symbols_that_are_not_given_are_named():
    with pytest.raises(InputError, match="contains y, which is not among the symbols"):
        symbolic.from_sympy(x + y, [x])
    with pytest.raises(InputError, match="distinct"):
        symbolic.from_sympy(x, [x, x])
    with pytest.raises(InputError, match=r"shape \(3,\), but its symbols have shape \(2,\)"):
        symbolic.from_sympy(x + y, [(x, y)])(np.ones(3))


AT = {np.arccosh: (1.7,)}
ONE_WAY = {np.i0, np.ldexp}  # NumPy's Bessel function is this one alone, and ldexp takes integers


@pytest.mark.parametrize("function", [f for f in elementwise() if f not in ONE_WAY], ids=lambda f: f.__name__)
def test_there_and_back_is_the_same_function(function):
    nin = getattr(function, "nin", 1)
    symbols, at = (x, y, z)[:nin], AT.get(function, (0.3, 0.6, 0.9)[:nin])
    there = symbolic.to_sympy(function, *symbols, at=at)
    assert all(isinstance(part, _known_classes()) for part in sp.preorder_traversal(there))
    assert symbolic.from_sympy(there, symbols)(*at) == pytest.approx(function(*at), rel=1e-14)


# -- the judge ---------------------------------------------------------------------------------------------------------


def test_functions_of_every_kind_pass():
    def f(p, v):
        h = np.tanh(p["W"] @ v + p["b"])
        return {"loss": np.log(np.sum(np.exp(h))), "ratio": h[::-1] / np.prod(1 + h**2)}

    parameters = {"W": np.array([[0.1, -0.4], [1.2, 0.3]]), "b": np.array([0.2, -0.1])}
    symbolic.check(f, parameters, np.array([0.5, -0.7]))


def test_second_derivatives_pass():
    symbolic.check(ad.grad(lambda v: np.sum(np.sin(v) * v[0] ** 2)), np.array([0.3, 1.1]))
    symbolic.check(ad.hessian(lambda v: np.sin(v[0] * v[1])), np.array([0.3, 1.1]))


def test_single_precision_passes():
    symbolic.check(lambda x: np.exp(x) * x, np.array([0.3, 1.1], np.float32))


def wrong(x):
    return np.sin(x)


WRONG = {
    "forward": general(wrong, lambda dx, ans, x: -dx * np.cos(x), lambda ans, x: lambda c: c * np.cos(x)),
    "reverse": general(wrong, lambda dx, ans, x: dx * np.cos(x), lambda ans, x: lambda c: -c * np.cos(x)),
}


@pytest.mark.parametrize("mode", WRONG)
def test_a_wrong_rule_is_caught_and_named(mode, monkeypatch):
    table = {**general_table(), wrong: lambda args, at, params: np.frompyfunc(sp.sin, 1, 1)(*args)}
    monkeypatch.setattr("autodiff.symbolic.replay.general", lambda: table)
    message = (
        rf"{mode} mode: the derivative of the result\['y'\]\[0\] with respect to argument 1\['v'\]\[0\] is -.*SymPy"
    )
    with pytest.raises(CheckError, match=message):
        symbolic.check(lambda s, p: {"y": s + WRONG[mode](p["v"])}, 1.0, {"v": np.array([0.3, 0.4])})


def test_a_wrong_value_is_caught(monkeypatch):
    table = {**general_table(), wrong: lambda args, at, params: args[0]}
    monkeypatch.setattr("autodiff.symbolic.replay.general", lambda: table)
    with pytest.raises(CheckError, match="the value of the result is .*, but SymPy finds 1.0, from x0"):
        symbolic.check(WRONG["forward"], 1.0)


def test_a_singular_point_is_called_what_it_is():
    with pytest.raises(CheckError, match="cannot be checked: .* is not a finite real number"):
        symbolic.check(np.sqrt, 0.0)


def test_complex_arguments_are_refused():
    with pytest.raises(InputError, match="real arguments"):
        symbolic.check(np.exp, 1j)


def test_sympy_is_imported_only_when_it_is_used():
    program = "import sys, autodiff.symbolic; sys.exit('sympy' in sys.modules or 'mpmath' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
