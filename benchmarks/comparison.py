"""A workload that compares derivatives: check everybody, then time everybody, then form the ratios."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks import stopwatch
from benchmarks.agreement import problem
from benchmarks.contestants import Call, Contestant
from benchmarks.report import Goal, Report, Row

THIS = "autodiff"
BY_HAND = "by hand"
FUNCTION = "function"


@dataclass(frozen=True)
class AtMost:
    """A goal: this library's derivative takes at most `bound` times the time of `reference`.

    reference  a contestant's name (its derivative), or FUNCTION (the function itself in plain NumPy)
    """

    bound: float
    reference: str


@dataclass(frozen=True)
class Case:
    """One function at one size.

    label        the function or its size
    answer       the derivative written by hand in NumPy, with which everybody has to agree
    functions    contestant -> the function alone
    derivatives  contestant -> its derivative; `by hand` may be among them
    goals        what this library's derivative should reach here
    """

    label: str
    answer: Call
    functions: Mapping[str, Call]
    derivatives: Mapping[str, Call]
    goals: Sequence[AtMost] = ()


def gradient_case(
    label: str,
    contestants: Iterable[Contestant],
    objective: Callable[[Any], Callable[..., Any]],
    arguments: tuple[Any, ...],
    by_hand: Callable[..., Any],
    goals: Sequence[AtMost] = (),
    written_for: Mapping[str, Callable[[Any], Callable[..., Any]]] | None = None,
    without: Sequence[str] = (),
    time_by_hand: bool = True,
) -> Case:
    """The case of a function and its gradient with respect to all its arguments.

    objective     namespace -> function; `objective(numpy)` is the plain function
    by_hand       arguments -> (value, [one gradient per argument]), in plain NumPy
    written_for   contestant -> its own way of writing `objective`
    without       contestants that cannot run this case, or not in reasonable time
    time_by_hand  False where `by_hand` is another algorithm, whose time says nothing
    """

    def answer():
        return by_hand(*arguments)

    functions: dict[str, Call] = {}
    derivatives: dict[str, Call] = {}
    for contestant in contestants:
        if contestant.name not in without:
            f = (written_for or {}).get(contestant.name, objective)(contestant.namespace)
            functions[contestant.name] = contestant.function(f, arguments)
            derivatives[contestant.name] = contestant.gradient(f, arguments)
    if time_by_hand:
        derivatives[BY_HAND] = answer
    return Case(label, answer, functions, derivatives, goals)


def check(case: Case) -> tuple[list[str], list[str], Case]:
    """Run every derivative once and compare it with the one written by hand.

    Returns the errors (a wrong derivative, or none from this library), the notes (a peer that cannot run the case)
    and the case without the peers that cannot run it.
    """
    errors, notes, failing = [], [], set()
    expected = case.answer()
    for name, derivative in case.derivatives.items():
        wrong = problem(derivative, expected)
        if wrong.startswith("raised") and name != THIS:
            notes.append(f"{case.label}: {name} {wrong}")
            failing.add(name)
        elif wrong:
            errors.append(f"{case.label}: {name} {wrong}; nobody is timed")
    able = {
        kind: {name: call for name, call in calls.items() if name not in failing}
        for kind, calls in (("functions", case.functions), ("derivatives", case.derivatives))
    }
    return errors, notes, replace(case, **able)


def compare(id: str, title: str, cases: Iterable[Case], rounds: int, progress: Callable[[str], None]) -> Report:
    """Check and time `cases` one after the other; see the module's first line."""
    report = Report(id, title)
    for case in cases:
        progress(f"{id} {case.label}: comparing {', '.join(case.derivatives)}")
        errors, notes, able = check(case)
        report.errors += errors
        report.notes += notes
        if not errors:
            progress(f"{id} {case.label}: timing, {rounds} rounds")
            rows, goals, unmeasured = _ratios(able, rounds)
            report.rows += rows
            report.goals += goals
            report.notes += unmeasured
    return report


def _ratios(case: Case, rounds: int) -> tuple[list[Row], list[Goal], list[str]]:
    for function in case.functions.values():  # as the derivatives were in `check`: once before the clock starts
        function()
    seconds = stopwatch.medians(
        {(FUNCTION, name): call for name, call in case.functions.items()}
        | {("derivative", name): call for name, call in case.derivatives.items()},
        rounds,
    )
    function = {name: time for (kind, name), time in seconds.items() if kind == FUNCTION}
    derivative = {name: time for (kind, name), time in seconds.items() if kind == "derivative"}
    rows = [
        Row(f"{case.label}: function", "s", function),
        Row(f"{case.label}: derivative", "s", derivative),
        Row("derivative / function", "ratio", {name: derivative[name] / function[name] for name in function}),
        Row("autodiff / this column", "ratio", {name: derivative[THIS] / derivative[name] for name in derivative}),
    ]
    reference = derivative | {FUNCTION: function[THIS]}
    goals = [
        Goal(f"{case.label}: autodiff / {goal.reference}", derivative[THIS] / reference[goal.reference], goal.bound)
        for goal in case.goals
        if goal.reference in reference
    ]
    unmeasured = [
        f"{case.label}: {goal.reference} is absent, so the goal of {goal.bound:g} times its time is not measured"
        for goal in case.goals
        if goal.reference not in reference
    ]
    return rows, goals, unmeasured
