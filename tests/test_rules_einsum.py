"""np.einsum: every notation in every mode, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import UnsupportedError
from tests.harness import check_case
from tests.rules import einsum


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in einsum.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_gradient_of_the_trace_is_the_identity():
    assert np.array_equal(ad.grad(lambda a: np.einsum("ii", a))(np.ones((3, 3))), np.eye(3))


def test_infinite_cotangent_stays_on_the_diagonal():
    _, pullback = ad.vjp(lambda a: np.einsum("ii->i", a), np.ones((2, 2)))
    assert np.array_equal(pullback(np.array([np.inf, 1.0]))[0], [[np.inf, 0.0], [0.0, 1.0]])


def test_users_choice_of_path_is_kept_for_the_value():
    tape = ad.Tape()
    x = tape.variable(np.ones((2, 2)))
    np.einsum("ij,jk,kl->", x, x, x, optimize="optimal")
    entry = tape.entries[-1]
    assert entry.params == {"subscripts": "ij,jk,kl->", "optimize": "optimal"}


def test_path_of_a_contraction_is_that_of_the_plain_arrays():
    paths = []

    def f(x):
        paths.append(np.einsum_path("ij,jk,kl->il", x, x, x, optimize="optimal"))
        return x.sum()

    ad.grad(f)(np.ones((2, 2)))
    expected = np.einsum_path("ij,jk,kl->il", *(np.ones((2, 2)),) * 3, optimize="optimal")
    assert paths == [expected]


@pytest.mark.parametrize("keyword", [{"dtype": np.float32}, {"order": "F"}, {"casting": "unsafe"}])
def test_keyword_that_is_not_differentiated_is_refused(keyword):
    with pytest.raises(UnsupportedError, match=f"np.einsum.*{next(iter(keyword))}="):
        ad.grad(lambda x: np.einsum("ij->", x, **keyword))(np.ones((2, 2)))


def test_subscripts_that_do_not_fit_are_numpys_error():
    with pytest.raises(ValueError, match="subscripts"):
        ad.grad(lambda x: np.einsum("ijk->", x))(np.ones((2, 2)))
