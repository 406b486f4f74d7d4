"""Populations, annealing, hopping and many starts: the lowest of many minima, honestly reported."""

import numpy as np
import pytest

import optim
from optim import Bounds, Status, problems
from optim.errors import InvalidBoundsError, UnknownMethodError, UnknownOptionError, UnsupportedProblemError
from optim.global_.box import latin_hypercube

POPULATIONS = ("differential_evolution", "particle_swarm")
WALKS = ("simulated_annealing",)
SEARCHES = ("basin_hopping", "multistart")
METHODS = (*POPULATIONS, *WALKS, *SEARCHES)
every = pytest.mark.parametrize("method", METHODS)
BOX = [(-5.0, 5.0), (-5.0, 5.0)]
MANY_MINIMA = [problems.six_hump_camel, problems.himmelblau, problems.goldstein_price, problems.levy, problems.peaks]


@every
@pytest.mark.parametrize("problem", MANY_MINIMA, ids=lambda p: p.name)
def test_the_global_minimum_is_found(method, problem):
    res = optim.minimize(problem, problem.x0, method, bounds=problem.box)
    assert res.success, res
    # the local searches stop at a gradient of 1e-8, the rest at points that agree to 1e-8 of the box, or f to 1e-6
    accuracy = 1e-5 if method == "simulated_annealing" else 1e-8
    assert res.fun == pytest.approx(problem.f_min, abs=accuracy * max(1, abs(problem.f_min)))


@pytest.mark.parametrize("method", POPULATIONS)
def test_rastrigins_hundreds_of_minima_do_not_hold_a_population(method):
    bounds = [(-5.12, 5.12)] * 4
    res = optim.minimize(problems.rastrigin, np.full(4, 3.2), method, bounds=bounds)
    assert res.success and res.fun < 1e-10
    assert res.optimality <= 1e-8 or res.status is Status.PRECISION_LIMIT
    assert res.history.diversity[-1] < 1e-3 < res.history.diversity[1]


@pytest.mark.parametrize("strategy", ["best1", "rand1", "best2", "rand2", "current_to_best1"])
def test_every_strategy_of_differential_evolution_minimises(strategy):
    res = optim.minimize(problems.ackley, np.full(2, 3.0), "differential_evolution", bounds=BOX, strategy=strategy)
    assert res.success and res.fun < 1e-6


@pytest.mark.parametrize("topology", ["ring", "all"])
def test_both_topologies_of_the_swarm_minimise(topology):
    res = optim.minimize(problems.griewank, np.full(2, 3.0), "particle_swarm", bounds=BOX, topology=topology)
    assert res.success and res.fun < 0.01


@every
def test_all_points_are_within_the_bounds_and_an_active_bound_is_found(method):
    options = {"local": "quadratic_model"} if method in SEARCHES else {}
    res = optim.minimize(
        lambda x: ((x - 3) ** 2).sum(), np.array([0.5, 0.0]), method, bounds=[(0, 1), (-1, 4)], record="full", **options
    )
    points = res.history.evaluated
    assert (points >= [0, -1]).all() and (points <= [1, 4]).all()
    assert res.x == pytest.approx([1, 3], abs=2e-3 if method == "simulated_annealing" else 1e-5)


@every
def test_the_same_generator_gives_the_same_run_and_another_another(method):
    def run(seed):
        return optim.minimize(
            problems.rastrigin, np.full(2, 3.2), method, bounds=BOX, rng=np.random.default_rng(seed), max_nfev=300
        )

    first, second, other = run(1), run(1), run(2)
    assert first.fun == second.fun and first.nfev == second.nfev
    assert (first.history.fun == second.history.fun).all()
    assert first.fun != other.fun or first.nit != other.nit


@every
def test_limits_hold_in_the_middle_of_an_iteration_and_the_best_point_is_returned(method):
    res = optim.minimize(problems.rastrigin, np.full(2, 3.2), method, bounds=BOX, max_nfev=47)
    assert res.status is Status.EVALUATION_LIMIT and not res.success
    assert 47 <= res.nfev <= 48  # the gradient of the best point belongs to the answer
    assert res.fun == res.best.fun <= problems.rastrigin(np.full(2, 3.2))


@every
def test_the_iterate_never_goes_up(method):
    res = optim.minimize(problems.rastrigin, np.full(2, 3.2), method, bounds=BOX, max_iter=15)
    assert (np.diff(res.history.fun) <= 0).all() and res.history.fun[0] == problems.rastrigin(np.full(2, 3.2))


@every
def test_a_target_ends_the_search(method):
    res = optim.minimize(problems.levy, np.full(2, -4.0), method, bounds=BOX, target=0.2)
    assert res.status is Status.TARGET_REACHED and res.fun <= 0.2


