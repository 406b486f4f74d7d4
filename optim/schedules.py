"""Learning rates that change: each schedule is a function of the step t = 0, 1, ... and can stand wherever a rate can.

    optim.adam(optim.schedules.cosine(1e-3, steps=1000))

| schedule | α_t |
|---|---|
| `constant` | α |
| `exponential_decay` | α γ^(t/T), or by stairs |
| `step_decay`, `multistep_decay` | α times γ at every T-th step, or at given ones |
| `inverse_time_decay` | α / (1 + γ t) |
| `inverse_square_root` | α min((t+1)/T, √(T/(t+1))) |
| `polynomial`, `linear` | from α to β along (1 - t/T)^p |
| `cosine`, `cosine_restarts` | from α to β along half a cosine, once or again and again |
| `piecewise_constant`, `piecewise_linear` | by a table |
| `warmup` | a straight line up to another schedule |
| `one_cycle`, `cyclic` | up and down |
| `join`, `product` | one schedule after the other; one times the other |

A rate that falls where the loss does not is no function of the step: see `optim.reduce_on_plateau`.

Sources: the documentation of torch.optim.lr_scheduler and optax; Loshchilov and Hutter 2016 (arXiv:1608.03983) for the
cosine; Smith 2015 (arXiv:1506.01186) and Smith and Topin 2017 (arXiv:1708.07120) for the cycles; Vaswani et al. 2017
(arXiv:1706.03762) for the inverse square root.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

__all__ = [
    "Schedule",
    "constant",
    "cosine",
    "cosine_restarts",
    "cyclic",
    "exponential_decay",
    "inverse_square_root",
    "inverse_time_decay",
    "join",
    "linear",
    "multistep_decay",
    "one_cycle",
    "piecewise_constant",
    "piecewise_linear",
    "polynomial",
    "product",
    "step_decay",
    "warmup",
]

Schedule = Callable[[int], float]


def constant(value: float) -> Schedule:
    """α_t = α."""
    return lambda t: value


def exponential_decay(
    initial: float, rate: float, every: int = 1, staircase: bool = False, end: float = 0.0
) -> Schedule:
    """α_t = max(α γ^(t/T), end); with `staircase` the exponent is rounded down.

    initial, rate, every   α, γ, T

    >>> schedule = exponential_decay(0.005, 0.99)
    >>> schedule(0), schedule(1)
    (0.005, 0.00495)
    """
    _require_positive(every=every, rate=rate)
    return lambda t: max(initial * rate ** (t // every if staircase else t / every), end)


def step_decay(initial: float, every: int, rate: float = 0.1) -> Schedule:
    """α_t = α γ^⌊t/T⌋.

    >>> [step_decay(1.0, every=2)(t) for t in range(4)]
    [1.0, 1.0, 0.1, 0.1]
    """
    return exponential_decay(initial, rate, every, staircase=True)


def multistep_decay(initial: float, steps: Sequence[int], rate: float = 0.1) -> Schedule:
    """α γᵏ from the k-th of the given steps on.

    >>> [multistep_decay(1.0, [1, 3])(t) for t in range(4)]
    [1.0, 0.1, 0.1, 0.010000000000000002]
    """
    steps = sorted(steps)
    return lambda t: initial * rate ** bisect_right(steps, t)


def inverse_time_decay(initial: float, rate: float) -> Schedule:
    """α_t = α / (1 + γ t): summable squares, not summable itself, as Robbins and Monro (1951) ask for."""
    return lambda t: initial / (1 + rate * t)


def inverse_square_root(peak: float, warmup_steps: int) -> Schedule:
    """α_t = α min((t+1)/T, √(T/(t+1))): up to α in T steps, then down as 1/√t."""
    _require_positive(warmup_steps=warmup_steps)
    return lambda t: peak * min((t + 1) / warmup_steps, math.sqrt(warmup_steps / (t + 1)))


def polynomial(initial: float, end: float, steps: int, power: float = 1.0, begin: int = 0) -> Schedule:
    """α_t = β + (α - β)(1 - (t - t₀)/T)ᵖ for t₀ ≤ t ≤ t₀ + T; α before, β after."""
    _require_positive(steps=steps)
    return lambda t: end + (initial - end) * (1 - _fraction(t - begin, steps)) ** power


def linear(initial: float, end: float, steps: int, begin: int = 0) -> Schedule:
    """A straight line from α to β in T steps.

    >>> [linear(1.0, 0.0, steps=4)(t) for t in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """
    return polynomial(initial, end, steps, 1.0, begin)


def cosine(initial: float, steps: int, end: float = 0.0, power: float = 1.0) -> Schedule:
    """α_t = β + (α - β)((1 + cos(π t/T)) / 2)ᵖ for t ≤ T; β after.

    >>> [round(cosine(1.0, steps=4)(t), 3) for t in (0, 2, 4, 9)]
    [1.0, 0.5, 0.0, 0.0]
    """
    _require_positive(steps=steps)
    return lambda t: end + (initial - end) * (0.5 * (1 + math.cos(math.pi * _fraction(t, steps)))) ** power


def cosine_restarts(initial: float, steps: int, factor: float = 1, end: float = 0.0) -> Schedule:
    """The cosine again and again, each period `factor` times as long as the one before (SGDR).

    >>> [round(cosine_restarts(1.0, steps=2)(t), 3) for t in range(5)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    """
    _require_positive(steps=steps)
    if factor < 1:
        raise ValueError(f"the periods must not get shorter, but factor = {factor}; give one of at least 1")

    def schedule(t):
        start, period = 0, steps
        if factor == 1:
            start = t // steps * steps
        while t >= start + period:
            start, period = start + period, period * factor
        return end + (initial - end) * 0.5 * (1 + math.cos(math.pi * (t - start) / period))

    return schedule


def piecewise_constant(values: Sequence[float], boundaries: Sequence[int]) -> Schedule:
    """values[k] from boundaries[k-1] to before boundaries[k].

    >>> [piecewise_constant([1.0, 0.5], [2])(t) for t in range(4)]
    [1.0, 1.0, 0.5, 0.5]
    """
    values, boundaries = list(values), list(boundaries)
    if len(values) != len(boundaries) + 1 or boundaries != sorted(boundaries):
        raise ValueError(
            f"{len(values)} values need {len(values) - 1} boundaries in ascending order, but there are {boundaries}"
        )
    return lambda t: values[bisect_right(boundaries, t)]


def piecewise_linear(points: dict[int, float]) -> Schedule:
    """Straight lines between the given points {t: α_t}; constant outside of them.

    >>> [piecewise_linear({0: 0.0, 2: 1.0})(t) for t in range(4)]
    [0.0, 0.5, 1.0, 1.0]
    """
    if not points:
        raise ValueError("piecewise_linear needs at least one point {t: rate}")
    knots = sorted(points)

    def schedule(t):
        right = bisect_right(knots, t)
        if right in (0, len(knots)):
            return float(points[knots[min(right, len(knots) - 1)]])
        a, b = knots[right - 1], knots[right]
        return points[a] + (points[b] - points[a]) * (t - a) / (b - a)

    return schedule


def warmup(schedule: Schedule | float, steps: int, start: float = 0.0) -> Schedule:
    """A straight line from `start` to the first rate of a schedule in T steps, then that schedule from its beginning.

    >>> [warmup(1.0, steps=2)(t) for t in range(4)]
    [0.0, 0.5, 1.0, 1.0]
    """
    _require_positive(steps=steps)
    then = schedule if callable(schedule) else constant(schedule)
    return lambda t: start + (then(0) - start) * t / steps if t < steps else then(t - steps)


def one_cycle(
    peak: float,
    steps: int,
    up: float = 0.3,
    divide: float = 25.0,
    divide_end: float = 1e4,
    shape: str = "cosine",
    variant: str = "optax",
) -> Schedule:
    """α/25 up to α in the first 30 % of the steps, then down to α/(25 · 10⁴), along half cosines or straight lines.

    up                  the part of the steps that goes up
    divide, divide_end  peak/start and start/end
    shape               "cosine" or "linear"
    variant             "optax": it ends at t = steps; "torch": at t = steps - 1, and the peak is one step earlier

    >>> [round(one_cycle(1.0, steps=10)(t), 3) for t in (0, 3)]
    [0.04, 1.0]
    """
    _require_positive(steps=steps)
    if not 0 < up < 1:
        raise ValueError(f"up is the part of the steps that goes up, between 0 and 1, not {up}")
    if shape not in ("cosine", "linear") or variant not in ("optax", "torch"):
        raise ValueError(f"shape is 'cosine' or 'linear', variant 'optax' or 'torch'; not {shape!r}, {variant!r}")
    one = 1 if variant == "torch" else 0
    top, last, start = up * steps - one, steps - one, peak / divide
    if not 0 < top < last:
        raise ValueError(f"{steps} steps are too few to go up and down; give more")

    def between(a, b, fraction):
        return b + (a - b) * (0.5 * (1 + math.cos(math.pi * fraction)) if shape == "cosine" else 1 - fraction)

    def schedule(t):
        if t <= top:
            return between(start, peak, t / top)
        return between(peak, start / divide_end, _fraction(t - top, last - top))

    return schedule


def cyclic(
    low: float, high: float, up: int, down: int | None = None, decay: float = 1.0, step_decay: float = 1.0
) -> Schedule:
    """A triangle from low to high in `up` steps and back in `down`, again and again.

    decay       the height of each triangle is that of the one before times this
    step_decay  the height at t is multiplied by this to the power of t

    PyTorch's modes are decay=1 (triangular), decay=0.5 (triangular2) and step_decay=gamma (exp_range).

    >>> [cyclic(0.0, 1.0, up=2)(t) for t in range(5)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    down = up if down is None else down
    _require_positive(up=up, down=down)

    def schedule(t):
        cycle, within = divmod(t, up + down)
        height = within / up if within <= up else (up + down - within) / down
        return low + (high - low) * height * decay**cycle * step_decay**t

    return schedule


def product(*schedules: Schedule | float) -> Schedule:
    """All of them multiplied: α_t β_t ...

    >>> [product(0.5, linear(1.0, 0.0, steps=2))(t) for t in range(3)]
    [0.5, 0.25, 0.0]
    """
    factors = [each if callable(each) else constant(each) for each in schedules]
    return lambda t: math.prod(factor(t) for factor in factors)


def join(schedules: Sequence[Schedule], boundaries: Sequence[int]) -> Schedule:
    """schedules[k] from boundaries[k-1] on, each from its own beginning.

    >>> [join([constant(1.0), linear(1.0, 0.0, 2)], [2])(t) for t in range(5)]
    [1.0, 1.0, 1.0, 0.5, 0.0]
    """
    which = piecewise_constant(range(len(schedules)), boundaries)
    starts = [0, *boundaries]
    return lambda t: schedules[int(which(t))](t - starts[int(which(t))])


def _fraction(t, steps):
    return min(max(t / steps, 0.0), 1.0)


def _require_positive(**values):
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be greater than 0, but it is {value!r}")
