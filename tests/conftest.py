"""What all tests share: pictures without a screen, and random numbers that can be repeated."""

import os
import zlib

import numpy as np
import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"  # read when Matplotlib is first imported, here and in child processes

# Every run draws the same examples, so a red test stays red until it is mended. `--hypothesis-profile=search` draws
# new and more ones, for looking on purpose.
settings.register_profile("suite", derandomize=True, deadline=None, print_blob=True, database=None)
settings.register_profile("search", derandomize=False, deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("suite")


@pytest.fixture
def rng(request) -> np.random.Generator:
    """A generator of the test's own: its seed comes from the test's name, and pytest shows it where the test fails."""
    seed = zlib.crc32(request.node.nodeid.encode())
    print(f"rng = np.random.default_rng({seed})")
    return np.random.default_rng(seed)
