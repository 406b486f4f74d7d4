"""The benchmarks compute what they say, refuse to time what is wrong, and print it legibly. Nothing is timed here."""

import importlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command_line
from benchmarks import agreement, comparison, contestants, environment, stopwatch, table
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import timed
from benchmarks.workloads import (
    WORKLOADS,
    array_loop,
    det,
    gmm,
    hello,
    import_time,
    kmeans,
    llsq,
    lse,
    memory,
    million_node,
    ode,
    scalar_loop,
)

ROOT = Path(__file__).parent.parent
THIS = contestants.Autodiff()

GMM_DATA, GMM_PARAMETERS = gmm.data(dimension=3, components=4, points=7)
POINTS, CENTROIDS = kmeans.data(points=30, centroids=3, dimension=2)
VECTOR = np.random.default_rng(1).uniform(0.2, 0.9, 6)
MATRIX = np.random.default_rng(2).uniform(-1.0, 1.0, (4, 4))


def small_programs():
    """(name, function in plain NumPy, arguments, value and gradient by hand), each at a size of a few numbers."""
    for label, (loop, by_hand) in scalar_loop.LOOPS.items():
        yield f"scalar {label}", loop(np), (0.7,), by_hand
        yield f"array {label}", array_loop.summed(loop)(np), (VECTOR,), array_loop.BY_HAND[label]
    yield "gmm", gmm.objective_on(GMM_DATA)(np), GMM_PARAMETERS, gmm.by_hand_on(GMM_DATA)
    yield "hello", hello.square(np), (1.5,), hello.by_hand
    yield "lse", lse.objective(np), (VECTOR,), lse.by_hand
    yield "llsq", llsq.objective_on(9)(np), (VECTOR,), llsq.by_hand_on(9)
    yield "ode", ode.objective_with(3)(np), (VECTOR,), ode.by_hand_with(3)
    yield "det", det.objective_of(4)(np), tuple(MATRIX.ravel().tolist()), det.by_hand
    yield "kmeans", kmeans.objective_on(POINTS)(np), (CENTROIDS,), kmeans.by_hand_on(POINTS)
    yield "additions", memory.additions(np), (VECTOR,), memory.additions_by_hand
    yield "sines", memory.sines(np), (VECTOR,), memory.sines_by_hand


def small_cases():
    yield from scalar_loop.cases([THIS])
    yield from array_loop.cases([THIS], shape=(2, 3))
    yield gmm.case([THIS], dimension=3, components=4, points=7)
    yield from hello.cases([THIS])
    yield lse.case([THIS], 9)
    yield llsq.case([THIS], points=9, coefficients=5)
    yield ode.case([THIS], size=6, steps=3)
    yield det.case([THIS], 4)
    yield kmeans.cost_case([THIS], points=30, centroids=3, dimension=2)
    yield kmeans.direction_case([THIS], points=30, centroids=3, dimension=2)


def central_differences(f, arguments, step=1e-5):
    """Gradients of `f` with respect to every argument, entry by entry."""
    gradients = []
    for position, argument in enumerate(arguments):
        gradient = np.zeros(np.shape(argument))
        for index in np.ndindex(gradient.shape):
            unit = np.zeros(gradient.shape)
            unit[index] = step
            ends = [
                f(*arguments[:position], argument + sign * unit, *arguments[position + 1 :]) for sign in (1.0, -1.0)
            ]
            gradient[index] = (ends[0] - ends[1]) / (2 * step)
        gradients.append(gradient)
    return gradients


@pytest.mark.parametrize(("f", "arguments", "by_hand"), [pytest.param(*p[1:], id=p[0]) for p in small_programs()])
def test_derivative_by_hand_has_the_function_value_and_its_central_differences(f, arguments, by_hand):
    value, gradients = by_hand(*arguments)
    assert agreement.discrepancy(value, f(*arguments)) < 1e-12
    # step^2 of truncation and 1e-16 / step of rounding, times the size of the function
    assert agreement.discrepancy(gradients, central_differences(f, arguments)) < 1e-7


@pytest.mark.parametrize("case", [pytest.param(case, id=case.label) for case in small_cases()])
def test_this_library_agrees_with_the_derivative_by_hand(case):
    errors, notes, able = comparison.check(case)
    assert errors == []
    assert notes == []
    assert comparison.THIS in able.derivatives


def test_gmm_is_the_posterior_of_its_gaussians_and_wishart_densities():
    from scipy import stats

    alpha, mu, q, ell = GMM_PARAMETERS
    dimension = mu.shape[1]
    weights = np.exp(alpha) / np.exp(alpha).sum()
    rows, columns = gmm.strictly_lower(dimension)
    likelihood, log_prior = np.zeros(len(GMM_DATA)), 0.0
    for k, weight in enumerate(weights):
        factor = np.diag(np.exp(q[k]))
        factor[rows, columns] = ell[k]
        precision = factor.T @ factor
        likelihood += weight * stats.multivariate_normal.pdf(GMM_DATA, mu[k], np.linalg.inv(precision))
        log_prior += stats.wishart.logpdf(precision, df=dimension + gmm.M + 1, scale=np.eye(dimension) / gmm.GAMMA**2)
    expected = np.log(likelihood).sum() + log_prior
    found = gmm.objective_on(GMM_DATA)(np)(*GMM_PARAMETERS)
    assert agreement.discrepancy(found, expected) < 1e-12


