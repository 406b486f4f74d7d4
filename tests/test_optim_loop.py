"""The one loop: limits, callbacks, histories, resuming, and which point is returned."""

import copy
import math
import pickle

import numpy as np
import pytest

import optim
from optim import Status
from optim.method import Method

F = optim.problems.rosenbrock
START = np.array([-1.2, 1.0])
METHODS = {
    "bfgs": {}, "lbfgs": {}, "newton": {}, "steepest_descent": {},
    "adam": {"learning_rate": 0.01}, "gradient_descent": {"learning_rate": 1e-3},
    "momentum": {"learning_rate": 1e-4}, "nesterov": {"learning_rate": 1e-4},
}  # fmt: skip
every_method = pytest.mark.parametrize("method", METHODS)


def run(method, **keywords):
    return optim.minimize(F, START, method, **(METHODS[method] | keywords))


# -- limits ------------------------------------------------------------------------------------------------------------


@every_method
def test_limit_on_iterations_is_kept(method):
    res = run(method, max_iter=4)
    assert res.status is Status.ITERATION_LIMIT and not res.success and res.nit == 4 and len(res.history) == 5


@every_method
def test_no_iteration_may_be_asked_for(method):
    res = run(method, max_iter=0)
    assert res.nit == 0 and res.nfev == 1 and res.fun == F(START)
    np.testing.assert_array_equal(res.x, START)


@every_method
@pytest.mark.parametrize("limit", [1, 2, 5, 7])
def test_limit_on_evaluations_is_kept_even_within_a_line_search(method, limit):
    evaluations = []

    def counted(x):
        evaluations.append(x)
        return F(x)

    res = optim.minimize(counted, START, method, jac=gradient, hess=hessian, max_nfev=limit, **METHODS[method])
    assert res.status is Status.EVALUATION_LIMIT and not res.success
    assert len(evaluations) == res.nfev == limit
    assert res.best.fun == min(F(x) for x in evaluations)


def hessian(x):
    return np.array([[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200]])


def gradient(x):
    return np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])


@every_method
def test_limit_on_time_is_kept(method):
    res = run(method, max_time=0.0)
    assert res.status is Status.TIME_LIMIT and not res.success and res.nit == 0


@every_method
def test_target_stops_the_run(method):
    res = run(method, target=4.0, max_iter=20_000)
    assert res.status is Status.TARGET_REACHED and res.success and res.fun <= 4.0
    assert (res.history.fun[:-1] > 4.0).all()


def test_target_of_a_maximum_is_above():
    res = optim.minimize(lambda x: -F(x), START, target=-4.0, maximize=True)
    assert res.status is Status.TARGET_REACHED and res.fun >= -4.0 and (res.history.fun[:-1] < -4.0).all()


@every_method
def test_short_steps_and_small_changes_stop_the_run_where_it_is_asked_for(method):
    res = run(method, tol=0, step_tol=1e-3, max_iter=50_000)
    assert res.status is Status.SMALL_STEP and res.success
    assert res.history.step_norm[-1] <= 1e-3 and (res.history.step_norm[1:-1] > 1e-3).all()
    res = run(method, tol=0, fun_tol=1e-4, max_iter=50_000)
    assert res.status is Status.SMALL_CHANGE and res.success
    change = np.abs(np.diff(res.history.fun)) / np.maximum(1, np.abs(res.history.fun[1:]))
    assert change[-1] <= 1e-4 and (change[:-1] > 1e-4).all()


def test_gradient_descent_on_least_squares_stops_after_the_iterations_of_the_recursion():
    # x - x* shrinks by 1 - 2 α λ in each eigendirection, so the step count is known in closed form
    rate, eigenvalue = 0.01, 3.0
    res = optim.minimize(
        lambda x: eigenvalue / 2 * x**2, 1.0, "gradient_descent", learning_rate=rate, tol=0, step_tol=1e-5
    )
    factor = 1 - rate * eigenvalue
    assert res.nit == 1 + math.ceil(math.log(1e-5 / (rate * eigenvalue)) / math.log(factor))


@every_method
def test_criteria_stand_beside_what_was_achieved(method):
    res = run(method, max_iter=3, step_tol=0.0, max_nfev=1000)
    criteria = {c.name: c for c in res.criteria}
    assert criteria["nit"] == ("nit", 3, 3, ">=", True)
    assert criteria["optimality"].achieved == res.optimality and not criteria["optimality"].met
    assert criteria["step_norm"].achieved == res.history.step_norm[-1]
    assert not criteria["nfev"].met and criteria["nfev"].achieved == res.nfev


# -- which point -------------------------------------------------------------------------------------------------------


