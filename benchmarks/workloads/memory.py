"""How many arrays a gradient keeps alive: the peak of tracemalloc over the size of one array.

A sum's derivative needs none of its arguments, so a chain of 50 additions should need about 2 arrays whatever its
length; a sine's needs its argument, so a chain of 50 sines about 51. The peak is taken over the whole of forward and
reverse sweep, over what existed before; the argument itself is not in it, the gradient is. PyTorch and JAX allocate
outside Python, where tracemalloc does not see.
"""

import tracemalloc

import numpy

from benchmarks.agreement import problem
from benchmarks.comparison import THIS
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import Workload

LENGTH = 50
SIZE = 100_000
VISIBLE = (THIS, "autograd", "MyGrad")  # what they allocate is allocated by NumPy
TITLE = "arrays alive at the peak of a gradient through a chain of 50 operations on 100,000 doubles"


def additions(np):
    def f(x):
        for _ in range(LENGTH):
            x = x + 1.0
        return np.sum(x)

    return f


def sines(np):
    def f(x):
        for _ in range(LENGTH):
            x = np.sin(x)
        return np.sum(x)

    return f


def additions_by_hand(x):
    return numpy.sum(x + float(LENGTH)), [numpy.ones_like(x)]


def sines_by_hand(x):
    slope = numpy.ones_like(x)
    for _ in range(LENGTH):
        slope *= numpy.cos(x)
        x = numpy.sin(x)
    return numpy.sum(x), [slope]


#         chain               answer             arrays, with half an array for what is not an array
CHAINS = {
    "50 additions": (additions, additions_by_hand, 2.5),
    "50 sines": (sines, sines_by_hand, 51.5),
}


def peak_arrays(call, array_bytes):
    """Peak memory during `call()`, in arrays of `array_bytes`."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / array_bytes


def run(contestants, rounds, progress, size=SIZE):
    """`rounds` is not used: allocation does not fluctuate."""
    report = Report(WORKLOAD.id, TITLE)
    x = numpy.random.default_rng(31337).uniform(0.2, 0.9, size)
    for label, (chain, by_hand, bound) in CHAINS.items():
        progress(f"memory {label}")
        expected, peaks = by_hand(x), {}
        for contestant in contestants:
            if contestant.name in VISIBLE:
                call = contestant.gradient(chain(contestant.namespace), (x,))
                wrong = problem(call, expected)
                if wrong:
                    report.errors.append(f"{label}: {contestant.name} {wrong}")
                else:
                    peaks[contestant.name] = peak_arrays(call, x.nbytes)
        report.rows.append(Row(label, "arrays", peaks))
        if THIS in peaks:
            report.goals.append(Goal(label, peaks[THIS], bound, "arrays"))
    return report


WORKLOAD = Workload("memory", TITLE, "about 2 arrays for additions, about 51 for sines", run)
