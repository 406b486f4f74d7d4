"""CMA-ES: its parameters, its invariances, why it stops, its restarts, and its place on the loop."""

import numpy as np
import pytest

import optim
from optim import CMAES, Status, problems
from optim.global_.cma_parameters import strategy_parameters


def run(fun, x0, sigma, seed=1, generations=None, **options):
    es = CMAES(x0, sigma, np.random.default_rng(seed), **options)
    while not es.stop() and es.generation != generations:
        es.tell(fun(es.ask()))
    return es


@pytest.mark.parametrize(("n", "population"), [(1, 4), (2, 6), (10, 10), (40, 15), (5, 300)])
def test_weights_keep_the_covariance_in_balance(n, population):
    p = strategy_parameters(n, population)
    assert p.w[: p.mu].sum() == pytest.approx(1)
    assert (np.diff(p.w) < 0).all() or (p.w[p.mu :] <= 0).all()
    assert 1 / (p.w[: p.mu] ** 2).sum() == pytest.approx(p.mu_eff)
    assert p.c_1 + p.c_mu <= 1
    # what is taken away cannot make C indefinite, equation (53), nor does C decay without a reason: (50)
    assert n * p.c_mu * -p.w[p.mu :].sum() <= 1 - p.c_1 - p.c_mu + 1e-12
    assert strategy_parameters(n, population, active=False).w.min() == 0


@pytest.mark.parametrize("number", [1, 2, 8, 9, 10, 11, 12, 13, 14])
def test_functions_with_one_minimum_are_solved_in_five_variables(number):
    problem = problems.bbob(5)[number - 1]
    es = run(problem, np.zeros(5), 2.0)
    assert es.best_fun - problem.f_min < 1e-8
    assert es.generation * es.population < 10_000


def test_the_inverse_hessian_is_learnt_up_to_a_factor():
    H = np.diag([1.0, 10.0, 100.0, 1000.0])
    es = run(lambda x: ((x @ H) * x).sum(1), np.ones(4), 1.0)
    learnt = es.C @ H
    assert np.diag(learnt / np.diag(learnt).mean()) == pytest.approx(1, abs=0.9)  # a sample, not a limit
    assert np.linalg.cond(learnt) < np.linalg.cond(H) / 50


def test_only_the_order_of_the_values_counts():
    fun = problems.bbob(3)[7]
    plain = run(fun, np.zeros(3), 2.0, generations=100)
    transformed = run(lambda x: np.exp(fun(x) / 1000), np.zeros(3), 2.0, generations=100)
    assert (plain.mean == transformed.mean).all()


def test_scaled_variables_give_the_scaled_run():
    scales = np.array([1e-3, 1.0, 1e4])
    plain = run(lambda x: (x**2).sum(1), np.ones(3), 1.0, generations=50)
    scaled = run(lambda x: ((x / scales) ** 2).sum(1), scales, scales, generations=50)
    assert scaled.mean / scales == pytest.approx(plain.mean, rel=1e-9)
    assert scaled.spread() == pytest.approx(plain.spread(), rel=1e-9)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, second, other = (run(problems.bbob(2)[2], np.zeros(2), 2.0, seed=s, generations=20) for s in (5, 5, 6))
    assert (first.mean == second.mean).all() and (first.mean != other.mean).any()


STOPS = {
    "tolfun": (lambda x: (x**2).sum(1), 1.0),
    "tolfacupx": (lambda x: x[:, 0], 1e-3),
    "tolflatfitness": (lambda x: np.zeros(len(x)), 1.0),
    "tolconditioncov": (lambda x: x[:, 0] ** 2 + 1e20 * x[:, 1] ** 2, 1.0),
    "noeffectaxis": (lambda x: np.abs(x - 1e6).sum(1) * 1e30, 1.0),
}


@pytest.mark.parametrize("reason", STOPS)
def test_a_run_stops_and_says_why(reason):
    fun, sigma = STOPS[reason]
    es = run(fun, np.full(2, 1e6 if reason == "noeffectaxis" else 1.0), sigma)
    assert reason in es.stop()
    assert es.generation < 10_000


