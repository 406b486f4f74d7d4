"""The source of a tape: run, it gives the values that were recorded."""

import dataclasses
import importlib
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import differences, tree
from autodiff.errors import InputError
from autodiff.primitive import elementwise


def C(t1, t2, t3):
    return np.sin(t1 * t2) + np.exp(t2 + t3) - 2 * t3


def assert_same(found, expected, rtol=1e-14):
    assert tree.structure(found) == tree.structure(expected)
    for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
        assert np.shape(a) == np.shape(b)


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
    again = ad.record(C, 0.5, 2.0, 5.0).source().function()
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


def test_values_of_an_outer_transformation_are_numbers_in_the_source():
    found = []

    def f(x):
        tape = ad.record(lambda y: y * x + np.array([1.0, 2.0]) * x, 2.0)
        found.append((str(tape), tape.source()))
        return x

    ad.grad(f)(3.0)
    table, source = found[0]
    assert "v1 = y * 3" in table
    np.testing.assert_array_equal(source.function()(2.0), [9.0, 12.0])


def test_a_result_that_depends_on_nothing_is_returned_as_it_is():
    assert run_again(lambda: (3.0, None)) == (3.0, None)
    assert run_again(lambda x: "none", 1.0) == "none"


def test_a_tape_made_by_hand_has_a_source_of_its_variables():
    tape = ad.Tape()
    x, y = tape.variable(2.0, "θ₁"), tape.variable(3.0, "for")
    x * y, x + y
    source = tape.source()
    assert "def f(θ1, _for):" in source
    assert source.function()(2.0, 3.0) == (6.0, 5.0)


def test_variables_that_python_would_confuse_are_told_apart():
    tape = ad.Tape()
    x = [tape.variable(float(k), name) for k, name in enumerate(["v₃", "v_3", "np", "a b", "a-b"])]
    np.sqrt((x[0] + 2 * x[1] + 4 * x[2] + 8 * x[3] + 16 * x[4]) ** 2)
    assert tape.source().function()(0.0, 1.0, 2.0, 3.0, 4.0) == 2 + 8 + 24 + 64


def test_a_name_that_python_does_not_allow_is_refused():
    with pytest.raises(InputError, match="'for'"):
        ad.record(C, 0.5, 2.0, 5.0).source("for")


RULES = sorted((pathlib.Path(__file__).parent / "rules").glob("*.py"))
FAMILIES = [path.stem for path in RULES if "\nCASES = " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_function_with_a_rule_and_its_gradient_are_printed_and_written_out(family):
    for name, f, args, *_ in importlib.import_module(f"tests.rules.{family}").CASES:
        with np.errstate(all="ignore"):
            weights = differences.normal_like(f(*args), np.random.default_rng(0))
            pullback = lambda *args: ad.vjp(f, *args)[1](weights)  # noqa: B023, E731
            for function in (f, pullback):
                tape, expected = ad.record(function, *args), function(*args)
                assert str(tape), name
                _assert_source_gives(tape, args, expected, name)


def _assert_source_gives(tape, args, expected, name):
    for a, b in zip(tree.leaves(tape.source().function()(*args)), tree.leaves(expected), strict=True):
        assert np.shape(a) == np.shape(b) and np.asarray(a).dtype == np.asarray(b).dtype, name
        # as many digits as the rounding of the same operations in another order leaves
        rtol = 1e-4 if np.asarray(b).dtype in (np.float32, np.complex64) else 1e-10
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol, err_msg=name)
