"""The benchmark: what it calls solved is solved, its counts are those of the runs, and the default method's score."""

import numpy as np
import pytest

import optim
from optim.benchmark import Verdict, judge, ours, run, scipy
from optim.benchmark.__main__ import main
from optim.problems import mgh

MGH = mgh()


def test_the_known_minima_are_judged_as_what_they_are():
    for problem in MGH:
        assert judge(problem, problem.f_min) is Verdict.GLOBAL
        assert all(judge(problem, value) is Verdict.LOCAL for value in problem.local_minima)
        assert all(judge(problem, value) is Verdict.INFIMUM for value in problem.infima)
        assert judge(problem, 1.01 * problem.f_min + 1e-11) is Verdict.UNSOLVED
        assert judge(problem, np.nan) is Verdict.UNSOLVED


def test_counts_are_those_of_the_runs():
    problems = [MGH[0], MGH[4]]
    table = run(["bfgs"], problems, starts=[1, 10], beside=False)
    expected = [optim.minimize(p.fun, p.start(factor)) for p in problems for factor in (1, 10)]
    assert table.total("bfgs") == sum(res.njev for res in expected)
    assert table.total("bfgs", "nfev") == sum(res.nfev for res in expected)
    assert table.total("bfgs", start=10) == expected[1].njev + expected[3].njev
    assert [row.outcome.fun for row in table.rows] == [res.fun for res in expected]


def test_a_start_without_a_finite_objective_is_counted_apart():
    table = run(["bfgs"], [MGH[5]], starts=[100])
    assert [row.verdict for row in table.rows] == [Verdict.NO_START] * 3
    assert table.total("SciPy BFGS") == 0


def test_a_success_that_is_none_is_shown():
    def boaster(problem, x0):
        return ours("gradient_descent", learning_rate=1e-6, max_iter=1)(problem, x0)._replace(success=True)

    table = run({"boaster": boaster}, MGH[:1], starts=[1], beside=False)
    assert table.count("boaster", Verdict.UNSOLVED) == len(table.wrong_claims("boaster")) == 1
    assert table.costs()["boaster"] == [np.inf]


def test_scipy_is_called_with_exact_gradients_and_its_own_options():
    outcome = scipy("BFGS", gtol=1e-8)(MGH[0], MGH[0].x0)
    assert outcome.success and outcome.fun < 1e-20 and outcome.njev == outcome.nfev < 60


def test_the_profile_shows_every_method_with_its_share():
    table = run(["bfgs", "lbfgs"], MGH[:3], starts=[1], beside=False)
    labels = [text.get_text() for text in table.profile().get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == ["bfgs", "lbfgs"]
    assert all("100% solved" in label for label in labels)


def test_the_command_prints_the_score(capsys, tmp_path):
    main(["lbfgs", "--starts", "1", "--alone", "--profile", str(tmp_path / "profile.png")])
    printed = capsys.readouterr().out
    assert "lbfgs from 1 x0: 35 of 35 at a minimum" in printed
    assert (tmp_path / "profile.png").stat().st_size > 10_000


@pytest.fixture(scope="module")
def table():
    return run()


def test_the_default_method_solves_every_problem_from_its_standard_start(table):
    assert table.count("bfgs", Verdict.GLOBAL, Verdict.LOCAL, start=1) == 35
    assert table.count("bfgs", Verdict.GLOBAL, start=1) >= 32


def test_the_default_method_ends_at_a_documented_value_from_at_least_103_of_105_starts(table):
    assert table.count("bfgs", Verdict.GLOBAL, Verdict.LOCAL, Verdict.INFIMUM) >= 103
    assert table.count("bfgs", Verdict.GLOBAL, Verdict.LOCAL) >= 99
    assert table.count("bfgs", Verdict.GLOBAL) >= 92


def test_the_default_method_calls_nothing_a_success_that_is_none(table):
    assert table.wrong_claims("bfgs") == []
    assert len(table.wrong_claims("SciPy BFGS")) > 20


def test_the_default_method_needs_fewer_gradients_than_scipy_and_solves_more(table):
    for peer in ("SciPy BFGS", "SciPy BFGS, gtol=1e-8"):
        assert table.total("bfgs") < table.total(peer)
        assert table.count("bfgs", Verdict.GLOBAL) > table.count(peer, Verdict.GLOBAL)
