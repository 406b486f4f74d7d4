"""Whether two results are the same numbers, by ADBench's measure.

ADBench (Srajer, Kukelova and Fitzgibbon 2018) compares entry by entry with

    |x - y| / max(1, |x| + |y|)  <=  1e-8

which is absolute for small entries and relative for large ones.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

TOLERANCE = 1e-8


def flatten(result: Any) -> np.ndarray:
    """All numbers of a nest of lists and tuples of arrays and numbers, in order, as one float64 vector."""
    leaves = [np.asarray(leaf, dtype=np.float64).ravel() for leaf in _leaves(result)]
    return np.concatenate(leaves) if leaves else np.zeros(0)


def discrepancy(found: Any, expected: Any) -> float:
    """The largest `|x - y| / max(1, |x| + |y|)`; infinite where the sizes differ or one of them is not a number."""
    x, y = flatten(found), flatten(expected)
    if x.shape != y.shape:
        return np.inf
    distance = np.abs(x - y) / np.maximum(1.0, np.abs(x) + np.abs(y))
    return float(np.max(np.where(np.isnan(distance), np.inf, distance), initial=0.0))


def problem(call: Callable[[], Any], expected: Any) -> str:
    """What is wrong with the result of `call()`, in words that follow a name; empty where it is as expected."""
    try:
        distance = discrepancy(call(), expected)
    except Exception as exception:  # whatever a library raises is worth a line, not the end of the run
        return f"raised {type(exception).__name__}: {str(exception).strip()[:200]}"
    if distance > TOLERANCE:
        return f"differs from the derivative by hand by {distance:.1e}"
    return ""


def _leaves(result: Any) -> Iterator[Any]:
    if isinstance(result, list | tuple):
        for part in result:
            yield from _leaves(part)
    else:
        yield result
