"""The deck, run: one module for each figure, algorithm and architecture, a runner and a gallery."""

import os
import sys

# The networks here are small: more threads of BLAS cost them more than they give. NumPy reads this when it is loaded.
if "numpy" not in sys.modules:
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, os.environ.get("OMP_NUM_THREADS", "1"))
