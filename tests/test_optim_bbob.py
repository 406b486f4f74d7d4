"""The 24 functions of BBOB: the values of the COCO platform, their minima, their symmetries, their gradients."""

import json
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
from optim.problems import bbob
from optim.problems.bbob_instance import Instance, asymmetric, oscillated

VALUES = json.loads((Path(__file__).parent / "golden" / "bbob.json").read_text())
NUMBERS = range(1, 25)
STEPS, NOWHERE_SMOOTH = 7, (16, 23)  # constant almost everywhere; Weierstrass's and Katsuura's functions


@pytest.fixture(scope="module")
def functions():
    cache = {}

    def get(number, n, instance):
        if (n, instance) not in cache:
            cache[n, instance] = bbob(n, instance)
        return cache[n, instance][number - 1]

    return get


@pytest.mark.parametrize("number", NUMBERS)
def test_values_are_those_of_the_coco_platform(number, functions):
    for key, expected in VALUES.items():
        k, n, instance = map(int, key.split())
        if k == number:
            x = np.stack([np.zeros(n), np.linspace(-4.5, 3.7, n), np.linspace(1.0, -6.2, n)])
            assert functions(k, n, instance)(x) == pytest.approx(expected, rel=1e-10)  # cosines of 1e5


@pytest.mark.parametrize("number", NUMBERS)
def test_the_minimum_is_taken_at_the_minimiser_and_nowhere_below(number, functions, rng):
    for n in (2, 3, 10):
        problem = functions(number, n, 2)
        assert problem(problem.minima[0]) == pytest.approx(problem.f_min, abs=1e-9)
        assert np.abs(problem.minima[0]).max() <= 5
        near = problem.minima[0] + rng.normal(size=(200, n)) * np.logspace(-6, 1, 200)[:, None]
        assert (problem(near) >= problem.f_min - 1e-9).all()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_population_has_the_values_of_its_members(number, functions, rng):
    problem = functions(number, 3, 1)
    x = rng.uniform(-6, 6, (2, 4, 3))
    values = problem(x)
    assert values.shape == (2, 4)
    assert values[1, 2] == pytest.approx(problem(x[1, 2]), rel=1e-13)


@pytest.mark.parametrize("number", [k for k in NUMBERS if k not in NOWHERE_SMOOTH])
def test_gradients_are_those_of_central_differences(number, functions, rng):
    problem = functions(number, 4, 1)
    x, h = rng.uniform(-4, 4, 4), 1e-6
    expected = np.array([(problem(x + h * e) - problem(x - h * e)) / (2 * h) for e in np.eye(4)])
    # differences lose ε |f| / h of a value of size |f|, and the ruggedest function bends by 1e5 |f'| over one unit
    tolerance = 1e-4 * np.abs(expected).max() + 1e-8 * abs(problem(x))
    assert np.abs(ad.grad(problem.fun)(x) - expected).max() <= tolerance
    assert bool(expected.any()) == (number != STEPS)


@pytest.mark.parametrize("number", NUMBERS)
def test_gradients_are_finite_at_the_minimum(number, functions):
    problem = functions(number, 4, 1)
    with np.errstate(divide="ignore"):  # 0 ** -0.1, in a branch that is not taken
        assert np.isfinite(ad.grad(problem.fun)(problem.minima[0])).all()


def test_sphere_and_discus_are_even_about_their_minima(functions, rng):
    d = rng.normal(size=5)
    sphere = functions(1, 5, 1)
    assert sphere(sphere.minima[0] + d) == pytest.approx(sphere(sphere.minima[0] - d), rel=1e-12)
    powers = functions(14, 5, 1)
    assert powers(powers.minima[0] + d) == pytest.approx(powers(powers.minima[0] - d), rel=1e-12)


def test_separable_functions_are_sums_over_their_coordinates(functions, rng):
    for number in (1, 2, 3, 5):
        problem = functions(number, 4, 1)
        x, y = rng.uniform(-4, 4, (2, 4))
        mixed, rest = np.where([1, 0, 1, 0], x, y), np.where([1, 0, 1, 0], y, x)
        assert problem(mixed) + problem(rest) == pytest.approx(problem(x) + problem(y), rel=1e-12)


def test_rotations_are_orthogonal():
    i = Instance(10, 7, 4)
    for matrix in (i.R, i.Q):
        assert np.abs(matrix @ matrix.T - np.eye(7)).max() < 1e-14
    assert np.abs(i.R - i.Q).max() > 0.1


def test_oscillation_keeps_signs_and_order_and_fixes_unit_numbers():
    x = np.linspace(-10, 10, 4001)
    assert (np.diff(oscillated(x)) > 0).all()
    assert (np.sign(oscillated(x)) == np.sign(x)).all()


def test_asymmetry_leaves_what_is_negative():
    e = np.linspace(0, 1, 3)
    assert asymmetric(np.array([-2.0, -1.0, 0.0]), 0.5, e).tolist() == [-2, -1, 0]
    assert asymmetric(np.array([4.0, 4.0, 4.0]), 0.5, e) == pytest.approx([4, 4**1.5, 4**2])


def test_one_variable_is_refused():
    with pytest.raises(ValueError, match="at least 2 variables, not 1"):
        bbob(1)
