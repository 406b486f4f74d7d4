"""`python -m demos`: run the demos, write the gallery."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autodiff.nn import data
from demos import gallery
from demos.check import show
from demos.demo import Demo
from demos.registry import Registry, UnknownDemoError, discover
from demos.runner import Report, Status, run_all

# Exit codes: 0 all ran demos passed, 1 a check failed or a demo raised, 2 bad arguments, 130 stopped by Ctrl-C
# (128 + SIGINT, as shells have it).
FAILURE, USAGE, STOPPED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line given by `arguments` and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (UnknownDemoError, data.UnavailableError, OSError) as error:
        print(f"demos: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("demos: stopped", file=sys.stderr)
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demos",
        description="Compute the figures and algorithms of the deck, test their numbers, draw them, write a gallery.",
    )
    parser.add_argument("--out", type=Path, default=Path("gallery"), metavar="DIR", help="where to write (./gallery)")
    parser.set_defaults(command=_run, ids=[], all=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", description="without one: the default set")

    lister = commands.add_parser("list", help="every demo: id, title, slide, data, what it asserts")
    lister.set_defaults(command=_list)

    runner = commands.add_parser("run", help="run demos by id, or all of them")
    runner.add_argument("ids", nargs="*", metavar="ID", help="ids as `list` shows them; none: the default set")
    runner.add_argument("--all", action="store_true", help="the long ones too")
    # The same flag before and after `run`; only a value that is given replaces the default.
    runner.add_argument("--out", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="where to write (./gallery)")
    runner.set_defaults(command=_run)

    download = commands.add_parser("download", help="fetch the full MNIST files (12 MB) and verify their checksums")
    download.add_argument(
        "--into",
        type=Path,
        default=None,
        metavar="DIR",
        help="the folder (default: $DUALTAPE_DATA, or ~/.cache/dualtape)",
    )
    download.set_defaults(command=_download)
    return parser


def _list(options: argparse.Namespace) -> int:
    registry = discover()
    for demo in registry:
        print(f"{demo.id}{'' if demo.default else '   (only by name or --all)'}\n    {demo.title}")
        where = f"“{demo.slide}”" + (f", {demo.figure}" if demo.figure else "")
        for label, text in (("slide", where), ("data", demo.data), ("asserts", demo.asserts)):
            print(f"    {label:<8} {text}")
        print()
    print(f"{len(registry)} demos; run them with: python -m demos run ID ...")
    return 0


def _run(options: argparse.Namespace) -> int:
    if options.ids and options.all:
        print("demos: give either ids or --all, not both", file=sys.stderr)
        return USAGE
    demos = _chosen(discover(), options)
    options.out.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written is told before the work
    reports = _run_with_progress(demos)
    page = gallery.write(reports, options.out)
    _print_summary(reports)
    print(f"gallery: {page}")
    return _exit_code(reports)


def _chosen(registry: Registry, options: argparse.Namespace) -> list[Demo]:
    if options.ids:
        return registry.select(options.ids)
    return [demo for demo in registry if demo.default or options.all]


def _run_with_progress(demos: Sequence[Demo]) -> list[Report]:
    from tqdm import tqdm

    width = max((len(demo.id) for demo in demos), default=0)
    running = [f"{demo.id:<{width}}" for demo in demos] + ["done"]
    with tqdm(total=len(demos), unit="demo", desc=running[0], dynamic_ncols=True) as bar:

        def progress(report: Report) -> None:
            held = f"{sum(check.passed for check in report.checks)}/{len(report.checks)}"
            line = f"{report.status:<8} {report.demo.id:<{width}} {held:>6} checks {report.seconds:6.1f} s"
            bar.write(line, file=sys.stdout)
            bar.set_description_str(running[bar.n + 1], refresh=False)
            bar.update()

        return run_all(demos, progress)


def _print_summary(reports: Sequence[Report]) -> None:
    print()
    for report in reports:
        for check in report.failed_checks:
            bound = "" if check.relation in ("close", "exact") else f"{check.relation} "
            print(
                f"failed: {report.demo.id}: {check.name}: expected {bound}{show(check.expected)}, "
                f"found {show(check.found)}, tolerance {check.tolerance:.3g}"
            )
        if report.status is Status.RAISED:
            print(f"raised: {report.demo.id}:\n{report.message}")
        elif report.message:
            print(f"{report.status}: {report.demo.id}: {report.message}")
    print(gallery.summary(reports))


def _exit_code(reports: Sequence[Report]) -> int:
    statuses = {report.status for report in reports}
    if statuses & {Status.FAILED, Status.RAISED}:
        return FAILURE
    return STOPPED if Status.INTERRUPTED in statuses else 0


def _download(options: argparse.Namespace) -> int:
    folder = data.download_mnist(options.into)
    print(f"the four MNIST files are in {folder}, checksums verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
