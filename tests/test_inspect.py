"""The tape, looked at: what is recorded, its table, its expressions."""

import numpy as np
import pytest
import sympy

import autodiff as ad
from autodiff.errors import InputError

POINT = (np.pi / 6, 2.0, 5.0)


def C(t1, t2, t3):
    return np.sin(t1 * t2) + np.exp(t2 + t3) - 2 * t3


# -- recording ---------------------------------------------------------------------------------------------------------


def test_inputs_and_outputs_of_a_recorded_function_give_its_gradient():
    tape = ad.record(C, *POINT)
    assert list(tape.inputs) == ["t1", "t2", "t3"]
    gradient = tape.gradient(tape.outputs, tape.inputs)
    np.testing.assert_allclose(list(gradient.values()), ad.grad(C, (0, 1, 2))(*POINT), rtol=1e-15)


def test_leaves_of_an_argument_are_called_by_the_way_to_them():
    tape = ad.record(lambda p, *rest: p["w"][1] * rest[0], {"w": (1.0, 2.0)}, 3.0)
    assert [entry.name for entry in tape.entries if entry.primitive is None] == ["p['w'][0]", "p['w'][1]", "rest0"]


def test_arguments_without_names_are_x0_and_x1():
    assert list(ad.record(lambda *values: values[0] * values[1], 3.0, 4.0).inputs) == ["values0", "values1"]
    assert list(ad.record(max, 3.0, 4.0).inputs) == ["x0", "x1"]  # max has no signature


def test_keywords_are_passed_on_as_constants():
    tape = ad.record(lambda x, n: x**n, 3.0, n=2)
    assert tape.outputs.primal == 9.0
    assert list(tape.inputs) == ["x"]


def test_inputs_stay_the_arguments_though_the_function_assigns_to_them():
    def f(x):
        x[0] = 10.0
        return x.sum()

    tape = ad.record(f, np.array([1.0, 2.0]))
    assert tape.inputs["x"].index == 0
    np.testing.assert_array_equal(tape.gradient(tape.outputs, tape.inputs["x"]), [0.0, 1.0])


def test_recording_refuses_what_cannot_be_differentiated():
    with pytest.raises(InputError, match="argument 1"):
        ad.record(lambda x, mode: x, 1.0, "fast")


def test_recording_goes_on_after_the_function_has_returned():
    tape = ad.record(lambda x: x * x, 3.0)
    y = tape.outputs + tape.inputs["x"]
    assert tape.gradient(y, tape.inputs["x"]) == 7.0


# -- the table ---------------------------------------------------------------------------------------------------------


def columns(text):
    """{title: cells} of a table, cut where the titles and cells stand."""
    lines = text.splitlines()[:-1]
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    blank = [all(line[k : k + 2].isspace() for line in padded) for k in range(width)]
    found, start = [], 0
    for k in range(width):
        if blank[k] and not blank[k - 1]:
            found.append([line[start:k].strip() for line in padded])
            start = k
    found.append([line[start:].strip() for line in padded])
    return {cells[0]: cells[1:] for cells in found if cells[0]}


def test_the_table_has_the_primals_tangents_and_adjoints_of_the_book():
    table = columns(ad.record(C, *POINT).table(tangents={"t2": 1.0}))
    assert list(table) == ["#", "value", "primal", "tangent", "adjoint"]
    assert table["value"] == [
        "t1", "t2", "t3", "v3 = t1 * t2", "v4 = sin(v3)", "v5 = t2 + t3", "v6 = exp(v5)", "v7 = v4 + v6",
        "v8 = 2 * t3", "v9 = v7 - v8",
    ]  # fmt: skip
    primal, tangent, adjoint = (
        dict(zip(table["#"], map(float, table[c]), strict=True)) for c in ("primal", "tangent", "adjoint")
    )
    assert primal["9"] == pytest.approx(1087.499184, abs=5e-4)
    assert [adjoint[k] for k in "012"] == pytest.approx([1.0, 1096.89496, 1094.63316], abs=5e-4)
    assert tangent["9"] == adjoint["1"]


def test_the_table_shows_arrays_by_shape_and_first_entries():
    table = columns(str(ad.record(lambda x: np.exp(x).sum(), np.arange(6.0).reshape(2, 3))))
    assert table["primal"][0] == "(2, 3): 0 1 2 3 ..."
    assert table["adjoint"] == ["(2, 3): 1 2.718 7.389 20.09 ...", "(2, 3): 1 1 1 1 ...", "1"]


