"""A chain of a million operations on one Python float: no recursion anywhere, and time in proportion to length.

y <- 0.5 y + x, half a million times, from y = x: y and dy/dx converge to 2 x and 2. A sweep that recursed along
the chain would exceed Python's limit a thousand times over.
"""

import statistics
import time

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
    """One gradient per length and round, at most three rounds."""
    report = Report(WORKLOAD.id, TITLE)
    (contestant,) = (one for one in contestants if one.name == THIS)
    per_operation = {}
    for length in (short, operations):
        progress(f"million_node: {length} operations")
        call = contestant.gradient(chain(length), (X,))
        wrong = problem(call, (2.0 * X, [2.0]))
        if wrong:
            report.errors.append(f"{length} operations: {THIS} {wrong}")
            return report
        times = []
        for _ in range(min(rounds, 3)):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        whole = statistics.median(times)
        per_operation[length] = whole / length
        report.rows.append(Row(f"{length} operations", "s", {"whole": whole, "per operation": whole / length}))
    ratio = per_operation[operations] / per_operation[short]
    report.goals.append(Goal(f"time per operation, {operations} / {short} operations", ratio, LINEAR))
    return report


WORKLOAD = Workload("million_node", TITLE, "no recursion; time per operation grows by at most a half", run)