def test_methods_with_a_learning_rate_return_the_last_point_and_know_the_best():
    res = run("gradient_descent", learning_rate=0.005, max_iter=300, record="full")
    assert res.fun == res.history.fun[-1] > res.best.fun == res.history.fun.min()
    np.testing.assert_array_equal(res.x, res.history.x[-1])
    np.testing.assert_array_equal(res.best.x, res.history.x[res.history.fun.argmin()])


def test_the_best_point_is_returned_where_it_is_asked_for():
    res = run("gradient_descent", learning_rate=0.005, max_iter=300, keep="best")
    assert res.fun == res.best.fun == res.history.fun.min() == F(res.x)
    np.testing.assert_array_equal(res.jac, optim.minimize(F, res.x, max_iter=0).jac)
    assert res.optimality == np.abs(res.jac).max()


def test_divergence_returns_the_best_point_and_says_so():
    res = run("gradient_descent", learning_rate=1.0, max_iter=300)
    assert res.status is Status.NOT_FINITE and not res.success
    assert res.fun == F(START) == res.best.fun and not np.isfinite(res.history.fun[-1])
    np.testing.assert_array_equal(res.x, START)


def test_interruption_in_a_line_search_keeps_the_lowest_trial_point():
    lowest = []

    def fun(x):
        lowest.append(F(x))
        return F(x)

    res = optim.minimize(fun, START, jac=gradient, max_nfev=10)
    assert res.fun == min(lowest)


# -- callbacks ---------------------------------------------------------------------------------------------------------


@every_method
def test_callback_sees_every_iterate(method):
    seen = []
    res = run(method, max_iter=5, callback=seen.append)
    assert [it.nit for it in seen] == list(range(6))
    np.testing.assert_array_equal([it.fun for it in seen], res.history.fun)
    assert all(it.status is Status.RUNNING for it in seen[:-1])
    assert all(it.fun == F(it.x) for it in seen)


@every_method
def test_true_return_of_the_callback_stops(method):
    res = run(method, callback=lambda it: it.nit == 3)
    assert res.status is Status.STOPPED_BY_CALLBACK and res.nit == 3 and not res.success


@every_method
def test_stop_iteration_stops(method):
    def callback(it):
        if it.nit == 3:
            raise StopIteration

    res = run(method, callback=callback)
    assert res.status is Status.STOPPED_BY_CALLBACK and res.nit == 3


def test_callback_cannot_turn_a_success_into_a_stop():
    res = optim.minimize(lambda x: x**2, 1.0, callback=lambda it: it.status is not Status.RUNNING)
    assert res.status is Status.CONVERGED


def test_errors_of_the_callback_are_passed_on():
    def callback(it):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run("bfgs", callback=callback)


@every_method
@pytest.mark.parametrize("call", [4, 9])
def test_keyboard_interrupt_returns_the_best_so_far(method, call):
    values = []

    def fun(x):
        if len(values) == call:
            raise KeyboardInterrupt
        values.append(float(F(x)))
        return values[-1]

    res = optim.minimize(fun, START, method, jac=gradient, hess=hessian, **METHODS[method])
    assert res.status is Status.INTERRUPTED and not res.success
    assert res.fun == min(values) == F(res.x)


