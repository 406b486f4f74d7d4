"""A step of ADAM in place over a tree of 100 arrays: what it costs beside one array, and beside a loop over the arrays.

State and step are one flat vector here, whatever the tree is, so that the tree costs the copying in and out. The loop
`by hand` is what one would write in NumPy without this library: the same in-place operations on each array in turn,
with all buffers made before. PyTorch's is its `foreach` implementation. Everybody starts at the same numbers and goes
three steps before anybody is timed.
"""

import math

import numpy

from benchmarks import stopwatch
from benchmarks.agreement import problem
from benchmarks.comparison import BY_HAND, THIS
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import Workload

ARRAYS = 100
SIZES = (100, 1000)
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
ONE, LOOP = "one array", "loop"
TITLE = f"a step of ADAM in place over a tree of {ARRAYS} arrays"


def arrays(size):
    """Parameters and gradients, each a list of arrays."""
    rng = numpy.random.default_rng(31337)
    return tuple([rng.standard_normal(size) for _ in range(ARRAYS)] for _ in range(2))


def on_a_tree(size):
    import optim

    params, grads = ({f"p{k}": leaf for k, leaf in enumerate(leaves)} for leaves in arrays(size))
    optimizer = optim.adam(RATE, BETA1, BETA2, EPSILON)
    state = optimizer.init(params)

    def step():
        optimizer.step_(grads, state, params)
        return list(params.values())

    return step


def on_one_array(size):
    import optim

    params, grads = (numpy.concatenate(leaves) for leaves in arrays(size))
    optimizer = optim.adam(RATE, BETA1, BETA2, EPSILON)
    state = optimizer.init(params)

    def step():
        optimizer.step_(grads, state, params)
        return params

    return step


def on_each_array(size):
    import optim

    params, grads = arrays(size)
    optimizer = optim.adam(RATE, BETA1, BETA2, EPSILON)
    states = [optimizer.init(leaf) for leaf in params]

    def step():
        for leaf, grad, state in zip(params, grads, states, strict=True):
            optimizer.step_(grad, state, leaf)
        return params

    return step


def by_hand(size):
    params, grads = arrays(size)
    first, second, scratch = ([numpy.zeros(size) for _ in params] for _ in range(3))
    t = 0

    def step():
        nonlocal t
        t += 1
        root, rate = math.sqrt(1 - BETA2**t), RATE / (1 - BETA1**t)
        for x, g, v, s, u in zip(params, grads, first, second, scratch, strict=True):
            v *= BETA1
            v += numpy.multiply(g, 1 - BETA1, u)
            s *= BETA2
            numpy.multiply(g, g, u)
            s += numpy.multiply(u, 1 - BETA2, u)
            numpy.sqrt(s, u)
            u /= root
            u += EPSILON
            numpy.divide(v, u, u)
            u *= rate
            x -= u
        return params

    return step


def in_pytorch(torch, size):
    params, grads = arrays(size)
    tensors = [torch.tensor(leaf, requires_grad=True) for leaf in params]
    for tensor, grad in zip(tensors, grads, strict=True):
        tensor.grad = torch.tensor(grad)
    optimizer = torch.optim.Adam(tensors, lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, foreach=True)

    def step():
        optimizer.step()
        return [tensor.detach() for tensor in tensors]

    return step


def run(contestants, rounds, progress, sizes=SIZES):
    report = Report(WORKLOAD.id, TITLE)
    libraries = {contestant.name: contestant.library for contestant in contestants}
    for size in sizes:
        label = f"{ARRAYS} arrays of {size}"
        progress(f"optimizer_step {label}")
        steps = {
            THIS: on_a_tree(size),
            ONE: on_one_array(size),
            LOOP: on_each_array(size),
            BY_HAND: by_hand(size),
        }
        if "PyTorch" in libraries:
            steps["PyTorch"] = in_pytorch(libraries["PyTorch"], size)
        wrong = _disagreements(steps)
        report.errors += [f"{label}: {name} {what}" for name, what in wrong.items()]
        if wrong:
            continue
        seconds = stopwatch.medians(steps, rounds)
        report.rows.append(Row(label, "s", seconds))
        ratios = {name: seconds[THIS] / seconds[name] for name in seconds}
        report.rows.append(Row("tree / this column", "ratio", ratios))
        if size == min(sizes):
            report.goals.append(Goal(f"{label}: tree / the same optimizer on each in turn", ratios[LOOP], 1 / 5))
        if size == max(sizes):
            report.goals.append(Goal(f"{label}: tree / one array of the same size", ratios[ONE], 1.5))
    return report


def _disagreements(steps):
    """Contestant → what is wrong, after three steps."""
    for step in steps.values():
        for _ in range(2):
            step()
    expected = [numpy.array(leaf) for leaf in steps[BY_HAND]()]
    found = {name: problem(step, expected) for name, step in steps.items() if name != BY_HAND}
    return {name: what for name, what in found.items() if what}


WORKLOAD = Workload(
    "optimizer_step", TITLE, "at most 1/5 of the loop over the arrays, about as much as one array of their size", run
)
