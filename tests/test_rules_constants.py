"""Functions without derivatives answer about a traced value as about its plain one."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.tracer import Tracer

X = np.array([[1.0, -2.0, 0.0], [np.inf, 5.0, np.nan]])
SQUARE = np.arange(9.0).reshape(3, 3)

QUESTIONS = {
    "isclose": lambda x: np.isclose(x, 1.0 + 1e-9, rtol=1e-6),
    "isclose-second": lambda x: np.isclose(X, x, equal_nan=True),
    "isclose-keyword": lambda x: np.isclose(X, b=x),
    "allclose": lambda x: np.allclose(x, X, equal_nan=True),
    "array_equal": lambda x: np.array_equal(x, X, equal_nan=True),
    "array_equal-list": lambda x: np.array_equal(x[0], [x[0, 0], -2.0, 0.0]),
    "array_equiv": lambda x: np.array_equiv(x[0], [X[0], X[0]]),
    "isreal": np.isreal,
    "iscomplex": lambda x: np.iscomplex(x + 0j),
    "isrealobj": np.isrealobj,
    "iscomplexobj": lambda x: np.iscomplexobj(x[0] + 0j),
    "isposinf": np.isposinf,
    "isneginf": lambda x: np.isneginf(-x),
    "isposinf-out": lambda x: np.isposinf(x, np.zeros((2, 3), bool)),
    "shares_memory": lambda x: np.shares_memory(x, x) and np.may_share_memory(x, x),
    "result_type": lambda x: np.result_type(x, np.float32(1), 1),
    "result_type-weak": lambda x: np.result_type(x.astype(np.float32), 1.0),
    "common_type": lambda x: np.common_type(x, x[0] + 0j),
    "min_scalar_type": lambda x: np.min_scalar_type(x),
    "nonzero": np.nonzero,
    "nonzero-method": lambda x: x.nonzero(),
    "flatnonzero": np.flatnonzero,
    "argwhere": np.argwhere,
    "count_nonzero": lambda x: np.count_nonzero(x, axis=0),
    "ix_": lambda x: np.ix_(x[0] > 0, [0, 1]),
    "unravel_index": lambda x: np.unravel_index(np.argmax(x[0]), x.shape),
    "ravel_multi_index": lambda x: np.ravel_multi_index(np.nonzero(x), x.shape),
    "packbits": lambda x: np.packbits(x > 0),
    "array_repr": np.array_repr,
    "array_str": lambda x: np.array_str(x, precision=2),
    "array2string": lambda x: np.array2string(x, separator=", "),
    "shape": lambda x: (np.shape(x), np.ndim(x), np.size(x), np.size(x, 1)),
    "isnan": lambda x: (np.isnan(x), np.isinf(x), np.isfinite(x), np.signbit(x)),
    "argmax": lambda x: (np.argmax(x[0]), np.argmin(x, axis=0)),
    "argsort": lambda x: (np.argsort(x), np.argpartition(x, 1, axis=0)),
    "searchsorted": lambda x: np.searchsorted([0.0, 1.0], x[0], side="right"),
    "searchsorted-sorted-traced": lambda x: np.searchsorted(np.sort(x[0]), [0.0, 1.0]),
    "digitize": lambda x: np.digitize(x[0], [0.0, 1.0], right=True),
    "comparisons": lambda x: (x > 0, x <= 0, np.equal(x, 5.0), np.logical_and(x, x > 1)),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_the_answer_is_that_for_the_plain_array_and_untraced(ask):
    expected = ask(X)

    def f(x):
        assert_same(ask(x), expected)
        return x[0, 0]

    ad.grad(f)(X)
    ad.jvp(f, (X,), (np.ones_like(X),))
    ad.hessian(f)(X)


def assert_same(found, expected):
    assert not isinstance(found, Tracer)
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b)
    elif isinstance(expected, str):
        assert found == expected
    else:
        assert np.array_equal(found, expected) and getattr(found, "dtype", None) == getattr(expected, "dtype", None)


@pytest.mark.parametrize("function", [np.diag_indices_from, np.tril_indices_from, np.triu_indices_from])
def test_indices_from_a_traced_matrix_pick_its_entries(function):
    gradient = ad.grad(lambda x: x[function(x)].sum())(SQUARE)
    expected = np.zeros((3, 3))
    expected[function(SQUARE)] = 1.0
    assert np.array_equal(gradient, expected)
