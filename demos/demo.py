"""What a demo is: a function that returns pictures and checks, and the words that say what it reproduces."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demos.check import Check
from demos.deck import SLIDES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A matplotlib figure and the sentence that tells a reader what to see in it."""

    figure: Figure
    caption: str


@dataclass(frozen=True)
class Outcome:
    """What a demo returns: what it drew and what it tested. Neither may be empty."""

    pictures: Sequence[Picture]
    checks: Sequence[Check]

    def __post_init__(self):
        if not self.pictures or not self.checks:
            raise ValueError(
                f"a demo returned {len(self.pictures)} pictures and {len(self.checks)} checks; "
                "it must draw at least one picture and test at least one number"
            )


@dataclass(frozen=True)
class Demo:
    """One figure, algorithm or architecture of the deck, runnable.

    id         name on the command line: the name of the module
    title      first line of the module's docstring
    about      the rest of the docstring: the mathematics in words
    slide      heading of the slide of the deck, one of `demos.deck.SLIDES`
    figure     figure, table or algorithm of the book, or "" where it has none
    data       the data used, with its origin
    asserts    what the checks test, in words
    erratum    where the demo departs from the slide, and why
    default    whether `python -m demos` runs it, or only `--all` and its name
    function   takes nothing, returns an Outcome
    source     file that holds it
    """

    id: str
    title: str
    slide: str
    data: str
    asserts: str
    function: Callable[[], Outcome] = field(repr=False)
    source: Path
    about: str = ""
    figure: str = ""
    erratum: str = ""
    default: bool = True

    def __post_init__(self):
        if self.slide not in SLIDES:
            raise ValueError(f"demo {self.id!r} names the slide {self.slide!r}; demos/deck.py has no such heading")


def demo(*, slide: str, data: str, asserts: str, figure: str = "", erratum: str = "", default: bool = True):
    """Declare the function below it to be this module's demo; keywords as the fields of `Demo`.

    Title and explanation are the module's docstring, the id is the module's name: nothing is written twice.
    """

    def declare(function: Callable[[], Outcome]) -> Demo:
        module = sys.modules[function.__module__]
        title, _, about = inspect.cleandoc(module.__doc__ or "").partition("\n")
        return Demo(
            id=module.__name__.rpartition(".")[2],
            title=title.removesuffix("."),
            slide=slide,
            data=data,
            asserts=asserts,
            function=function,
            source=Path(inspect.getfile(function)),
            about=about.strip("\n"),  # its first paragraph may be an indented formula
            figure=figure,
            erratum=erratum,
            default=default,
        )

    return declare