def test_strictly_lower_part_is_filled_column_by_column_as_in_gradbench():
    assert (np.arange(1.0, 7.0) @ gmm.placement(4)).reshape(4, 4).tolist() == [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [2, 4, 0, 0],
        [3, 5, 6, 0],
    ]


def test_fixed_points_of_the_loops_solve_their_equations():
    x = scalar_loop.X
    root, kepler, lambert = (loop(np)(x) for loop, _ in scalar_loop.LOOPS.values())
    assert math.isclose(root * root + 3 * root, x, rel_tol=1e-14)
    assert math.isclose(kepler - math.sin(kepler) / 2, x, rel_tol=1e-14)
    assert math.isclose(lambert * math.exp(lambert), x, rel_tol=1e-14)


def test_fourth_order_steps_integrate_the_fourth_component_exactly():
    x = VECTOR[:4]
    # y_3 is a polynomial of degree 4 in t, which the method integrates without error
    assert math.isclose(ode.objective_with(1)(np)(x), np.prod(x) * ode.FINAL_TIME**4 / 24, rel_tol=1e-14)


def test_determinant_by_minors_is_the_determinant():
    assert math.isclose(det.objective_of(4)(np)(*MATRIX.ravel()), np.linalg.det(MATRIX), rel_tol=1e-12)


def test_kmeans_cost_is_the_squared_distance_to_the_nearest_centroid():
    distances = ((POINTS[:, None, :] - CENTROIDS) ** 2).sum(axis=2)
    assert math.isclose(kmeans.objective_on(POINTS)(np)(CENTROIDS), distances.min(axis=1).sum(), rel_tol=1e-12)


def identity_case(**derivatives):
    """A case whose right answer is 1, taken by this library unless `derivatives` says otherwise."""
    calls = {comparison.THIS: lambda: 1.0} | derivatives
    return comparison.Case("planted", lambda: 1.0, dict.fromkeys(calls, lambda: 0.0), calls, GOALS)


GOALS = (comparison.AtMost(2.0, "rival"), comparison.AtMost(3.0, comparison.FUNCTION))


def compare(case):
    return comparison.compare("planted", "a planted case", [case], rounds=1, progress=lambda text: None)


def raising():
    raise ValueError("no such thing")


def test_wrong_derivative_is_an_error_and_nothing_is_timed():
    report = compare(identity_case(rival=lambda: 1.0 + 1e-6))
    assert report.rows == []
    assert report.goals == []
    assert report.errors == ["planted: rival differs from the derivative by hand by 5.0e-07; nobody is timed"]


def test_derivative_that_is_not_a_number_is_an_error():
    assert "differs from the derivative by hand by inf" in compare(identity_case(rival=lambda: math.nan)).errors[0]


def test_peer_that_raises_is_noted_and_left_out():
    report = compare(identity_case(rival=raising))
    assert report.errors == []
    assert "planted: rival raised ValueError: no such thing" in report.notes
    assert all("rival" not in row.values for row in report.rows)


def test_this_library_raising_is_an_error():
    report = compare(identity_case(autodiff=raising))
    assert report.errors == ["planted: autodiff raised ValueError: no such thing; nobody is timed"]
    assert report.rows == []


def test_goal_against_an_absent_peer_is_said_to_be_unmeasured():
    report = compare(identity_case())
    assert [goal.quantity for goal in report.goals] == ["planted: autodiff / function"]
    assert report.notes == ["planted: rival is absent, so the goal of 2 times its time is not measured"]


def test_rounds_are_interleaved():
    order = []
    calls = {name: lambda name=name: order.append(name) for name in "ABC"}
    medians = stopwatch.medians(calls, rounds=2, sample_seconds=0.0)
    assert "".join(order) == "ABC" * 3  # one pass to see how long a call takes, then two rounds
    assert set(medians) == set("ABC")


def test_discrepancy_is_infinite_where_sizes_differ():
    assert agreement.discrepancy([1.0, [2.0]], [1.0]) == math.inf


def test_missing_peers_are_named_with_how_to_install_them(monkeypatch):
    monkeypatch.setattr(contestants, "ALL", (contestants.Autodiff, contestants.PyTorch, contestants.JaxCompiled))
    monkeypatch.setattr(contestants.PyTorch, "module", "a_module_that_is_not_there")
    monkeypatch.setattr(contestants.JaxCompiled, "module", "another_module_that_is_not_there")
    present, missing = contestants.available()
    assert [contestant.name for contestant in present] == ["autodiff"]
    facts = environment.describe(present, missing)
    assert facts["missing"] == 'torch, jax; to install: pip install -e ".[bench]"'
    assert facts["beside"] == "nobody"


