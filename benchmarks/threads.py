"""The same two threads for everyone, fixed before NumPy is imported.

Thread pools read their size from the environment when their library is loaded, hence the order: `fix` first,
NumPy and the peers after it. XLA (JAX) reads no such variable; it asks the operating system how many processors
the process may use, and so it is told there.
"""

import os

THREADS = 2
_POOL_SIZES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def fix(count: int = THREADS) -> None:
    """Give every thread pool that is loaded from now on, in this process and its children, `count` threads."""
    for variable in _POOL_SIZES:
        os.environ[variable] = str(count)
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
