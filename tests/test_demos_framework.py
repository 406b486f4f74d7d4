"""The machinery of the demos: checks, declarations, the registry, the runner and the command line."""

import doctest
import importlib
import pkgutil
import signal
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import demos
from autodiff.nn.data import UnavailableError
from demos import __main__ as command
from demos import registry as registry_module
from demos.check import Check, show
from demos.deck import SLIDES
from demos.demo import Demo, Outcome, Picture
from demos.picture import COLOURS, figure, house_style, png
from demos.registry import CHAPTERS, Registry, UnknownDemoError, discover
from demos.runner import Status, run, run_all

HERE = Path(__file__)


def drawn():
    picture = figure(2, 2)
    picture.subplots().plot([0, 1], [0, 1])
    return Picture(picture, "a line")


def outcome(found=1.0):
    return Outcome([drawn()], [Check.close("one is one", 1.0, found, tolerance=1e-3, reason="a test")])


def wrong():
    return outcome(found=2.0)


def raises(error):
    def function():
        raise error

    return function


def demo_of(function, id="sample", **fields):
    words = {"title": "A sample", "slide": SLIDES[0], "data": "none", "asserts": "that one is one"}
    return Demo(id=id, function=function, source=HERE, **(words | fields))


@pytest.fixture
def install(monkeypatch):
    """Replaces the demos of the command line by those given."""
    return lambda *given: monkeypatch.setattr(command, "discover", lambda: Registry(given))


class TestCheck:
    def test_difference_within_tolerance_passes(self):
        assert Check.close("a", 1.0, 1.0009, tolerance=1e-3, reason="r").passed

    def test_difference_beyond_tolerance_fails(self):
        assert not Check.close("a", 1.0, 1.0011, tolerance=1e-3, reason="r").passed

    def test_relative_tolerance_scales_with_what_is_expected(self):
        assert Check.close("a", 1000.0, 1000.9, tolerance=1e-3, relative=True, reason="r").passed
        assert not Check.close("a", 1000.0, 1000.9, tolerance=1e-3, reason="r").passed

    def test_one_wrong_entry_of_an_array_fails_it(self):
        assert not Check.close("a", np.zeros(3), np.array([0, 0, 1.0]), tolerance=0.5, reason="r").passed

    @pytest.mark.parametrize(
        "check",
        [
            Check.close("a", 1.0, np.nan, tolerance=1.0, reason="r"),
            Check.exact("a", 1.0, np.nan, reason="r"),
            Check.at_most("a", 1.0, np.nan, reason="r"),
            Check.at_least("a", 1.0, np.nan, reason="r"),
        ],
        ids=lambda check: check.relation,
    )
    def test_nan_never_passes(self, check):
        assert not check.passed

    def test_bounds_compare_in_their_own_direction(self):
        assert Check.at_most("a", 1.0, 0.5, reason="r").passed and not Check.at_most("a", 1.0, 1.5, reason="r").passed
        assert Check.at_least("a", 1.0, 1.5, reason="r").passed and not Check.at_least("a", 1.0, 0.5, reason="r").passed

    def test_shapes_that_differ_are_refused(self):
        with pytest.raises(ValueError, match=r"'a' compares shape \(2,\) \(expected\) with \(3,\) \(found\)"):
            Check.close("a", np.zeros(2), np.zeros(3), tolerance=1.0, reason="r")

    def test_tolerance_without_a_reason_is_refused(self):
        with pytest.raises(ValueError, match="gives no reason"):
            Check.close("a", 1.0, 1.0, tolerance=1.0, reason=" ")

    @pytest.mark.parametrize("tolerance", [-1.0, np.inf, np.nan])
    def test_tolerance_that_would_pass_anything_is_refused(self, tolerance):
        with pytest.raises(ValueError, match="must be finite"):
            Check.close("a", 1.0, 1.0, tolerance=tolerance, reason="r")

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (3108, "3,108"),
            (1096.8949600123, "1096.89496"),
            (True, "True"),
            ((1.5, 2), "(1.5, 2)"),
            (np.arange(8.0), "8 entries, 0 to 7"),
            (np.ones((2, 3)), "2 × 3 array, 1 to 1"),
        ],
    )
    def test_values_are_shown_short(self, value, text):
        assert show(value) == text


class TestDeclaration:
    def test_outcome_without_a_check_is_refused(self):
        with pytest.raises(ValueError, match="1 pictures and 0 checks"):
            Outcome([drawn()], [])

    def test_outcome_without_a_picture_is_refused(self):
        with pytest.raises(ValueError, match="0 pictures and 1 checks"):
            Outcome([], outcome().checks)

    def test_slide_that_the_deck_does_not_have_is_refused(self):
        with pytest.raises(ValueError, match="'No such slide'"):
            demo_of(outcome, slide="No such slide")