def test_a_value_without_influence_has_adjoint_zero():
    def f(x):
        np.sin(x)
        return x * x

    assert columns(str(ad.record(f, 3.0)))["adjoint"] == ["6", "0", "1"]


def test_there_are_no_adjoints_where_the_result_is_not_one_number():
    assert "adjoint" not in str(ad.record(lambda x: (x * x, x + 1), 3.0))
    assert "adjoint" not in str(ad.record(lambda x: x * x, np.ones(2)))
    assert "adjoint" not in ad.record(C, *POINT).table(adjoints=False)


def test_results_are_named_in_the_tree_that_was_returned():
    text = str(ad.record(lambda x: {"a": x * 2, "b": (x, 5.0)}, 3.0))
    assert text.splitlines()[-1] == "result: {'a': v1, 'b': (x, 5)}"


def test_several_results_of_one_operation_are_rows_of_their_own():
    table = columns(ad.record(lambda a: np.linalg.svd(a, full_matrices=False)[1].sum(), np.eye(2)).table())
    assert table["value"][1:4] == [f"v{k} = svd(a, full_matrices=False)[{k - 1}]" for k in (1, 2, 3)]


def test_tapes_made_by_hand_have_names_and_results_too():
    tape = ad.Tape()
    x, y = tape.variable(2.0), tape.variable(3.0, "rate")
    x * y
    assert str(tape).splitlines()[3:] == ["2  v2 = x0 * rate       6        1", "result: v2"]
    assert repr(tape) == "Tape(3 records, 2 variables)"
    assert repr(ad.Tape()) == "Tape(0 records, 0 variables)"
    assert str(ad.Tape()).splitlines()[-1] == "result: None"


def test_names_of_variables_and_of_other_values_never_meet():
    tape = ad.Tape()
    v = [tape.variable(1.0, name) for name in ("v3", "a", "a", "")] + [tape.variable(1.0), tape.variable(1.0, "x3")]
    sum(v)
    found = [line.split()[1] for line in str(tape).splitlines()[1:-1]]
    assert len(set(found)) == len(found)
    assert found[:4] == ["v3", "a", "a_", "x3_"] and found[6].startswith("w")


def test_a_long_table_is_cut_and_says_so():
    def f(x):
        for _ in range(99):
            x = np.sin(x)
        return x

    tape = ad.record(f, 1.0)
    lines = str(tape).splitlines()
    assert len(lines) == 63
    assert "40 rows left out" in lines[51] and lines[52].startswith("90")
    assert len(tape.table(rows=None).splitlines()) == 102


def test_an_unknown_tangent_is_refused_by_name():
    tape = ad.record(C, *POINT)
    with pytest.raises(InputError, match="'t4'.*t1, t2, t3"):
        tape.table(tangents={"t4": 1.0})
    with pytest.raises(InputError, match=r"shape \(2,\).*shape \(\)"):
        tape.table(tangents={"t1": np.ones(2)})


def test_tangents_are_those_of_jvp():
    x, v = np.arange(1.0, 4.0), np.array([1.0, 0.0, -2.0])
    f = lambda x: np.sum(np.log(x) * x)  # noqa: E731
    table = columns(ad.record(f, x).table(tangents={"x": v}))
    assert float(table["tangent"][-1]) == pytest.approx(ad.jvp(f, (x,), (v,))[1], rel=1e-6)


# -- expressions -------------------------------------------------------------------------------------------------------


def test_results_become_expressions_of_variables_called_as_the_arguments():
    t1, t2, t3 = sympy.symbols("t1 t2 t3", real=True)
    assert ad.record(C, *POINT).to_sympy() == sympy.sin(t1 * t2) + sympy.exp(t2 + t3) - 2 * t3


def test_results_become_expressions_of_the_symbols_that_are_given():
    a, b, x = sympy.symbols("a b x")
    tape = ad.record(lambda p, x: {"y": p[0] * x + p[1], "n": 3}, np.array([2.0, 3.0]), 5.0)
    assert tape.to_sympy([a, b], x) == {"y": a * x + b, "n": 3}
    with pytest.raises(InputError, match="2 variables, but 1 symbols"):
        tape.to_sympy([a, b])


def test_a_tape_made_by_hand_becomes_an_expression_of_its_variables():
    tape = ad.Tape()
    x = tape.variable(2.0, "x")
    np.exp(x * x)
    assert tape.to_sympy() == sympy.exp(sympy.Symbol("x", real=True) ** 2)
