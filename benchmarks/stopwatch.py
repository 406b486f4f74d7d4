"""Interleaved timing: one sample of each call per round, the median over the rounds."""

import gc
import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)

SAMPLE_SECONDS = 0.02  # long against the clock's resolution and an interrupt, short against a change of frequency


def medians(
    calls: Mapping[Key, Callable[[], Any]], rounds: int, sample_seconds: float = SAMPLE_SECONDS
) -> dict[Key, float]:
    """Median seconds per call, for each of `calls`.

    calls           what to time; every call has been made at least once before (compiled, caches filled)
    rounds          samples taken of each call, interleaved: A B C A B C ...
    sample_seconds  a sample repeats its call for about this long

    The garbage collector stays on, as it does in use; what exists before the first round is frozen, so that
    nobody pays for walking through the modules of the others.
    """
    gc.collect()
    gc.freeze()
    try:
        repetitions = {key: max(1, round(sample_seconds / _seconds_of(call, 1))) for key, call in calls.items()}
        samples: dict[Key, list[float]] = {key: [] for key in calls}
        for _ in range(rounds):
            for key, call in calls.items():
                samples[key].append(_seconds_of(call, repetitions[key]))
    finally:
        gc.unfreeze()
    return {key: statistics.median(times) for key, times in samples.items()}


def _seconds_of(call: Callable[[], Any], repetitions: int) -> float:
    start = time.perf_counter()
    for _ in range(repetitions):
        call()
    return max(time.perf_counter() - start, 1e-9) / repetitions