class TestRegistry:
    def test_demos_come_in_the_order_of_the_deck(self):
        late, early = demo_of(outcome, "a", slide=SLIDES[5]), demo_of(outcome, "b", slide=SLIDES[2])
        assert [demo.id for demo in Registry([late, early])] == ["b", "a"]

    def test_two_demos_with_one_id_are_refused(self):
        with pytest.raises(ValueError, match="share the id sample"):
            Registry([demo_of(outcome), demo_of(outcome)])

    def test_unknown_id_names_near_matches(self):
        registry = Registry([demo_of(outcome, "momentum"), demo_of(outcome, "adam")])
        with pytest.raises(UnknownDemoError, match="no demo is called 'momentun'; did you mean momentum"):
            registry.select(["momentun"])

    def test_unknown_id_without_near_match_points_to_the_list(self):
        with pytest.raises(UnknownDemoError, match="demos list"):
            Registry([demo_of(outcome)]).select(["zzz"])

    def test_selection_is_in_the_order_of_the_deck_and_without_repeats(self):
        registry = Registry([demo_of(outcome, "b", slide=SLIDES[2]), demo_of(outcome, "a", slide=SLIDES[5])])
        assert [demo.id for demo in registry.select(["a", "b", "a"])] == ["b", "a"]

    def test_every_module_of_every_chapter_is_a_demo_that_imports(self):
        for demo in discover():
            assert "cannot be imported" not in demo.title, demo.asserts

    def test_every_demo_says_what_it_is(self):
        for demo in discover():
            assert demo.title and demo.about and demo.data and demo.asserts, demo.id

    def test_every_demo_fits_on_a_few_screens(self):
        for demo in discover():
            assert len(demo.source.read_text().splitlines()) <= 135, demo.source

    def test_every_folder_of_demos_is_a_chapter(self):
        packages = {path.parent.name for path in Path(demos.__file__).parent.glob("*/__init__.py")}
        assert packages == set(CHAPTERS)

    def test_module_that_cannot_be_imported_is_a_failing_demo_among_the_others(self):
        broken = registry_module._demo_of("demos.optimization.no_such_module", HERE)
        report = run(broken)
        assert broken.id == "no_such_module"
        assert report.status is Status.RAISED and "ModuleNotFoundError" in report.message

    def test_module_in_a_chapter_without_a_demo_is_a_failing_demo(self):
        report = run(registry_module._demo_of("demos.optimization", HERE))
        assert report.status is Status.RAISED and "declares 0 demos" in report.message


