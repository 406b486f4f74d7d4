"""The claim that every fused primitive makes: its kernels compute what its reference says."""

import numpy as np

import autodiff as ad


def results_of(out):
    return list(out) if isinstance(out, tuple) else [out]


def assert_kernels_agree(fused, args, rng, rtol=1e-10, **params):
    """Values and cotangents of all float arguments, with random cotangents of all results, in float64."""
    value, kept = fused.forward(*args, **params)
    wanted = tuple(k for k, x in enumerate(args) if isinstance(x, np.ndarray) and x.dtype.kind == "f")

    def reference(*floats):
        given = list(args)
        for k, x in zip(wanted, floats, strict=True):
            given[k] = x
        return fused.reference(*given, **params)

    expected, pullback = ad.vjp(reference, *(args[k] for k in wanted))
    for found, y in zip(results_of(value), results_of(expected), strict=True):
        assert found.dtype == y.dtype and found.shape == y.shape
        np.testing.assert_allclose(found, y, rtol=rtol, atol=rtol)
    cotangents = [rng.standard_normal(y.shape).astype(y.dtype) for y in results_of(expected)]
    cotangent = tuple(cotangents) if fused.several else cotangents[0]
    before = [x.copy() for x in (*(args[k] for k in wanted), *cotangents)]
    for chosen in (wanted, wanted[:1], wanted[-1:]):
        found = fused.backward(cotangent, kept, chosen, *args, **params)
        for k, c in zip(chosen, found, strict=True):
            like = pullback(cotangent)[wanted.index(k)]
            assert c.shape == like.shape and c.dtype == like.dtype
            np.testing.assert_allclose(c, like, rtol=rtol, atol=rtol * max(1, np.abs(like).max(initial=0)))
    for x, same in zip((*(args[k] for k in wanted), *cotangents), before, strict=True):
        np.testing.assert_array_equal(x, same)  # kernels write to nothing that they were given
