"""What `import autodiff` costs over `import numpy`, each in a fresh interpreter, beside its peers."""

import statistics
import subprocess
import sys

from benchmarks.comparison import THIS
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import Workload

GOAL = 0.060  # seconds
TITLE = "import over `import numpy`, in fresh interpreters"
_PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def seconds(module):
    """Seconds that `import module` takes in a fresh interpreter, from where this process was started."""
    command = [sys.executable, "-c", _PROGRAM.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(contestants, rounds, progress):
    report = Report(WORKLOAD.id, TITLE)
    modules = {"NumPy alone": "numpy"} | {
        contestant.name: contestant.module for contestant in contestants if contestant.name != "JAX jit"
    }
    for module in modules.values():  # files into the operating system's cache, byte code compiled
        progress(f"import_time: first import of {module}")
        seconds(module)
    progress(f"import_time: timing, {rounds} rounds")
    samples = {name: [] for name in modules}
    for _ in range(rounds):
        for name, module in modules.items():
            samples[name].append(seconds(module))
    medians = {name: statistics.median(times) for name, times in samples.items()}
    over_numpy = {name: median - medians["NumPy alone"] for name, median in medians.items() if name != "NumPy alone"}
    report.rows.append(Row("import", "s", medians))
    report.rows.append(Row("import over NumPy's", "s", over_numpy))
    report.goals.append(Goal("import autodiff over import numpy", over_numpy[THIS], GOAL, "s"))
    return report


WORKLOAD = Workload("import_time", TITLE, "at most 60 ms", run)