class TestRunner:
    def test_all_checks_hold_is_passed(self):
        report = run(demo_of(outcome))
        assert report.status is Status.PASSED
        assert report.pictures[0].startswith(b"\x89PNG")

    def test_failed_check_is_failed_and_keeps_its_picture(self):
        report = run(demo_of(wrong))
        assert report.status is Status.FAILED
        assert len(report.pictures) == 1
        assert [check.name for check in report.failed_checks] == ["one is one"]

    def test_exception_is_raised_with_its_traceback(self):
        report = run(demo_of(raises(RuntimeError("broke here"))))
        assert report.status is Status.RAISED
        assert "RuntimeError: broke here" in report.message

    def test_missing_package_is_skipped_with_the_remedy(self):
        report = run(demo_of(raises(UnavailableError("needs it; pip install it"))))
        assert report.status is Status.SKIPPED
        assert report.message == "needs it; pip install it"

    def test_wrong_return_value_is_an_error_not_a_success(self):
        report = run(demo_of(lambda: None))
        assert report.status is Status.RAISED
        assert "returned NoneType" in report.message

    def test_control_c_accounts_for_every_demo(self):
        chosen = [demo_of(outcome, "a"), demo_of(raises(KeyboardInterrupt()), "b"), demo_of(outcome, "c")]
        reports = run_all(chosen, progress=lambda report: None)
        assert [report.status for report in reports] == [Status.PASSED, Status.INTERRUPTED, Status.INTERRUPTED]
        assert [report.demo.id for report in reports] == ["a", "b", "c"]

    def test_control_c_that_a_library_swallows_still_ends_the_run(self):
        def swallows():
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                return outcome()

        before = signal.getsignal(signal.SIGINT)
        reports = run_all([demo_of(outcome, "a"), demo_of(swallows, "b"), demo_of(outcome, "c")], lambda report: None)
        assert [report.status for report in reports] == [Status.PASSED, Status.INTERRUPTED, Status.INTERRUPTED]
        assert signal.getsignal(signal.SIGINT) is before

    def test_house_style_is_undone(self):
        before = matplotlib.rcParams["axes.spines.top"]
        run(demo_of(outcome))
        assert matplotlib.rcParams["axes.spines.top"] == before

    def test_same_picture_is_the_same_file(self):
        with house_style():
            assert png(drawn().figure) == png(drawn().figure)

    def test_first_colours_differ_in_grey(self):
        grey = [np.dot([0.299, 0.587, 0.114], [int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for colour in COLOURS]
        assert np.abs(np.diff(grey[:3])).min() > 25


class TestCommand:
    def test_passing_run_exits_with_zero(self, install, tmp_path, capsys):
        install(demo_of(outcome))
        assert command.main(["--out", str(tmp_path)]) == 0
        assert "1 demo · 1 check · all passed" in capsys.readouterr().out
        assert (tmp_path / "index.html").exists()
        assert (tmp_path / "sample-1.png").exists()

    def test_failing_check_exits_with_one_and_says_which(self, install, tmp_path, capsys):
        install(demo_of(wrong), demo_of(outcome, "other"))
        assert command.main(["run", "--all", "--out", str(tmp_path)]) == 1
        printed = capsys.readouterr().out
        assert "failed: sample: one is one: expected 1, found 2, tolerance 0.001" in printed
        assert "1 passed, 1 failed" in printed

    def test_raising_demo_does_not_stop_the_others(self, install, tmp_path, capsys):
        install(demo_of(raises(RuntimeError("broke")), "a"), demo_of(outcome, "b"))
        assert command.main(["--out", str(tmp_path)]) == 1
        printed = capsys.readouterr().out
        assert "RuntimeError: broke" in printed and "1 passed, 1 raised" in printed

    def test_skipped_demo_is_told_and_is_no_failure(self, install, tmp_path, capsys):
        install(demo_of(raises(UnavailableError("pip install it"))))
        assert command.main(["--out", str(tmp_path)]) == 0
        printed = capsys.readouterr().out
        assert "skipped: sample: pip install it" in printed and "all passed" not in printed

    def test_interrupted_run_writes_its_gallery(self, install, tmp_path, capsys):
        install(demo_of(outcome, "a"), demo_of(raises(KeyboardInterrupt()), "b"))
        assert command.main(["--out", str(tmp_path)]) == 130
        page = (tmp_path / "index.html").read_text(encoding="utf-8")
        assert page.endswith("</html>") and "stopped by Ctrl-C" in page

    def test_unknown_id_exits_with_two_before_any_work(self, install, tmp_path, capsys):
        install(demo_of(outcome, "momentum"))
        assert command.main(["run", "momentun", "--out", str(tmp_path / "new")]) == 2
        assert "did you mean momentum" in capsys.readouterr().err
        assert not (tmp_path / "new").exists()

    def test_folder_that_cannot_be_made_is_told_before_the_work(self, install, tmp_path, capsys):
        (tmp_path / "file").write_text("")
        install(demo_of(raises(AssertionError("ran"))))
        assert command.main(["--out", str(tmp_path / "file" / "gallery")]) == 2
        assert "gallery" in capsys.readouterr().err

    def test_default_set_leaves_out_the_long_ones(self, install, tmp_path):
        install(demo_of(outcome, "quick"), demo_of(wrong, "long", default=False))
        assert command.main(["--out", str(tmp_path)]) == 0
        assert command.main(["run", "--all", "--out", str(tmp_path)]) == 1

    def test_out_before_run_is_not_forgotten(self, install, tmp_path):
        install(demo_of(outcome))
        assert command.main(["--out", str(tmp_path / "here"), "run", "sample"]) == 0
        assert (tmp_path / "here" / "index.html").exists()

    def test_ids_together_with_all_are_refused(self, install, tmp_path, capsys):
        install(demo_of(outcome))
        assert command.main(["run", "sample", "--all", "--out", str(tmp_path)]) == 2
        assert "either ids or --all" in capsys.readouterr().err

    def test_list_shows_what_each_demo_asserts(self, install, capsys):
        install(demo_of(outcome, figure="Figure 9.9"))
        assert command.main(["list"]) == 0
        printed = capsys.readouterr().out
        for text in ("sample", "A sample", SLIDES[0], "Figure 9.9", "none", "that one is one"):
            assert text in printed


@pytest.mark.parametrize("name", sorted(m.name for m in pkgutil.walk_packages(demos.__path__, "demos.")))
def test_examples_in_docstrings_are_true(name):
    if name == "demos.__main__":
        pytest.skip("it is the command line itself, without examples")
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
