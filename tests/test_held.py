"""A gradient is taken at the numbers that the value was computed from, though work arrays are written to again."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import autodiff as ad
from autodiff.errors import InputError
from autodiff.held import HeldArrays

SMALL, LARGE = 8, 5000
USES = {
    "times": lambda x, w: x * w,
    "times, reflected": lambda x, w: w * x,
    "divided": lambda x, w: w / x,
    "power": lambda x, w: x**w,
    "where": lambda x, w: np.where(w > 1.0, x, 0.0) * w,
    "matmul": lambda x, w: x @ w,
    "einsum": lambda x, w: np.einsum("i,i", x, w),
}


def reuses_its_work_array(use, n, copy):
    """Σ use(x, w) with a work array w that is filled anew for each term."""

    def f(x):
        work = np.zeros(n)
        total = 0.0
        for k in range(3):
            work[:] = 0.0
            work[k] = 2.0 + k
            total = total + np.sum(use(x, work.copy() if copy else work))
        work[:] = -1.0
        return total

    return f


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_small_work_array_may_be_written_to_again(use):
    x = np.linspace(1.0, 2.0, SMALL)
    found = ad.grad(reuses_its_work_array(use, SMALL, copy=False))(x)
    assert_array_equal(found, ad.grad(reuses_its_work_array(use, SMALL, copy=True))(x))
    assert np.any(found != 0)


@pytest.mark.parametrize(
    "use", [USES[name] for name in USES if name != "divided"], ids=[n for n in USES if n != "divided"]
)
def test_a_large_work_array_that_is_written_to_again_is_reported(use):
    x = np.linspace(1.0, 2.0, LARGE)
    with pytest.raises(
        InputError, match=r"shape \(5000,\) and float64 was used with a traced value and then written to"
    ):
        ad.grad(reuses_its_work_array(use, LARGE, copy=False))(x)


def test_a_dividend_is_not_needed_so_it_may_be_written_to():
    x = np.linspace(1.0, 2.0, LARGE)
    found = ad.grad(reuses_its_work_array(USES["divided"], LARGE, copy=False))(x)
    assert_array_equal(found, ad.grad(reuses_its_work_array(USES["divided"], LARGE, copy=True))(x))


def test_an_array_whose_content_is_not_needed_may_be_written_to():
    def f(x):
        work = np.zeros(LARGE)
        y = x + work
        work[:] = 7.0
        return np.sum(y)

    assert_array_equal(ad.grad(f)(np.ones(LARGE)), np.ones(LARGE))


def test_an_index_array_may_be_written_to_again():
    def f(x):
        index = np.array([0, 1])
        y = x[index]
        index[:] = 2
        return np.sum(y)

    assert_array_equal(ad.grad(f)(np.ones(3)), [1.0, 1.0, 0.0])


@pytest.mark.parametrize("n", [SMALL, LARGE])
def test_the_argument_may_not_change_before_the_pullback(n):
    x = np.full(n, 3.0)
    _, pullback = ad.vjp(lambda x: x * x, x)
    x[:] = 0.0
    if n == SMALL:
        assert_array_equal(pullback(np.ones(n))[0], np.full(n, 6.0))
    else:
        with pytest.raises(InputError, match="written to"):
            pullback(np.ones(n))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.int64, bool, np.float16, np.longdouble])
@pytest.mark.parametrize("special", [None, np.nan, np.inf])
def test_every_change_of_an_entry_is_seen(dtype, special, rng):
    array = rng.normal(size=(3, 141, 167)).astype(dtype)
    if special is not None and array.dtype.kind in "fc":
        array[0, 0, 0] = special
    for place in [(0, 0, 1), (2, 40, 66), (1, 20, 33)]:
        held = HeldArrays()
        held.hold(array[:, ::2])
        held.check()
        place = (place[0], place[1] // 2 * 2, place[2])
        array[place] = not array[place] if dtype is bool else array[place] + 1
        with pytest.raises(InputError):
            held.check()


def test_a_swap_of_two_entries_is_seen(rng):
    array = rng.normal(size=6000)
    held = HeldArrays()
    held.hold(array)
    array[[5, 900]] = array[[900, 5]]
    with pytest.raises(InputError):
        held.check()


PARAMETERS = {
    "sum": lambda x, mask: np.sum(x * x, where=mask),
    "mean": lambda x, mask: np.mean(x * x, where=mask),
    "max": lambda x, mask: np.max(x * x, where=mask, initial=0.0),
    "std": lambda x, mask: np.std(x * x, where=mask),
    "add.reduce": lambda x, mask: np.add.reduce(x * x, where=mask),
}


@pytest.mark.parametrize("use", PARAMETERS.values(), ids=PARAMETERS)
def test_a_mask_may_be_written_to_again(use):
    def reused(x):
        mask = np.array([True, False, True])
        total = use(x, mask)
        mask[:] = False
        return total

    x, mask = np.array([0.3, 1.7, -2.2]), np.array([True, False, True])
    for derivative in (ad.grad, ad.jacfwd):
        assert_array_equal(derivative(reused)(x), derivative(lambda x: use(x, mask))(x))


def test_a_view_of_one_entry_may_be_written_to_again():
    def f(x):
        work = np.array([2.0, 3.0])
        y = x * work[..., 0]
        work[:] = 0.0
        return y

    assert ad.grad(f)(5.0) == 2.0


@pytest.mark.parametrize("n", [SMALL, LARGE])
@pytest.mark.parametrize("prepare", [ad.vjp, ad.linearize])
def test_the_value_may_be_written_to_before_its_derivative_is_asked_for(prepare, n):
    x = np.linspace(0.0, 1.0, n)
    value, derivative = prepare(np.exp, x)
    value[:] = 0.0
    assert_array_equal(np.reshape(derivative(np.ones(n)), n), np.exp(x))


def test_what_stop_gradient_gives_may_be_written_to():
    def f(x):
        y = np.exp(x)
        ad.stop_gradient(x)[:] = 0.0
        ad.stop_gradient(y)[:] = 0.0
        return np.sum(y)

    x = np.array([0.3, 1.7])
    assert_array_equal(ad.grad(f)(x), np.exp([0.3, 1.7]))
    assert_array_equal(x, [0.3, 1.7])


def test_a_work_array_given_to_a_checkpoint_may_be_written_to_again():
    def f(x):
        work = np.array([2.0, 3.0])
        y = ad.checkpoint(lambda x, work: x * x * work)(x, work)
        work[:] = 0.0
        return np.sum(y)

    assert_array_equal(ad.grad(f)(np.ones(2)), [4.0, 6.0])
