"""What a workload is: a name, a title that says what is measured, its goal in words, and how to run it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.comparison import Case, compare
from benchmarks.contestants import Contestant
from benchmarks.report import Report

Run = Callable[[Sequence[Contestant], int, Callable[[str], None]], Report]


@dataclass(frozen=True)
class Workload:
    """`run(contestants, rounds, progress)` measures it; `progress` is told what is being done."""

    id: str
    title: str
    goal: str
    run: Run


def timed(id: str, title: str, goal: str, cases: Callable[[Sequence[Contestant]], Iterable[Case]]) -> Workload:
    """The workload that compares and times the derivatives of `cases(contestants)`."""

    def run(contestants, rounds, progress):
        return compare(id, title, cases(contestants), rounds, progress)

    return Workload(id, title, goal, run)
