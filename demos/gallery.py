"""The gallery: one HTML page that holds everything it shows, and the pictures as PNG files beside it."""

from __future__ import annotations

import base64
import os
import platform
import re
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from itertools import groupby
from pathlib import Path

from demos.check import Check, show
from demos.deck import DECK
from demos.listing import listing
from demos.markup import Markup, join, tag
from demos.runner import Report, Status

PAGE = "index.html"

_INTRODUCTION = (
    "Each entry below is one figure or algorithm of the talk “The Mathematical Engineering of Deep Learning” by Yoni "
    "Nazarathy, and of the book of that name by Liquet, Moka and Nazarathy, computed anew. The derivatives come from "
    "autodiff, the descents from optim. An entry says which numbers it expected, which it found, and how far "
    "apart they may be; nothing here is called right that was not tested in this very run."
)

_WORDS = {
    Status.PASSED: "all checks hold",
    Status.FAILED: "a check does not hold",
    Status.RAISED: "stopped with an error",
    Status.SKIPPED: "skipped",
    Status.INTERRUPTED: "interrupted",
}


def write(reports: Sequence[Report], out: Path) -> Path:
    """Write the pictures and the page into the folder `out`, creating it, and return the path of the page.

    Every file is replaced in one step, so that a reader, or a second Ctrl-C, never meets half a page. Pictures that
    an earlier run left for the same demos go.
    """
    out.mkdir(parents=True, exist_ok=True)
    for report in reports:
        for old in out.glob(f"{report.demo.id}-*.png"):
            if re.fullmatch(r"\d+", old.stem.removeprefix(f"{report.demo.id}-")):
                old.unlink()
        for number, picture in enumerate(report.pictures, start=1):
            _replace(out / f"{report.demo.id}-{number}.png", picture)
    _replace(out / PAGE, page(reports, out).encode())
    return out / PAGE


def page(reports: Sequence[Report], out: Path) -> str:
    """The page as text. `out` is where it will lie: links to the sources are relative to it."""
    style = (Path(__file__).parent / "gallery.css").read_text(encoding="utf-8")
    slides = [(slide, list(of_slide)) for slide, of_slide in groupby(reports, key=lambda report: report.demo.slide)]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{DECK}: the gallery"),
        tag("style", Markup(style)),
    )
    header = tag(
        "header",
        tag("p", "The gallery", class_="kicker"),
        tag("h1", DECK),
        tag("p", _INTRODUCTION, class_="introduction"),
        tag("p", summary(reports), class_=f"summary {_worst(reports)}", id="summary"),
        tag("p", _versions(), class_="versions"),
    )
    index = tag("nav", tag("h2", "By slide"), tag("ol", *map(_index_entry, slides)), aria_label="Index by slide")
    sections = [
        tag(
            "section", tag("h2", tag("span", "Slide", class_="kicker"), " ", slide), *(_entry(r, out) for r in of_slide)
        )
        for slide, of_slide in slides
    ]
    body = tag("body", header, index, tag("main", *sections))
    return "<!doctype html>\n" + tag("html", head, body, lang="en")


def summary(reports: Sequence[Report]) -> str:
    """One line: how many demos and checks, how they ended, how long they took."""
    checks = [check for report in reports for check in report.checks]
    endings = {status: sum(report.status is status for report in reports) for status in Status}
    if reports and endings[Status.PASSED] == len(reports):
        verdict = "all passed"
    else:
        verdict = ", ".join(f"{number} {status}" for status, number in endings.items() if number) or "nothing ran"
    seconds = sum(report.seconds for report in reports)
    return f"{_count(len(reports), 'demo')} · {_count(len(checks), 'check')} · {verdict} · {seconds:.1f} s"


def _index_entry(slide_and_reports: tuple[str, list[Report]]) -> Markup:
    slide, reports = slide_and_reports
    links = [
        tag("li", _mark(report.status), tag("a", report.demo.title, href=f"#{report.demo.id}")) for report in reports
    ]
    return tag("li", tag("span", slide), tag("ul", *links))


