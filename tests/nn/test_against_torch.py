"""Layers and functions against PyTorch: its golden vectors always, itself where it is installed."""

import numpy as np
import pytest

from tests.nn.comparison import GOLDEN, assert_agree, families, ours_of, seed_of, theirs_of

FAMILIES = families()
COMPARED = [(family, c) for family, comparisons in FAMILIES.items() for c in comparisons]
each_comparison = pytest.mark.parametrize("family, comparison", COMPARED, ids=[f"{f}-{c.name}" for f, c in COMPARED])


@pytest.fixture(scope="module")
def golden():
    files = {}

    def lookup(family, comparison, number):
        if family not in files:
            files[family] = np.load(GOLDEN / f"nn_{family}.npz")
        start = f"{comparison.name}/{number}/"
        return {key.removeprefix(start): files[family][key] for key in files[family].files if key.startswith(start)}

    return lookup


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_comparison
def test_outputs_and_gradients_are_those_of_the_golden_vectors(family, comparison, dtype, golden):
    for number, option in enumerate(comparison.options):
        found = ours_of(comparison, option, dtype, seed_of(comparison, option))
        assert_agree(found, golden(family, comparison, number), dtype)


@each_comparison
def test_outputs_and_gradients_are_those_of_pytorch(family, comparison, rng):
    pytest.importorskip("torch", reason="PyTorch is not installed: the golden vectors stand for it")
    options = comparison.options if comparison.drawn is None else [comparison.drawn(rng) for _ in range(10)]
    for option in options:
        seed = int(rng.integers(1 << 32))
        print(option, seed)
        expected = theirs_of(comparison, option, seed)
        for dtype in (np.float64, np.float32):
            assert_agree(ours_of(comparison, option, dtype, seed), expected, dtype)
