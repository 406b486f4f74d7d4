"""The tape, looked at: what is recorded, its table, its source, its graph, its expressions."""

import dataclasses
import importlib
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import tree
from autodiff.errors import InputError
from autodiff.primitive import elementwise

POINT = (np.pi / 6, 2.0, 5.0)


def C(t1, t2, t3):
    return np.sin(t1 * t2) + np.exp(t2 + t3) - 2 * t3


def assert_same(found, expected, rtol=1e-14):
    assert tree.structure(found) == tree.structure(expected)
    for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
        assert np.shape(a) == np.shape(b)


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


# -- source ------------------------------------------------------------------------------------------------------------


def run_again(f, *args):
    return ad.record(f, *args).source().function()(*args)


OPERATIONS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / (2.5 + y * y),
    "sin": lambda x, y: np.sin(x),
    "tanh of the negative": lambda x, y: np.tanh(-x),
    "square": lambda x, y: x**2,
    "root": lambda x, y: (x * x + 1) ** 0.5,
    "hypot": lambda x, y: np.hypot(x, y),
    "maximum": lambda x, y: np.maximum(x, y),
    "where": lambda x, y: np.where(np.greater(x, 0), x, y),
    "sum": lambda x, y: np.sum(x, keepdims=True),
    "mean": lambda x, y: np.mean(x, axis=-1) if np.ndim(x) else x,
    "part": lambda x, y: x[..., 1:] if np.ndim(x) else x,
    "entries": lambda x, y: x[[0, -1, 0]] if np.ndim(x) else x,
    "transpose": lambda x, y: np.transpose(x) + 1,
    "reshape": lambda x, y: np.reshape(x, (-1,)),
    "stack": lambda x, y: np.stack([x, 2.0 * x]),
    "concatenate": lambda x, y: np.concatenate([np.ravel(x), np.ravel(y)]),
    "matmul": lambda x, y: x @ np.linspace(-1, 1, x.shape[-1]) if np.ndim(x) else x,
    "constant array": lambda x, y: x + np.full(np.shape(x), 0.5),
    "assignment": lambda x, y: assigned(x),
}


def assigned(x):
    if not np.ndim(x):
        return x
    x = x + 0.0
    x[..., 0] = x[..., -1] * 2
    return x


@st.composite
def programs(draw):
    """A function of some arguments that applies operations to values found so far, and its arguments."""
    kinds = draw(st.lists(st.sampled_from(["number", "vector", "matrix"]), min_size=1, max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = {"vector": (3,), "matrix": (2, 3)}
    args = tuple(rng.normal(size=shapes[kind]) if kind in shapes else float(rng.normal()) for kind in kinds)
    place = st.integers(0, 10**6)
    steps = draw(st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), place, place), min_size=1, max_size=8))

    def program(*args):
        values = list(args)
        for name, i, j in steps:
            x, y = values[i % len(values)], values[j % len(values)]
            try:
                np.broadcast_shapes(np.shape(x), np.shape(y))
            except ValueError:
                y = 0.5
            values.append(OPERATIONS[name](x, y))
        return values[-1], {"all": values[len(args) :]}

    return program, args


@given(programs())
def test_the_source_of_any_program_gives_its_values(program):
    f, args = program
    assert_same(run_again(f, *args), f(*args), rtol=1e-12)


def test_source_holds_at_other_points_too():
    again = ad.record(C, *POINT).source().function()
    assert again(1.0, 0.5, -2.0) == pytest.approx(C(1.0, 0.5, -2.0), rel=1e-15)


def test_the_source_is_that_of_a_person():
    assert ad.record(lambda p, x: np.sum(p["w"][1:] * x, axis=0) / 3, {"w": np.ones(3)}, 2.0).source("mean") == (
        "import numpy as np\n\n\n"
        "def mean(p, x):\n"
        "    v2 = p['w'][1:]\n"
        "    v3 = v2 * x\n"
        "    v4 = np.sum(v3, axis=0)\n"
        "    v5 = v4 / 3\n"
        "    return v5\n"
    )


def test_source_leaves_out_what_the_result_does_not_need():
    def f(x):
        np.sin(x)
        return np.exp(x)

    assert "sin" not in ad.record(f, 1.0).source()


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda x: x ** (1 / 3), -8.0),  # complex in Python, nan in NumPy
        (lambda x: x**-1, 0.0),  # an error in Python, inf in NumPy
        (lambda x: (-2.0) ** x, 3.0),
        (lambda x: 7 % x, -2.5),
        (lambda x: x * np.inf - np.nan, 1.0),
        (lambda x: x + (1.0, 2.0), 1.0),
        (lambda x: x * 1j, 2.0),
        (lambda x: (x * complex(np.inf, 1)).imag, 2.0),
    ],
)
def test_python_numbers_in_the_source_are_computed_as_numpy_computes_them(f, x):
    with np.errstate(all="ignore"):
        tape = ad.record(f, x)
        found = tape.source().function()(x)
    np.testing.assert_allclose(found, tape.outputs.primal, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128, np.float16])