def test_keyboard_interrupt_before_the_first_value_is_passed_on():
    def fun(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optim.minimize(fun, START)


def test_progress_bar_counts_iterations(capsys):
    run("bfgs", progress=True)
    shown = capsys.readouterr().err
    assert "bfgs" in shown and "f = " in shown


# -- iterating ---------------------------------------------------------------------------------------------------------


@every_method
def test_iterate_goes_the_way_of_minimize(method):
    res = run(method, max_iter=6)
    steps = list(optim.iterate(F, START, method, max_iter=6, **METHODS[method]))
    assert [it.nit for it in steps] == list(range(7))
    np.testing.assert_array_equal([it.fun for it in steps], res.history.fun)
    assert [it.status for it in steps] == [Status.RUNNING] * 6 + [Status.ITERATION_LIMIT]


def test_iterate_can_be_broken_off():
    for it in optim.iterate(F, START, "adam", learning_rate=0.01):
        if it.fun < 5:
            break
    assert it.fun < 5 and it.status is Status.RUNNING


def test_iterate_leaves_warnings_of_the_loop_body_alone():
    for _ in optim.iterate(lambda x: x**2, 3.0):
        assert np.geterr()["over"] == "warn"


def test_iterate_takes_no_callback():
    with pytest.raises(optim.errors.UnknownOptionError, match="body of the loop"):
        next(optim.iterate(F, START, callback=print))


# -- going on ----------------------------------------------------------------------------------------------------------


@every_method
def test_a_run_in_two_parts_is_the_run_in_one(method):
    whole = run(method, max_iter=12, record="full")
    first = run(method, max_iter=5, record="full")
    second = optim.minimize(F, first, max_iter=12)
    np.testing.assert_array_equal(second.history.x, whole.history.x)
    assert second.nit == 12 and second.nfev == whole.nfev and second.method == method
    assert len(first.history) == 6  # the first result is left as it was


def test_going_on_takes_no_other_method():
    first = run("adam", max_iter=2)
    with pytest.raises(optim.errors.UnknownMethodError, match="goes on as it is"):
        optim.minimize(F, first, "lbfgs")


# -- histories ---------------------------------------------------------------------------------------------------------


def test_record_none_keeps_nothing_and_changes_nothing():
    none, light = run("bfgs", record="none"), run("bfgs")
    assert len(none.history) == 0 and none.nfev == light.nfev
    np.testing.assert_array_equal(none.x, light.x)


@every_method
def test_record_full_keeps_iterates_and_every_evaluated_point(method):
    evaluated = []

    def fun(x):
        evaluated.append(x.copy())
        return F(x)

    res = optim.minimize(fun, START, method, jac=gradient, hess=hessian, max_iter=6, record="full", **METHODS[method])
    assert res.history.x.shape == (7, 2)
    np.testing.assert_array_equal(res.history.fun, [F(x) for x in res.history.x])
    np.testing.assert_array_equal(res.history.evaluated, evaluated)
    np.testing.assert_allclose(res.history.step_norm[1:], np.linalg.norm(np.diff(res.history.x, axis=0), axis=1))
    np.testing.assert_array_equal(res.history.grad_norm, [np.abs(gradient(x)).max() for x in res.history.x])


def test_iterates_of_trees_are_trees():
    res = optim.minimize(lambda p: (p["a"] - 1) ** 2, {"a": 0.0}, record="full")
    assert res.history.x[0] == {"a": 0.0} and res.history.x[-1]["a"] == res.x["a"]


def test_missing_columns_are_named():
    history = run("bfgs").history
    with pytest.raises(AttributeError, match="no column 'radius'; it has nfev"):
        _ = history.radius
    with pytest.raises(KeyError, match="no column 'radius'"):
        history["radius"]
    with pytest.raises(AttributeError, match="record='full'"):
        _ = history.x


def test_learning_rate_is_in_the_history():
    schedule = optim.schedules.exponential_decay(0.001, 0.5)
    lr = run("gradient_descent", learning_rate=schedule, max_iter=3).history.lr
    np.testing.assert_array_equal(lr, [np.nan, 0.001, 0.0005, 0.00025])


def test_columns_of_a_method_are_recorded():
    class Halving(Method):
        """x⁺ = x / 2, whatever the objective."""

        columns = ("halvings",)
        halvings = 0

        def advance(self, objective):
            self.x = self.x / 2
            self.fun, self.jac = objective.value_and_gradient(self.x)
            self.halvings += 1

    res = optim.minimize(lambda x: (x**2).sum(), np.array([4.0]), Halving(), max_iter=3)
    np.testing.assert_array_equal(res.history.halvings, [0, 1, 2, 3])
    np.testing.assert_array_equal(res.history.to_dict()["fun"], [16, 4, 1, 0.25])


# -- results as values -------------------------------------------------------------------------------------------------


def test_result_shows_tolerance_beside_achieved_value():
    shown = repr(run("bfgs", max_iter=500))
    assert "bfgs: converged (success)" in shown and Status.CONVERGED.sentence in shown
    row = next(line for line in shown.splitlines() if line.strip().startswith("optimality"))
    assert "<= 1e-08" in row and row.endswith("met")
    assert "nit >= 500" not in shown and "nit" in shown


def test_result_is_frozen_and_reads_like_a_mapping():
    res = run("bfgs")
    with pytest.raises(AttributeError):
        res.x = 0
    assert res["fun"] == res.fun and "fun" in dict(res)
    with pytest.raises(KeyError, match="no field 'funn'"):
        res["funn"]


def test_results_can_be_pickled_and_copied():
    res = run("bfgs", record="full")
    for twin in (pickle.loads(pickle.dumps(res)), copy.deepcopy(res)):
        np.testing.assert_array_equal(twin.x, res.x)
        np.testing.assert_array_equal(twin.history.x, res.history.x)
        assert twin.status is Status.CONVERGED
    with pytest.raises(optim.errors.UnsupportedProblemError, match=r"start from result\.x"):
        optim.minimize(F, twin)


def test_threads_do_not_disturb_each_other():
    from concurrent.futures import ThreadPoolExecutor

    method = optim.bfgs()
    starts = [np.array([-1.2, 1.0]) * k for k in range(1, 9)]
    alone = [optim.minimize(F, x0, method).x for x0 in starts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x0: optim.minimize(F, x0, method).x, starts))
    np.testing.assert_array_equal(alone, together)


def test_user_who_wants_numpy_to_raise_gets_the_error():
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        run("gradient_descent", learning_rate=1.0)