def test_nan_counts_as_the_worst_value():
    es = run(lambda x: np.where(x[:, 0] < 0.5, np.nan, ((x - 1) ** 2).sum(1)), np.full(2, 2.0), 1.0)
    assert es.best_fun < 1e-10


def test_the_protocol_is_kept():
    es = CMAES(np.zeros(2), 1.0, np.random.default_rng(0))
    with pytest.raises(RuntimeError, match="ask for points first"):
        es.tell(np.zeros(6))
    es.ask()
    with pytest.raises(ValueError, match="values has shape \\(2,\\), but 6 points were asked for"):
        es.tell(np.zeros(2))
    with pytest.raises(ValueError, match="sigma must be positive"):
        CMAES(np.zeros(2), 0.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="cannot be ranked"):
        CMAES(np.zeros(2), 1.0, np.random.default_rng(0), population=2)


def test_minimize_reports_the_run_and_its_reason():
    res = optim.minimize(lambda x: ((x - 2) ** 2).sum(), np.zeros(3), "cma_es")
    assert res.success and res.fun < 1e-10 and res.x == pytest.approx(2, abs=1e-5)
    assert "CMA-ES stopped by tolfun" in res.message
    assert res.jac is None and res.njev == 0
    assert res.nfev == 1 + 7 * res.nit == res.history.nfev[-1]
    assert (np.diff(res.history.fun) <= 0).all()
    assert res.history.sigma[-1] < 1e-4 < res.history.sigma[0]


def test_a_narrow_distribution_is_convergence():
    res = optim.minimize(lambda x: 1e-12 * np.abs(x).sum(), np.ones(2), "cma_es", tol=1e-3)
    assert res.status in (Status.CONVERGED, Status.SMALL_CHANGE)
    res = optim.minimize(lambda x: 1e12 * (x**2).sum(), np.ones(2), "cma_es", tol=1e-6)
    assert res.status is Status.CONVERGED and res.optimality <= 1e-6


def test_divergence_is_no_success():
    res = optim.minimize(lambda x: x.sum(), np.zeros(2), "cma_es", sigma=1e-3)
    assert res.status is Status.STAGNATED and not res.success
    assert "tolfacupx" in res.message


def test_all_points_are_within_the_bounds():
    res = optim.minimize(
        lambda x: ((x - 3) ** 2).sum(), np.array([0.5, 0.5]), "cma_es", bounds=[(0, 1), (-1, 4)], record="full"
    )
    points = res.history.evaluated
    assert (points >= [0, -1]).all() and (points <= [1, 4]).all()
    assert res.x == pytest.approx([1, 3], abs=1e-4)


def test_restarts_double_the_population_and_find_the_lowest_of_many_minima():
    problem = problems.bbob(2)[2]  # Rastrigin's
    alone = optim.minimize(problem, np.array([3.0, 3.0]), "cma_es", sigma=0.5)
    assert alone.fun > problem.f_min + 0.5
    for regime in ("ipop", "bipop"):
        res = optim.minimize(
            problem, np.array([3.0, 3.0]), "cma_es", sigma=0.5, restarts=6, regime=regime, target=problem.f_min + 1e-8
        )
        assert res.status is Status.TARGET_REACHED
        populations = list(dict.fromkeys(res.history.population))
        assert populations[:2] == [6, 12]
        if regime == "ipop":
            assert populations == [6 * 2**k for k in range(len(populations))]


def test_restarts_end_after_the_last_large_population():
    res = optim.minimize(problems.bbob(2)[0], np.zeros(2), "cma_es", restarts=2)
    assert res.success and max(res.history.population) == 24
    assert res.fun == min(res.history.fun)


def test_limits_hold_in_the_middle_of_a_generation():
    res = optim.minimize(problems.bbob(5)[0], np.zeros(5), "cma_es", max_nfev=100)
    assert res.status is Status.EVALUATION_LIMIT and res.nfev == 100
    assert res.fun == res.best.fun


@pytest.mark.parametrize(
    "options", [{"regime": "popi"}, {"restarts": -1}, {"rng": 3}, {"sigma": -1.0}, {"population": 1}], ids=str
)
def test_bad_options_are_refused(options):
    with pytest.raises((ValueError, TypeError)):
        optim.minimize(lambda x: (x**2).sum(), np.ones(2), "cma_es", **options)
