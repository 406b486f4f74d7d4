"""One harness for all rules: what must hold for any differentiable function, tested at a point along random directions.

For f at x, with random directions v, u in the space of x and w in that of f(x), and <a, b> = Re(sum(a b)):

    forward        J v           is the limit of differences of f (or the complex step, where f is analytic)
    reverse        <w, J v>  =   <J^T w, v>                                      the inner-product identity
    second order   D_u (J^T w)   is the limit of differences of J^T w,
                                 and the same by forward and by reverse over reverse, and by reverse over forward;
                   <w, D_u (J v)> = <v, D_u (J^T w)>                             forward over forward

So each mode is tied to the function itself, and modes to each other at the level of rounding.
"""

import numpy as np

import autodiff as ad
from autodiff import differences, tree
from autodiff.tracer import dtype_of, shape_of


def check_case(f, args, *, order=2, complex_step=False, rtol=None, identity_rtol=None, rng=None):
    """Asserts that f(*args) is differentiated correctly in every mode, up to `order` (0, 1 or 2).

    f, args        a function and its arguments, all of which are differentiated: trees of floats and arrays, real
                   or complex, float32 or float64
    complex_step   compare with Im f(x + ihv) / h, exact to rounding, instead of differences: f analytic, x real
    rtol           of the comparison with differences. By default 1e-7 in double precision, where extrapolated
                   differences have lost half of the digits; 1e-3 in single (the differences are taken in double,
                   so this is the rounding of the rule: some thousands of units)
    identity_rtol  of the comparison of modes, relative to the sum of the magnitudes of the products: the modes add
                   the same products in another order. By default 5000 rounding units, about 1e-12
    rng            generator of the directions; seeded by default
    """
    args = tuple(args)
    rng = np.random.default_rng(0) if rng is None else rng
    value = f(*args)
    unit = differences.precision(args, value)
    rtol = (1e-7 if unit < 1e-12 else 1e-3) if rtol is None else rtol
    identity_rtol = 5000 * unit if identity_rtol is None else identity_rtol
    v = differences.direction_at(args, rng)
    w = differences.normal_like(value, rng)

    traced, pushed = ad.jvp(f, args, v)
    recorded, pullback = ad.vjp(f, *args)
    pulled = pullback(w)
    for name, found in [("jvp", traced), ("vjp", recorded)]:
        _assert_same_kind(found, value, f"the value of {name}")
        _assert_close(found, value, 8 * unit, 8 * unit, f"the value of {name}")
    _assert_same_kind(pulled, args, "the result of the pullback")
    _assert_same_kind(pushed, value, "the result of jvp")
    if order == 0:
        return

    if complex_step:
        _assert_close(pushed, _complex_step(f, args, v), identity_rtol, 0.0, "jvp and the complex step")
    else:
        _assert_near(pushed, _difference(f, args, v), rtol, "jvp and differences of f")
    assert_paired(w, pushed, pulled, v, identity_rtol, "<w, J v> and <J^T w, v>")
    if order == 1:
        return

    u = differences.direction_at(args, rng)

    def pull(*x):
        return ad.vjp(f, *x)[1](w)

    def push(*x):
        return ad.jvp(f, x, v)[1]

    _, forward_over_reverse = ad.jvp(pull, args, u)
    reverse_over_reverse = ad.vjp(pull, *args)[1](u)
    _, forward_over_forward = ad.jvp(push, args, u)
    reverse_over_forward = ad.vjp(push, *args)[1](w)
    _, along_v = ad.jvp(pull, args, v)
    for name, found in [("reverse over reverse", reverse_over_reverse), ("reverse over forward", reverse_over_forward)]:
        _assert_same_kind(found, args, f"the result of {name}")

    _assert_near(
        forward_over_reverse, _difference(pull, args, u), rtol, "forward over reverse and differences of J^T w"
    )
    floor = identity_rtol * np.max(np.abs(differences.vector(pulled)), initial=0.0)
    close = 10 * identity_rtol  # one more derivative, some more roundings
    _assert_close(reverse_over_reverse, forward_over_reverse, close, floor, "reverse over and forward over reverse")
    _assert_close(reverse_over_forward, along_v, close, floor, "reverse over forward and forward over reverse")
    floor = identity_rtol * (_magnitude(pulled, v) + _magnitude(w, pushed))
    assert_paired(w, forward_over_forward, forward_over_reverse, v, close, "the modes of second order", floor)


def inner(a, b):
    """<a, b> = Re(sum(a b)) over all leaves: how cotangents are paired with tangents."""
    return sum([float(np.real(np.sum(_wide(x) * _wide(y)))) for x, y in _pairs(a, b)])


def assert_paired(w, pushed, pulled, v, rtol, what, atol=0.0):
    """Asserts <w, pushed> = <pulled, v>, up to rtol of the sum of the magnitudes of the products."""
    left, right = inner(w, pushed), inner(pulled, v)
    allowed = atol + rtol * max(_magnitude(w, pushed), _magnitude(pulled, v))
    assert abs(left - right) <= allowed, f"{what} differ: {left!r} and {right!r}, more than {allowed:.1e}"


def _magnitude(a, b):
    return sum([float(np.sum(np.abs(_wide(x)) * np.abs(_wide(y)))) for x, y in _pairs(a, b)])


def _pairs(a, b):
    return zip(tree.leaves(a), tree.leaves(b), strict=True)


def _wide(x):
    return np.asarray(x).astype(np.result_type(dtype_of(x), np.float64))


def _difference(f, args, v):
    return differences.along(f, differences.finest(args), differences.finest(v))


def _complex_step(f, args, v):
    h = 1e-30
    shifted = f(*differences.moved(differences.finest(args), differences.finest(v), 1j * h))
    return tree.map(lambda leaf: np.imag(leaf) / h, shifted)


def _assert_near(found, expected, rtol, what):
    """found is the derivative by differences, leaf by leaf, within rtol and the error of the differences."""
    derivative, found = expected.derivative, differences.vector(found)
    assert expected.converges.all(), f"{what}: these do not converge; is the point at a kink? {expected}"
    allowed = rtol * np.maximum(np.abs(derivative), expected.scale / 1000) + 10 * expected.error
    wrong = ~(np.abs(found - derivative) <= allowed)
    assert not wrong.any(), f"{what} differ in entries {np.flatnonzero(wrong)}: {found[wrong]} and {derivative[wrong]}"


def _assert_close(found, expected, rtol, atol, what):
    found, expected = differences.vector(found), differences.vector(expected)
    scale = np.max(np.abs(expected), initial=0.0)
    same = np.isclose(found, expected, rtol=rtol, atol=atol + rtol * scale, equal_nan=True)
    assert same.all(), f"{what} differ: {found[~same]} and {expected[~same]}"


def _assert_same_kind(found, like, what):
    """The same structure, shapes and dtypes; where `like` holds integers, floats."""
    assert tree.structure(found) == tree.structure(like), f"{what}: {tree.structure(found)}, not {tree.structure(like)}"
    for (path, a), (_, b) in zip(tree.leaves_with_path(found), tree.leaves_with_path(like), strict=True):
        assert shape_of(a) == shape_of(b), f"{what}{path} has shape {shape_of(a)}, not {shape_of(b)}"
        if dtype_of(b).kind in "fc":
            assert dtype_of(a) == dtype_of(b), f"{what}{path} is of {dtype_of(a)}, not {dtype_of(b)}"
