"""Reports as aligned text."""

from collections.abc import Sequence

from benchmarks.report import Goal, Report, Row

ABSENT = "-"
_TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


def render(report: Report) -> str:
    """Title, the table of rows by contestant, the goals, then errors and notes."""
    parts = [f"{report.id}   {report.title}"]
    if report.rows:
        parts.append(_indent(_aligned(_cells(report.rows))))
    if report.goals:
        parts.append(_indent(_aligned(_goal_cells(report.goals))))
    parts += [f"  ERROR  {error}" for error in report.errors]
    parts += [f"  note   {note}" for note in report.notes]
    return "\n".join(parts)


def summary(reports: Sequence[Report]) -> str:
    """How many goals are met, which are missed, and which workloads failed."""
    goals = [(report.id, goal) for report in reports for goal in report.goals]
    lines = [f"{sum(goal.met for _, goal in goals)} of {len(goals)} goals met"]
    lines += [
        f"  missed  {id} {goal.quantity}: {quantity(goal.measured, goal.unit)}, the goal is {_bound(goal)}"
        for id, goal in goals
        if not goal.met
    ]
    lines += [f"  ERROR   {report.id}: {error}" for report in reports for error in report.errors]
    return "\n".join(lines)


def quantity(value: float, unit: str) -> str:
    """`value` with three significant digits: `1.25 ms`, `0.0431`, `51.0 arrays`.

    >>> quantity(0.00125, "s"), quantity(0.0431, "ratio"), quantity(51.0, "arrays")
    ('1.25 ms', '0.0431', '51.0 arrays')
    """
    if unit == "s":
        scale, name = next((pair for pair in _TIME_UNITS if abs(value) >= pair[0]), _TIME_UNITS[-1])
        return f"{_three_digits(value / scale)} {name}"
    return _three_digits(value) + ("" if unit == "ratio" else f" {unit}")


def _bound(goal: Goal) -> str:
    """As people say it: 0.05, not 0.0500."""
    return quantity(goal.bound, goal.unit) if goal.unit == "s" else f"{goal.bound:g}"


def _three_digits(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:#.3g}".rstrip(".") if abs(value) >= 1e-3 else f"{value:.2e}"


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    columns = list(dict.fromkeys(name for row in rows for name in row.values))
    return [["", *columns]] + [
        [row.label, *(quantity(row.values[name], row.unit) if name in row.values else ABSENT for name in columns)]
        for row in rows
    ]


def _goal_cells(goals: Sequence[Goal]) -> list[list[str]]:
    header = ["", "measured", "goal", ""]
    return [header] + [
        [
            goal.quantity,
            quantity(goal.measured, goal.unit),
            f"<= {_bound(goal)}",
            "met" if goal.met else "MISSED",
        ]
        for goal in goals
    ]


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """First column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in cells
    ]


def _indent(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}".rstrip() for line in lines)
