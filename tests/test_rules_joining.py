"""Joining, splitting, padding and repeating: every mode of every function, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import joining


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in joining.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_thousand_numbers_are_stacked_in_one_record():
    tape = ad.Tape()
    x = tape.variable(np.arange(1000.0))
    parts = list(x)
    before = len(tape)
    y = np.stack(parts)
    assert len(tape) == before + 1
    assert np.array_equal(tape.gradient((y * y).sum(), x), 2 * np.arange(1000.0))


def test_joined_integers_are_untraced():
    def f(x):
        counts = np.concatenate([x, x], dtype=int, casting="unsafe")
        assert counts.tolist() == [1, 2, 1, 2]
        return x.sum() * counts.sum()

    assert np.array_equal(ad.grad(f)(np.array([1.5, 2.5])), [6, 6])


@pytest.mark.parametrize("join", [np.concatenate, np.stack])
def test_result_is_written_into_a_traced_array(join):
    def f(x, join=join):
        out = join([x, x]) * 1.0
        assert join([x * x, x], out=out) is out
        return (out * out).sum()

    x = np.array([1.0, 3.0])
    assert np.array_equal(ad.grad(f)(x), 4 * x**3 + 2 * x)


@pytest.mark.parametrize(
    "copied",
    [np.block, lambda y: np.pad(y, 0, mode="edge"), lambda y: np.tile(y, 1), lambda y: np.concatenate([y])],
    ids=["block", "pad", "tile", "concatenate"],
)
def test_what_numpy_copies_is_independent_of_the_original(copied):
    def f(x):
        y = x * 1.0
        copy = copied(y)
        copy[0] = 5.0
        return y.sum()

    assert np.array_equal(ad.grad(f)(np.ones(3)), np.ones(3))


def test_parts_of_a_split_array_that_are_not_used_have_gradient_zero():
    assert np.array_equal(ad.grad(lambda x: np.split(x, 3)[1].sum())(np.arange(6.0)), [0, 0, 1, 1, 0, 0])


def test_padding_by_zeros_takes_no_part():
    assert np.array_equal(ad.grad(lambda x: (np.pad(x, 2) * np.arange(7.0)).sum())(np.ones(3)), [2, 3, 4])


def test_reflected_entries_add_up():
    assert np.array_equal(ad.grad(lambda x: np.pad(x, 5, mode="reflect").sum())(np.ones(3)), [3, 7, 3])


def test_only_zeros_at_the_ends_are_trimmed_whatever_their_derivative():
    x = np.array([0.0, 1.0, 0.0, 2.0, 0.0])
    assert np.array_equal(ad.grad(lambda x: np.trim_zeros(x).sum())(x), [0, 1, 1, 1, 0])
    assert ad.grad(lambda x: np.trim_zeros(x).sum())(np.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.concatenate([x, np.ones((2, 2))]), ValueError, "same number of dimensions"),
        (lambda x: np.concatenate([x[0], x[1]]), ValueError, "zero-dimensional"),
        (lambda x: np.concatenate([x, x], dtype=int), TypeError, "Cannot cast"),
        (lambda x: np.concatenate([x, x], out=np.zeros(6)), TracerConversionError, "plain NumPy array"),
        (lambda x: np.concatenate([[x[0], 1.0], x]), TracerConversionError, "np.stack"),
        (lambda x: np.stack([x, x[:2]]), ValueError, "same shape"),
        (lambda x: np.block([x, (x, x)]), TypeError, "tuple"),
        (lambda x: np.block([x, []]), ValueError, "empty"),
        (lambda x: np.block([x, [x]]), ValueError, "same depth"),
        (lambda x: np.split(x, 2)[0], ValueError, "equal division"),
        (lambda x: np.array_split(x, 0)[0], ValueError, "larger than 0"),
        (lambda x: np.vsplit(x, 1)[0], ValueError, "2 or more"),
        (lambda x: np.dsplit(x, 1)[0], ValueError, "3 or more"),
        (lambda x: np.pad(x, 2, mode="empty"), UnsupportedError, "np.pad.*undefined"),
        (lambda x: np.pad(x, 2, mode=lambda *_: None), UnsupportedError, "np.pad.*in place"),
        (lambda x: np.pad(x, 5, mode="reflect", reflect_type="odd"), UnsupportedError, "np.pad.*odd"),
        (lambda x: np.pad(x, 1, mode="mirror"), ValueError, "mode 'mirror'"),
        (lambda x: np.pad(x, 1, mode="edge", constant_values=1), ValueError, "unsupported keyword"),
        (lambda x: np.pad(x, 1, mode="reflect", reflect_type="both"), ValueError, "reflect_type"),
        (lambda x: np.pad(x, 1, mode="mean", stat_length=0), ValueError, "stat_length"),
        (lambda x: np.pad(x, -1), ValueError, "negative"),
        (lambda x: np.pad(x, 1.5), TypeError, "integer"),
        (lambda x: np.pad(x, (1, 2, 3)), ValueError, "pair"),
        (lambda x: np.pad(x, ((1, 2), (3, 4))), ValueError, "2 pairs"),
        (lambda x: np.pad(x[:0], 1, mode="edge"), ValueError, "empty axis"),
        (lambda x: np.repeat(x, [1, 2]), ValueError, "broadcast"),
        (lambda x: np.resize(x, -1), ValueError, "non-negative"),
        (lambda x: np.insert(x, 9, 1.0), IndexError, "out of bounds"),
        (lambda x: np.delete(x, 9), IndexError, "out of bounds"),
        (lambda x: np.trim_zeros(x, "x"), ValueError, "trim"),
    ],
)
def test_what_is_not_differentiated_is_refused(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: f(x).sum())(np.ones(3))
