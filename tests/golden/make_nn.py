"""Writes nn_<family>.npz: outputs and gradients of PyTorch 2.13, in float64, for the comparisons of tests/nn/peers.

Run where PyTorch is installed, for all families or for some of them:

    python -m tests.golden.make_nn [family ...]

The keys are comparison/number of the option/result. The tests need no PyTorch.
"""

import sys

import numpy as np

from tests.nn.comparison import GOLDEN, families, seed_of, theirs_of

if __name__ == "__main__":
    for family, comparisons in families().items():
        if sys.argv[1:] and family not in sys.argv[1:]:
            continue
        arrays = {
            f"{comparison.name}/{number}/{key}": array
            for comparison in comparisons
            for number, option in enumerate(comparison.options)
            for key, array in theirs_of(comparison, option, seed_of(comparison, option)).items()
        }
        np.savez_compressed(GOLDEN / f"nn_{family}.npz", **arrays)
        print(f"{family}: {len(arrays)} arrays")
