"""Cases of complex numbers, roundings, sinc, i0 and repairs: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, normal_from

normal = normal_from(34)
Z = normal(2, 3, dtype=C)
X = normal(2, 3)
C64 = np.complex64
TURNS = np.array([[0.0, 4.2, 8.5], [8.6, 4.1, 12.8]])  # in steps that differ from a half period, whatever it is below
WHOLE = np.array([-7.0, -1.0, 0.0, 1.0, 4.0])


def of(function, *arguments, **keywords):
    return lambda x: function(x, *arguments, **keywords)


def squared(function, *arguments, **keywords):
    """Made to have second derivatives."""
    return lambda x: function(x * x, *arguments, **keywords)


def both(z):
    """A function of real and imaginary parts that is analytic in neither."""
    return np.real(z) ** 2 * np.imag(z) + 1j * np.sin(np.real(z)) * np.conj(z)


def modulus_of_parts(x, y):
    return np.abs(x + 1j * y)


def unwrapped(*arguments, **keywords):
    return lambda x: np.unwrap(0.1 * x * x + TURNS, *arguments, **keywords)


def with_holes(f):
    return lambda x: f(np.where(np.array([[True, False, False], [False, True, False]]), np.nan, x * x))


COMPLEX = [
    ("absolute", np.abs, (Z,)),
    ("absolute-real", squared(np.abs), (X,)),
    ("absolute-single-precision", np.abs, (normal(4, dtype=C64),)),
    ("absolute-number", lambda z: abs(z) ** 3, (0.7 - 0.3j,)),
    ("absolute-python-number", lambda x: abs(x) ** 3, (-0.7,)),
    ("absolute-of-parts", modulus_of_parts, (X, normal(2, 3))),
    ("absolute-empty", np.abs, (normal(0, 3, dtype=C),)),
    ("sign", np.sign, (Z,)),
    ("sign-of-real", lambda x: np.sign(x) * x**2, (X,)),
    ("conj", squared(np.conj), (Z,)),
    ("conj-real", squared(np.conjugate), (X,)),
    ("conj-method", lambda z: z * z.conj() * z.conjugate(), (Z,)),
    ("parts", both, (Z,)),
    ("parts-of-real", lambda x: np.real(x) ** 2 + np.imag(x), (X,)),
    ("part-attributes", lambda z: z.real**2 * z.imag, (Z,)),
    ("parts-of-number", lambda z: np.real(z) * np.imag(z), (0.7 - 0.3j,)),
    ("parts-single-precision", both, (normal(4, dtype=C64),)),
    ("angle", np.angle, (Z,)),
    ("angle-degrees", of(np.angle, deg=True), (Z,)),
    ("angle-real", lambda x: np.angle(x) * x, (X,)),
    ("real_if_close", squared(np.real_if_close), (Z,)),
    ("real_if_close-close", lambda x: np.real_if_close(x * x + 1e-30j), (X,)),
    ("real_if_close-tolerance", lambda z: np.real_if_close(z * z, tol=1e20), (Z,)),
    ("polar", lambda r, t: r * np.exp(1j * t), (X, normal(3))),
]
SPECIAL = [
    ("sinc", np.sinc, (np.array([-2.5, -1.0, -0.3, 1e-9, 0.0, 0.2, 0.4, 0.7, 1.3, 9.1]),)),
    ("sinc-second-derivative", lambda x: _derivative(_derivative(np.sinc))(x), (np.array([0.0, 0.1, 0.6, 2.3]),)),
    ("sinc-number", np.sinc, (0.3,)),
    ("sinc-complex", np.sinc, (normal(4, dtype=C),)),
    ("sinc-single-precision", np.sinc, (normal(4, dtype=np.float32),)),
    ("i0", np.i0, (np.array([-3.0, -0.2, 0.0, 1e-7, 0.7, 9.0]),)),
    ("i0-second-derivative", lambda x: _derivative(_derivative(np.i0))(x), (np.array([0.0, 0.1, 2.3]),)),
    ("unwrap", unwrapped(), (X,)),
    ("unwrap-axis", unwrapped(axis=0), (X,)),
    ("unwrap-discont", unwrapped(5.0), (X,)),
    ("unwrap-period", unwrapped(None, -1, period=6.0), (X,)),
    ("nan_to_num", with_holes(np.nan_to_num), (X,)),
    ("nan_to_num-values", with_holes(of(np.nan_to_num, nan=3.0, posinf=4.0, neginf=-4.0)), (X,)),
    ("nan_to_num-traced", lambda x, v: np.nan_to_num(np.where(x > 0, x, np.nan), nan=v) * v, (X, 0.7)),
    ("nan_to_num-in-place", with_holes(lambda x: np.nan_to_num(x, copy=False)), (X,)),
    ("nan_to_num-complex", squared(np.nan_to_num), (Z,)),
    ("nan_to_num-single-precision", squared(np.nan_to_num), (normal(3, dtype=np.float32),)),
]
DIVISION = (np.array([7.6, -5.6, 9.7]), np.array([5.0, -3.7, 3.9]))  # far from where the quotient changes
ROUNDING = [
    ("modf", lambda x: np.modf(0.1 * x * x + 5.3)[0], (X,)),
    ("modf-both", lambda x: np.modf(x)[0] * np.modf(x)[1] * x, (WHOLE + 0.5,)),
    ("modf-number", lambda x: np.modf(x)[0] ** 2, (-2.7,)),
    ("frexp", lambda x: np.frexp(x * x)[0] ** 2, (3 * X,)),
    ("frexp-both", lambda x: x * np.ldexp(*np.frexp(x)), (3 * X,)),
    ("frexp-single-precision", lambda x: np.frexp(x * x)[0] ** 2, (normal(3, dtype=np.float32),)),
    ("divmod", lambda x, y: np.divmod(x, y)[1] ** 2, DIVISION),
    ("divmod-both", lambda x, y: divmod(x, y)[0] * divmod(x, y)[1] * x, DIVISION),
    ("round", lambda x: np.round(x + 9, -1) * x, (X,)),
    ("round-of-number", lambda x: round(x) * x, (2.1,)),
    ("fix", lambda x: np.fix(x) * x, (WHOLE + 0.5,)),
]


def _derivative(f):
    from autodiff import derivative

    return derivative(f)


CASES = [
    (f"{group}-{name}", f, args)
    for group, cases in [("complex", COMPLEX), ("special", SPECIAL), ("rounding", ROUNDING)]
    for name, f, args in cases
]