def test_the_source_keeps_dtypes(dtype):
    x = np.arange(3).astype(dtype)

    def f(x):
        y = x * dtype(1.5) + np.array([1, 2, 3], dtype)
        return y, y.astype(np.complex128), y * np.arange(3), y[np.array([True, False, True])], y * np.float32(2)

    for a, b in zip(run_again(f, x), f(x), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_large_arrays_are_given_beside_the_source():
    large, x = np.linspace(0, 1, 50), np.ones(50)
    source = ad.record(lambda x: (x * large + large).sum(), x).source()
    assert list(source.constants) == ["c0"]
    assert "# given beside the text: c0, float64 of shape (50,)" in source
    assert source.function()(x) == pytest.approx((x * large + large).sum())


def test_names_given_beside_the_source_do_not_hide_arguments():
    large = np.linspace(0, 1, 50)
    source = ad.record(lambda c0, np_: c0 * large + np_, np.ones(50), 1.0).source()
    assert list(source.constants) == ["c0_"]
    np.testing.assert_array_equal(source.function()(np.ones(50), 1.0), large + 1)


def test_functions_that_are_not_numpys_are_given_beside_the_source():
    bump = elementwise(lambda x: np.exp(-x * x), lambda x, ans: -2 * x * ans, name="my bump")
    source = ad.record(lambda x: bump(x) + bump(2 * x), 0.5).source()
    assert "v1 = my_bump(x)" in source
    assert list(source.constants) == ["my_bump"]
    assert source.function()(0.5) == pytest.approx(np.exp(-0.25) + np.exp(-1))


def test_a_primitive_of_the_users_is_not_taken_for_one_of_the_same_name():
    stack = elementwise(lambda x: 2 * x, 2, name="stack")
    assert run_again(lambda x: stack(x), 3.0) == 6.0


@dataclasses.dataclass
class Line:
    slope: float
    offset: float


class Pair:
    def __init__(self, *parts):
        self.parts = parts


tree.register(Pair, lambda pair: (pair.parts, None), lambda static, parts: Pair(*parts))


def test_arguments_and_results_of_the_source_are_the_trees_of_the_function():
    def f(line, pair, options):
        a, b = pair.parts
        return {"y": Line(line.slope * a, line.offset), 3: [b * options["k"][0], None, ()], "n": (7,)}

    found = run_again(f, Line(2.0, 1.0), Pair(3.0, 5.0), {"k": (4.0,)})
    assert found == {"y": Line(6.0, 1.0), 3: [20.0, None, ()], "n": (7,)}


def test_assignments_are_written_out():
    def f(x):
        y = x * 1.0
        y[1:] += x[:-1]
        y[[0, 0]] = 5.0
        return y

    source = ad.record(f, np.arange(3.0)).source()
    assert "[1:] = " in source and "[[0, 0]] = " in source and not source.constants
    np.testing.assert_array_equal(source.function()(np.arange(3.0)), [5.0, 1.0, 3.0])


def test_the_gradient_has_a_source_of_its_own():
    f = lambda w, x: np.sum(np.tanh(x @ w)[::2] ** 2)  # noqa: E731
    w, x = np.array([0.5, -1.0]), np.arange(8.0).reshape(4, 2)
    gradient = ad.record(ad.grad(f), w, x).source("gradient").function()
    np.testing.assert_allclose(gradient(w, x), ad.grad(f)(w, x), rtol=1e-15)


def test_a_tape_made_by_hand_has_a_source_of_its_variables():
    tape = ad.Tape()
    x, y = tape.variable(2.0, "θ₁"), tape.variable(3.0, "for")
    x * y, x + y
    source = tape.source()
    assert "def f(θ1, _for):" in source
    assert source.function()(2.0, 3.0) == (6.0, 5.0)


def test_a_name_that_python_does_not_allow_is_refused():
    with pytest.raises(InputError, match="'for'"):
        ad.record(C, *POINT).source("for")


FAMILIES = [path.stem for path in sorted((pathlib.Path(__file__).parent / "rules").glob("*.py"))]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_function_with_a_rule_is_printed_and_written_out(family):
    for name, f, args, *_ in importlib.import_module(f"tests.rules.{family}").CASES:
        with np.errstate(all="ignore"):
            tape, expected = ad.record(f, *args), f(*args)
            found = tape.source().function()(*args)
        assert str(tape), name
        for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
            assert np.shape(a) == np.shape(b) and np.asarray(a).dtype == np.asarray(b).dtype, name
            single = np.asarray(b).dtype in (np.float32, np.complex64)
            rtol = 1e-5 if single else 1e-11
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol, err_msg=name)