def _entry(report: Report, out: Path) -> Markup:
    demo = report.demo
    facts = [demo.figure, f"data: {demo.data}", f"{report.seconds:.1f} s", demo.id]
    figures = [
        tag(
            "figure",
            tag(
                "div",
                tag("img", src=f"data:image/png;base64,{base64.b64encode(data).decode()}", alt=caption, loading="lazy"),
                class_="wide",
            ),
            tag("figcaption", caption),
        )
        for data, caption in zip(report.pictures, report.captions, strict=True)
    ]
    return tag(
        "article",
        tag("h3", demo.title, " ", _mark(report.status)),
        tag("p", " · ".join(filter(None, facts)), class_="facts"),
        *_prose(demo.about),
        *([tag("p", tag("b", "About the slide. "), _words(demo.erratum), class_="erratum")] if demo.erratum else []),
        *([tag("pre", report.message.strip(), class_=f"message {report.status}")] if report.message else []),
        *figures,
        *([_table(report.checks)] if report.checks else []),
        tag(
            "details",
            tag("summary", "Source: ", tag("code", demo.source.name)),
            tag("p", tag("a", "Open the file", href=_link(demo.source, out))),
            listing(demo.source.read_text(encoding="utf-8")),
        ),
        id=demo.id,
        class_=str(report.status),
    )


def _table(checks: Sequence[Check]) -> Markup:
    columns = ("Check", "Expected", "Found", "Tolerance", "")
    rows = []
    for check in checks:
        tolerance: tuple[object, ...] = ("exact",) if check.relation == "exact" else ()
        if check.difference is not None:
            unit = " relative" if check.relative else ""
            tolerance = f"{check.tolerance:.3g}{unit}", tag("small", f"off by {check.difference:.2g}")
        bound = {"at most": "≤ ", "at least": "≥ "}.get(check.relation, "")
        verdict = "pass" if check.passed else "fail"
        cells = (
            tag("td", check.name, tag("small", check.reason), class_="claim"),
            tag("td", bound + show(check.expected), data_label="expected"),
            tag("td", show(check.found), data_label="found"),
            tag("td", *tolerance, data_label="tolerance") if tolerance else tag("td"),
            tag("td", verdict, class_=f"verdict {verdict}"),
        )
        rows.append(tag("tr", *cells))
    header = tag("thead", tag("tr", *(tag("th", column, scope="col") for column in columns)))
    return tag("table", header, tag("tbody", *rows))


def _prose(text: str) -> list[Markup]:
    """Paragraphs of a docstring; indented ones are formulas and keep their lines."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    return [
        tag("pre", textwrap.dedent(block), class_="formula") if block.startswith(" ") else tag("p", _words(block))
        for block in blocks
    ]


def _words(paragraph: str) -> Markup:
    """A paragraph on one line, with what stands between backticks as code."""
    pieces = " ".join(paragraph.split()).split("`")
    return join(*(tag("code", piece) if number % 2 else piece for number, piece in enumerate(pieces)))


def _mark(status: Status) -> Markup:
    return tag("span", _WORDS[status], class_=f"mark {status}")


def _worst(reports: Sequence[Report]) -> Status:
    order = (Status.RAISED, Status.FAILED, Status.INTERRUPTED, Status.SKIPPED)
    return next((status for status in order if any(report.status is status for report in reports)), Status.PASSED)


def _versions() -> str:
    distributions = ("dualtape", "numpy", "scipy", "matplotlib", "sympy")
    found = [f"Python {platform.python_version()}"]
    for distribution in distributions:
        try:
            found.append(f"{distribution} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            continue
    return " · ".join([*found, f"{os.cpu_count()} cores", f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC"])


def _link(source: Path, out: Path) -> str:
    try:
        return Path(os.path.relpath(source.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive on Windows has no relative path
        return source.resolve().as_uri()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