def test_peer_whose_import_fails_is_named_with_the_reason(monkeypatch):
    def broken(self):
        raise AttributeError("numpy has no attribute 'product'")

    monkeypatch.setattr(contestants, "ALL", (contestants.Autodiff, contestants.MyGrad))
    monkeypatch.setattr(contestants.MyGrad, "__init__", broken)
    _, missing = contestants.available()
    assert missing == ["mygrad (its import raised AttributeError: numpy has no attribute 'product')"]


def test_table_aligns_columns_and_marks_goals():
    report = Report(
        "id",
        "what is measured",
        rows=[Row("time", "s", {"autodiff": 0.00125, "peer": 2.0}), Row("ratio", "ratio", {"autodiff": 0.0431})],
        goals=[Goal("a / b", 0.0431, 0.05), Goal("alive", 51.04, 51.0, "arrays")],
        errors=["wrong"],
        notes=["by the way"],
    )
    assert table.render(report).splitlines() == [
        "id   what is measured",
        "         autodiff    peer",
        "  time    1.25 ms  2.00 s",
        "  ratio    0.0431       -",
        "            measured     goal",
        "  a / b       0.0431  <= 0.05     met",
        "  alive  51.0 arrays    <= 51  MISSED",
        "  ERROR  wrong",
        "  note   by the way",
    ]


def test_summary_counts_goals_and_repeats_what_was_missed_or_wrong():
    report = Report("id", "", goals=[Goal("a", 1.0, 2.0), Goal("b", 3.0, 2.0)], errors=["wrong"])
    assert table.summary([report]).splitlines() == [
        "1 of 2 goals met",
        "  missed  id b: 3.00, the goal is 2",
        "  ERROR   id: wrong",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.0, "s", "12.0 s"),
        (3.456e-5, "s", "34.6 us"),
        (4e-10, "s", "0.400 ns"),
        (0.0, "s", "0 ns"),
        (-0.002, "s", "-2.00 ms"),
        (1931.2, "ratio", "1931"),
        (99.96, "ratio", "100"),
        (1.234e-5, "ratio", "1.23e-05"),
    ],
)
def test_quantities_are_printed_with_three_digits(value, unit, text):
    assert table.quantity(value, unit) == text


def test_peak_is_counted_in_arrays():
    size = 50_000

    def both_operands_and_the_result():
        a, b = np.ones(size), np.ones(size)
        return a + b

    assert memory.peak_arrays(both_operands_and_the_result, 8 * size) == pytest.approx(3.0, abs=0.1)


def test_additions_keep_two_arrays_and_sines_keep_theirs():
    report = memory.run([THIS], rounds=1, progress=lambda text: None)
    assert report.errors == []
    assert [goal.quantity for goal in report.goals if not goal.met] == []


def test_long_chain_has_its_derivative_at_both_lengths():
    report = million_node.run([THIS], rounds=1, progress=lambda text: None, operations=4_000, short=400)
    assert report.errors == []
    assert [row.label for row in report.rows] == ["400 operations", "4000 operations"]


def test_import_is_measured_in_a_fresh_interpreter():
    assert import_time.seconds("json") > 0.0


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )


def test_list_names_every_workload():
    listed = command("list")
    assert listed.returncode == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()[::2]] == list(WORKLOADS)


def test_unknown_workload_is_refused_with_those_there_are():
    refused = command("run", "gmm", "gnn")
    assert refused.returncode == 2
    assert "there is no workload gnn; there are scalar_loop, array_loop, gmm" in refused.stderr


def test_run_prints_the_table_and_writes_json(tmp_path):
    ran = command("run", "hello", "--rounds", "1", "--json", str(tmp_path / "found.json"))
    assert ran.returncode == 0, ran.stderr
    assert "derivative / function" in ran.stdout
    assert "2 threads for every library" in ran.stdout
    found = json.loads((tmp_path / "found.json").read_text())
    assert [report["id"] for report in found["reports"]] == ["hello"]
    assert found["reports"][0]["rows"][0]["values"]["autodiff"] > 0.0


@pytest.mark.parametrize(("answer", "code"), [(1.0, 0), (2.0, 1)])
def test_exit_code_is_of_the_derivatives_not_of_the_goals(monkeypatch, capsys, answer, code):
    goals = (comparison.AtMost(0.0, comparison.FUNCTION),)  # out of reach
    case = comparison.Case("planted", lambda: answer, {"autodiff": lambda: 0.0}, {"autodiff": lambda: 1.0}, goals)
    workload = timed("planted", "", "", lambda present: [case])
    monkeypatch.setattr(importlib.import_module("benchmarks.workloads"), "WORKLOADS", {"planted": workload})
    monkeypatch.setattr(command_line.threads, "fix", lambda: None)  # this process keeps its own threads
    monkeypatch.setattr(contestants, "ALL", (contestants.Autodiff,))
    assert command_line.main(["--rounds", "1"]) == code
    assert ("MISSED" if code == 0 else "ERROR") in capsys.readouterr().out
