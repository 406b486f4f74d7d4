"""`python -m benchmarks`: run the workloads and print the ratios. See the package's first lines."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import threads


def main(argv: Sequence[str] | None = None) -> int:
    """Run as told by `argv`; 0, or 1 where a derivative was wrong. A missed goal is printed, not an exit code."""
    options = _parser().parse_args(argv)
    threads.fix()
    # Only now: NumPy and the peers size their thread pools when they are imported.
    from benchmarks import contestants, environment, table
    from benchmarks.workloads import WORKLOADS

    if options.command == "list":
        print(_listing(WORKLOADS.values()))
        return 0
    unknown = [id for id in options.ids if id not in WORKLOADS]
    if unknown:
        print(f"there is no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}", file=sys.stderr)
        return 2

    present, missing = contestants.available()
    facts = environment.describe(present, missing)
    print("\n".join(f"{name:<10} {fact}" for name, fact in facts.items()), flush=True)
    print(f"{'method':<10} medians of {options.rounds} interleaved rounds; equal derivatives first", flush=True)
    reports = []
    start = time.perf_counter()
    for id in options.ids or WORKLOADS:
        report = WORKLOADS[id].run(present, options.rounds, _progress)
        reports.append(report)
        print(f"\n{table.render(report)}", flush=True)
    print(f"\n{table.summary(reports)}   ({time.perf_counter() - start:.0f} s)" if reports else "", flush=True)
    if options.json:
        found = {"environment": facts, "rounds": options.rounds, "reports": [report.as_json() for report in reports]}
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 1 if any(report.errors for report in reports) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="This library beside its peers, as ratios measured in one run."
    )
    parser.add_argument("command", nargs="?", choices=("list", "run"), default="run", help="default: run everything")
    parser.add_argument("ids", nargs="*", metavar="ID", help="the workloads to run; all of them where none is named")
    parser.add_argument("--rounds", type=_positive, default=11, help="samples of each call (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1 round is needed, not {number}")
    return number


def _listing(workloads) -> str:
    return "\n".join(f"{workload.id:<13} {workload.title}\n{'':<13} goal: {workload.goal}" for workload in workloads)


def _progress(text: str) -> None:
    print(f"  ... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
