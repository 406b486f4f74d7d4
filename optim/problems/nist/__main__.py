"""`python -m optim.problems.nist`: every regression from both starts with default options, digit by digit."""

from __future__ import annotations

import numpy as np

from .regression import log_relative_error, nist


def main() -> int:
    """Prints a line for each fit, and the totals; returns 1 where a fit is not solved to 8 digits."""
    from ...squares.curves import curve_fit

    print(f"{'':<10} start  digits  of errors  nfev  njev  nhev  {'ms':>6}  status")
    digits = []
    for problem in nist():
        for number, start in enumerate(problem.starts, 1):
            fit = curve_fit(problem.model, problem.x, problem.y, start)
            found, errors = problem.digits(fit.popt), log_relative_error(fit.standard_errors, problem.deviations)
            digits.append(found)
            r = fit.result
            print(
                f"{problem.name:<10} {number:>5} {found:>7.2f} {errors:>10.2f} {r.nfev:>5} {r.njev:>5} {r.nhev:>5} "
                f"{1e3 * r.time:>7.0f}  {r.status}{'' if r.success else ' (no success)'}",
                flush=True,
            )
    found = np.array(digits)
    print(
        f"\n{(found > 4).sum()} of {found.size} solved, {(found >= 8).sum()} to 8 digits, {(found >= 10).sum()} to 10; "
        f"mean log relative error {found.mean():.2f} (the certified values have 11 digits)"
    )
    return int((found < 8).any())


if __name__ == "__main__":
    raise SystemExit(main())
