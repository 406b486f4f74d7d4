"""A chain of a million operations on one Python float: no recursion anywhere, and time in proportion to length.

y <- 0.5 y + x, half a million times, from y = x: y and dy/dx converge to 2 x and 2. A sweep that recursed along
the chain would exceed Python's limit a thousand times over.
"""

from benchmarks import stopwatch
from benchmarks.agreement import problem
from benchmarks.comparison import THIS
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import Workload

OPERATIONS = 1_000_000
SHORT = 10_000
X = 0.7
TITLE = "gradient of a chain of a million operations on one Python float"
LINEAR = 1.5  # time per operation at full length over time per operation of the short chain


def chain(operations):
    def f(x):
        y = x
        for _ in range(operations // 2):
            y = 0.5 * y + x
        return y

    return f


def run(contestants, rounds, progress, operations=OPERATIONS, short=SHORT):
    """The two lengths in at most three interleaved rounds: a long run averages over itself."""
    report = Report(WORKLOAD.id, TITLE)
    (contestant,) = (one for one in contestants if one.name == THIS)
    calls = {length: contestant.gradient(chain(length), (X,)) for length in (short, operations)}
    for length, call in calls.items():
        progress(f"million_node: {length} operations")
        wrong = problem(call, (2.0 * X, [2.0]))
        if wrong:
            report.errors.append(f"{length} operations: {THIS} {wrong}")
            return report
    seconds = stopwatch.medians(calls, min(rounds, 3))
    for length, whole in seconds.items():
        report.rows.append(Row(f"{length} operations", "s", {"whole": whole, "per operation": whole / length}))
    ratio = (seconds[operations] / operations) / (seconds[short] / short)
    report.goals.append(Goal(f"time per operation, {operations} / {short} operations", ratio, LINEAR))
    return report


WORKLOAD = Workload("million_node", TITLE, "no recursion; time per operation grows by at most a half", run)
