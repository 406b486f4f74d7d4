"""Test problems: their minima are minima, and autodiff differentiates them."""

import numpy as np
import pytest

import autodiff as ad
import optim
from optim import problems

NAMES = [name for name in problems.__all__ if isinstance(getattr(problems, name), problems.Problem)]


@pytest.mark.parametrize("name", NAMES)
def test_minima_are_stationary_curved_upwards_and_of_the_value_told(name):
    problem = getattr(problems, name)
    for x in problem.minima:
        assert problem(x) == pytest.approx(problem.f_min, abs=1e-13, rel=1e-15)
        if name == "ackley":  # a cone: the gradient at the tip is a convention
            continue
        H = ad.hessian(problem)(x)
        assert np.linalg.eigvalsh(H).min() > 0
        assert np.abs(np.linalg.solve(H, ad.grad(problem)(x))).max() < 1e-14


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_box_is_lower_than_the_minimum(name, rng):
    problem = getattr(problems, name)
    (left, right), (bottom, top) = problem.box
    points = rng.uniform([left, bottom], [right, top], size=(2000, 2))
    assert min(problem(x) for x in points) >= problem.f_min


@pytest.mark.parametrize("name", NAMES)
def test_both_modes_agree_on_the_problem(name, rng):
    problem = getattr(problems, name)
    ad.testing.check_grads(problem, (problem.x0 + 0.1 * rng.normal(size=problem.x0.shape),), order=2)


@pytest.mark.parametrize("name", ["rosenbrock", "styblinski_tang", "rastrigin", "ackley", "griewank", "levy"])
def test_problem_of_any_dimension_has_its_minimum_in_ten(name):
    problem = getattr(problems, name)
    x = np.full(10, problem.minima[0][0])
    expected = problem.f_min * (5 if name == "styblinski_tang" else 1)  # it is a sum over coordinates
    assert problem(x) == pytest.approx(expected, abs=1e-13)


def test_quadratic_has_the_eigenvalues_asked_for(rng):
    problem = problems.quadratic([1.0, 10.0, 100.0], rng=rng)
    np.testing.assert_allclose(np.linalg.eigvalsh(ad.hessian(problem)(problem.x0)), [1, 10, 100])
    with pytest.raises(ValueError, match="positive"):
        problems.quadratic([1.0, -1.0])


def test_problem_shows_its_name():
    assert repr(problems.booth) == "Problem(booth, n=2, f_min=0)"


def test_import_is_light():
    import subprocess
    import sys

    probe = "import sys, optim; print(*[m for m in sys.modules if m.startswith(('optim.', 'autodiff'))])"
    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.split()
    assert not {"optim.viz", "optim.problems", "autodiff", "optim.descent"}.intersection(loaded)
    assert optim.viz.contour  # and yet it is there
