"""Checkpointing changes what is kept, and nothing else."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
from autodiff.errors import InputError

BLOCK = {"plain": lambda f: f, "checkpointed": ad.checkpoint}


def model(block):
    @block
    def layer(x, scale):
        y = np.sin(x) * scale["w"]
        return y, {"sum": x + y}

    def f(x, w):
        for _ in range(3):
            x, extra = layer(x, {"w": w, "unused": None})
            x = x + extra["sum"] * 0.1
        return np.sum(x * x)

    return f


@pytest.mark.parametrize(
    "derive",
    [
        lambda f: ad.grad(f, (0, 1)),
        lambda f: ad.jacfwd(f, (0, 1)),
        lambda f: ad.hessian(f),
        lambda f: lambda x, w: ad.jacrev(ad.grad(f))(x, w),
        lambda f: lambda x, w: ad.grad(lambda w: ad.jvp(lambda x: f(x, w), (x,), (np.ones(2),))[1])(w),
    ],
    ids=["reverse", "forward", "forward over reverse", "reverse over reverse", "reverse over forward"],
)
def test_derivatives_are_those_without_it(derive):
    x, w = np.array([0.3, -1.2]), 1.7
    found, expected = (ad.tree.leaves(derive(model(block))(x, w)) for block in BLOCK.values())
    for a, b in zip(found, expected, strict=True):
        assert_allclose(a, b, rtol=1e-13)


def test_it_keeps_the_arguments_only():
    def peak(block):
        @block
        def chain(x):
            for _ in range(30):
                x = np.sin(x)
            return x

        x = np.linspace(0, 1, 100_000)
        gradient = ad.grad(lambda x: np.sum(chain(chain(x))))
        gradient(x)
        tracemalloc.start()
        gradient(x)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most / x.nbytes

    plain, checkpointed = peak(lambda f: f), peak(ad.checkpoint)
    assert plain > 60 and checkpointed < 38


def test_without_a_tape_it_is_the_function_itself():
    assert ad.checkpoint(lambda x, n=2: x**n)(3.0, n=3) == 27.0


def test_closing_over_a_traced_value_is_refused():
    with pytest.raises(InputError, match="closes over a traced value: pass it as an argument"):
        ad.grad(lambda w: ad.checkpoint(lambda x: x * w)(w * 2.0))(1.0)


@pytest.mark.parametrize("ordinal", ["gradient", "second derivative"])
def test_a_generator_draws_the_same_numbers_when_the_function_is_run_once_more(ordinal):
    def noisy(x, rng):
        return np.sum(np.sin(x) * rng.random(3) * x)

    def derivative(block):
        f = lambda x: block(x, np.random.default_rng(0)) ** 2  # noqa: E731
        return (ad.grad if ordinal == "gradient" else ad.hessian)(f)(np.array([0.3, -1.0, 2.0]))

    assert_allclose(derivative(ad.checkpoint(noisy)), derivative(noisy), rtol=1e-13)


def test_a_generator_goes_on_as_if_the_function_had_been_run_once():
    once, twice = np.random.default_rng(0), np.random.default_rng(0)
    once.random(3)
    ad.grad(ad.checkpoint(lambda x, rng: np.sum(x * rng.random(3))))(1.0, twice)
    assert once.random() == twice.random()


def test_a_function_that_draws_other_numbers_when_run_once_more_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="Pass the generator, or the module that has it"):
        ad.grad(ad.checkpoint(lambda x: np.sum(x * rng.random(3))))(1.0)


def test_a_function_that_reads_what_it_changes_is_refused():
    seen = []

    def f(x):
        seen.append(x)
        return x * len(seen)

    with pytest.raises(InputError, match="gave other numbers"):
        ad.grad(ad.checkpoint(f))(1.0)
