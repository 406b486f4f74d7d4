"""Runs demos one after the other and reports on each; none can stop the others."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from autodiff.nn.data import UnavailableError
from demos.check import Check
from demos.demo import Demo, Outcome
from demos.picture import house_style, png


class Status(StrEnum):
    """How a demo ended."""

    PASSED = "passed"
    FAILED = "failed"  # a check did not hold
    RAISED = "raised"  # the demo stopped with an error
    SKIPPED = "skipped"  # data or a package is missing; the message says what to install
    INTERRUPTED = "interrupted"  # Ctrl-C while it ran, or before its turn


@dataclass(frozen=True)
class Report:
    """What one run of one demo showed. Holds encoded pictures, no live objects of the run."""

    demo: Demo
    status: Status
    seconds: float = 0.0
    pictures: tuple[bytes, ...] = ()
    captions: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    message: str = ""

    @property
    def failed_checks(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]


def run(demo: Demo) -> Report:
    """Run one demo. Every ending but Ctrl-C becomes a report."""
    start = time.perf_counter()

    def report(status: Status, **found) -> Report:
        return Report(demo, status, seconds=time.perf_counter() - start, **found)

    try:
        with house_style():
            outcome = demo.function()
            if not isinstance(outcome, Outcome):
                raise TypeError(f"demo {demo.id!r} returned {type(outcome).__name__}; it must return an Outcome")
            pictures = tuple(png(picture.figure) for picture in outcome.pictures)
        passed = all(check.passed for check in outcome.checks)
    except UnavailableError as error:
        return report(Status.SKIPPED, message=str(error))
    except Exception:
        return report(Status.RAISED, message=traceback.format_exc())
    return report(
        Status.PASSED if passed else Status.FAILED,
        pictures=pictures,
        captions=tuple(picture.caption for picture in outcome.pictures),
        checks=tuple(outcome.checks),
    )


def run_all(demos: Sequence[Demo], progress: Callable[[Report], None]) -> list[Report]:
    """Run the demos in turn, call `progress` with each report, and return a report for every demo.

    Ctrl-C ends the run: the demo that ran and all that follow are reported as interrupted, so that the gallery
    still accounts for everything that was asked for.
    """
    reports: list[Report] = []
    try:
        with _remembered_interrupt() as raise_if_interrupted:
            for demo in demos:
                report = run(demo)
                raise_if_interrupted()
                reports.append(report)
                progress(report)
    except KeyboardInterrupt:
        reports += [Report(demo, Status.INTERRUPTED, message="stopped by Ctrl-C") for demo in demos[len(reports) :]]
    return reports


@contextmanager
def _remembered_interrupt() -> Iterator[Callable[[], None]]:
    """Within, Ctrl-C counts even where a demo's library catches it, as a minimiser does that returns its best point.

    Gives a function that raises KeyboardInterrupt if there was one.
    """
    interrupted = False

    def note(number, frame):
        nonlocal interrupted
        interrupted = True
        signal.default_int_handler(number, frame)

    def raise_if_interrupted():
        if interrupted:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only there can signals be handled
        yield raise_if_interrupted
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield raise_if_interrupted
    finally:
        signal.signal(signal.SIGINT, before)
