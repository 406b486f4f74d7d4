"""Prints the score on the Moré-Garbow-Hillstrom collection, with SciPy beside it where it is installed."""

from __future__ import annotations

import argparse

from .trials import run
from .verdict import Verdict

_MINIMA = (Verdict.GLOBAL, Verdict.LOCAL)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m optim.benchmark", description=__doc__)
    parser.add_argument("methods", nargs="*", default=["bfgs"], help="names of methods; by default bfgs, the default")
    parser.add_argument("--starts", nargs="+", type=float, default=[1, 10, 100], help="factors of the standard start")
    parser.add_argument("--profile", metavar="FILE", help="draw the performance profile to this file")
    parser.add_argument("--alone", action="store_true", help="without SciPy")
    options = parser.parse_args(arguments)

    table = run(options.methods, starts=options.starts, beside=not options.alone)
    print("Moré, Garbow and Hillstrom 1981: 35 problems, starts x0 times", *(f"{s:g}" for s in options.starts))
    print(f"\n{table}\n")
    for method in table.methods:
        for start in options.starts:
            found = [table.count(method, verdict, start=start) for verdict in _MINIMA]
            print(
                f"{method} from {start:g} x0: {sum(found)} of {len(table.of(method, start))} at a minimum, {found[0]} "
                f"at the global one; {table.total(method, start=start)} gradients"
            )
    for method in options.methods:
        print(f"\n{method} ended elsewhere:")
        for row in table.unsolved(method):
            claim = "a success, by its own account" if row.outcome.success else "no success, by its own account"
            print(
                f"  {row.problem.name} from {row.start:g} x0: {row.verdict.value}, "
                f"f = {row.outcome.fun:.6g}, f* = {row.problem.f_min:.6g}; {claim}"
            )
    if options.profile:
        table.profile().figure.savefig(options.profile, dpi=150, bbox_inches="tight")
        print(f"\n{options.profile} written")


if __name__ == "__main__":
    main()
