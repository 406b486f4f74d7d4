"""Fused primitives: which of kernel and reference computes what."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.fused import fused


def counted(kept):
    """x³ with a kernel that keeps something, and a list of the calls of its backward kernel."""
    calls = []

    def backward(cotangent, kept, wanted, x):
        calls.append(wanted)
        return [3 * x * x * cotangent]

    @fused(lambda x: (x**3, kept), backward)
    def cube(x):
        return x**3

    return cube, calls


@pytest.mark.parametrize("kept", [None, (), 1.0])
def test_one_sweep_over_plain_arrays_uses_the_kernel_whatever_it_keeps(kept):
    cube, calls = counted(kept)
    np.testing.assert_array_equal(ad.grad(lambda x: cube(x).sum())(np.array([1.0, 2.0])), [3, 12])
    assert calls == [(0,)]


def test_derivatives_of_derivatives_use_the_reference():
    cube, calls = counted(None)
    assert ad.grad(ad.grad(cube))(2.0) == 12
    assert not calls