@every
def test_a_run_goes_on_from_a_result_as_if_it_had_not_stopped(method):
    whole = optim.minimize(problems.rastrigin, np.full(2, 3.2), method, bounds=BOX, max_iter=8)
    half = optim.minimize(problems.rastrigin, np.full(2, 3.2), method, bounds=BOX, max_iter=4)
    on = optim.minimize(problems.rastrigin, half, max_iter=8)
    assert on.fun == whole.fun and on.nfev == whole.nfev


@pytest.mark.parametrize("method", POPULATIONS)
def test_populations_ask_for_a_finite_box(method):
    for bounds in (None, [(0, None), (0, 1)]):
        with pytest.raises(InvalidBoundsError, match="bounds that are finite"):
            optim.minimize(problems.levy, np.full(2, 0.5), method, bounds=bounds)


@pytest.mark.parametrize("method", (*POPULATIONS, *WALKS))
def test_values_that_are_nan_are_never_kept(method):
    def fun(x):
        return np.nan if x[0] < 0 else float(((x - 1) ** 2).sum())

    res = optim.minimize(fun, np.full(2, 3.0), method, bounds=BOX)
    assert res.success and res.x == pytest.approx([1, 1], abs=2e-3)


@pytest.mark.parametrize("method", SEARCHES)
@pytest.mark.parametrize("local", ["bfgs", "lbfgs", "newton", "nelder_mead", "quadratic_model", optim.lbfgs(memory=3)])
def test_any_method_can_search_locally(method, local):
    res = optim.minimize(problems.himmelblau, np.zeros(2), method, local=local, max_iter=4)
    assert res.fun < 1e-12
    assert (res.jac is None) == (local in ("nelder_mead", "quadratic_model"))


@pytest.mark.parametrize("method", SEARCHES)
def test_the_end_has_the_status_and_optimality_of_the_lowest_minimum(method):
    res = optim.minimize(problems.six_hump_camel, np.full(2, 1.5), method)
    assert res.success and res.optimality <= 1e-8 == np.abs(res.jac).max().clip(1e-8)
    assert f"lowest of {int(res.history.minima[-1])} local searches by bfgs" in res.message


@pytest.mark.parametrize("method", SEARCHES)
def test_a_local_method_without_bounds_is_refused_where_there_are_some(method):
    with pytest.raises(UnsupportedProblemError, match="cannot handle bounds"):
        optim.minimize(problems.levy, np.zeros(2), method, local="bfgs", bounds=BOX)
    with pytest.raises(UnknownMethodError):
        optim.minimize(problems.levy, np.zeros(2), method, local="bfsg")


def test_basin_hopping_finds_the_lennard_jones_cluster_of_seven_atoms():
    i, j = np.triu_indices(7, 1)

    def energy(x):
        r2 = ((x[i] - x[j]) ** 2).sum(axis=1)
        return (4 * (r2**-6 - r2**-3)).sum()

    start = np.random.default_rng(4).normal(size=(7, 3)) * 1.2
    res = optim.minimize(energy, start, "basin_hopping", local="lbfgs", step=0.4, hops=60, target=-16.505384 + 1e-6)
    assert res.fun == pytest.approx(-16.505384, abs=1e-6)  # Wales and Doye 1997, table 1


def test_multistart_counts_its_starts_and_spreads_them():
    res = optim.minimize(problems.himmelblau, np.zeros(2), "multistart", starts=12, record="full")
    assert res.nit == 12 == int(res.history.minima[-1])
    fewer = optim.minimize(problems.himmelblau, np.zeros(2), "multistart", starts=1)
    assert fewer.nit == 1 and fewer.success


def test_annealing_cools_and_accepts_about_half_of_its_steps():
    res = optim.minimize(problems.ackley, np.full(2, 3.0), "simulated_annealing", bounds=BOX)
    temperatures = res.history.temperature[1:]
    assert temperatures[1:] / temperatures[:-1] == pytest.approx(0.85)
    assert 0.35 < np.median(res.history.acceptance[5:]) < 0.65


def test_a_hypercube_holds_one_point_in_each_slice(rng):
    points = latin_hypercube(50, Bounds(np.array([-1.0, 10.0]), np.array([1.0, 11.0])), rng)
    slices = np.floor((points - [-1, 10]) / [2, 1] * 50)
    assert (np.sort(slices, axis=0).T == np.arange(50)).all()


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("differential_evolution", {"strategy": "best3"}), ("differential_evolution", {"population": 5}),
        ("differential_evolution", {"factor": 0}), ("differential_evolution", {"crossover": 2}),
        ("particle_swarm", {"topology": "star"}), ("particle_swarm", {"particles": 2}),
        ("simulated_annealing", {"cooling": 1}), ("simulated_annealing", {"temperature": -1}),
        ("simulated_annealing", {"sweeps": 0}), ("basin_hopping", {"step": 0}), ("basin_hopping", {"hops": 0}),
        ("multistart", {"starts": 0}), ("multistart", {"rng": 5}),
    ],
)  # fmt: skip
def test_bad_options_are_refused(method, options):
    with pytest.raises(UnknownOptionError):
        optim.minimize(problems.levy, np.zeros(2), method, bounds=BOX, **options)
