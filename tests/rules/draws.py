"""Arguments of cases: drawn from a generator for each family, so that they do not depend on what else is imported."""

import numpy as np

F, C = np.float32, np.complex128


def normal_from(seed):
    """normal(*shape, dtype): an array of standard normal numbers, complex where the dtype is."""
    rng = np.random.default_rng(seed)

    def normal(*shape, dtype=np.float64):
        drawn = rng.standard_normal(shape)
        if np.dtype(dtype).kind == "c":
            drawn = drawn + 1j * rng.standard_normal(shape)
        return drawn.astype(dtype)

    return normal
