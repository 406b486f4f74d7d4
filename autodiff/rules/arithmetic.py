"""The ufuncs: each line is a function and its partial derivatives.

The names of a rule's parameters say what reverse mode has to keep: x and y are the arguments, ans the result.
A number is a constant partial, None one that is zero wherever it exists. `scalar` is the function for Python floats.
Conventions at the singular points are in the table of docs/derivatives.md.
"""

import math
import operator

import numpy as np

from ..primitive import Linear, astype, constant, elementwise
from ..tracer import dtype_of

PI = math.pi

# -- arithmetic --------------------------------------------------------------------------------------------------------

add = elementwise(np.add, 1, 1, scalar=operator.add)
subtract = elementwise(np.subtract, 1, -1, scalar=operator.sub)
negative = elementwise(np.negative, -1, scalar=operator.neg)
positive = elementwise(np.positive, 1, scalar=operator.pos)
multiply = elementwise(np.multiply, lambda y: y, lambda x: x, scalar=operator.mul)
divide = elementwise(np.divide, lambda y: 1 / y, lambda y, ans: -ans / y, scalar=operator.truediv)
reciprocal = elementwise(np.reciprocal, lambda ans: -ans * ans)
square = elementwise(np.square, lambda x: 2 * x, scalar=lambda x: x * x)


def _power_base(x, y):
    """y x^(y-1), and 0 where y is 0, whatever x."""
    if isinstance(y, int | float | np.generic) and not isinstance(x, complex):
        if y == 0:
            return 0.0
        return y * (power(x, y - 1) if x.__class__ is float else x ** (y - 1))  # a float's own root may be complex
    return y * power(np.where(np.equal(x, 0) & np.equal(y, 0), 1, x), y - 1)


def _power_exponent(x, y, ans):
    """x^y log x, and 0 where x is 0 and y is not negative: the limit of the function, which is constant there."""
    return ans * log(np.where(np.equal(x, 0) & np.greater_equal(np.real(y), 0), 1, x))


power = elementwise(np.power, _power_base, _power_exponent, scalar=math.pow, stands_for=(np.float_power,))
remainder = elementwise(np.remainder, 1, lambda x, y: -np.floor_divide(x, y), scalar=operator.mod)
fmod = elementwise(np.fmod, 1, lambda x, y, ans: np.rint((ans - x) / y))  # of a quotient that may round up

# -- roots, exponentials, logarithms -----------------------------------------------------------------------------------

sqrt = elementwise(np.sqrt, lambda ans: 0.5 / ans, scalar=math.sqrt)
cbrt = elementwise(np.cbrt, lambda ans: 1 / (3 * ans * ans))
exp = elementwise(np.exp, lambda ans: ans, scalar=math.exp)
exp2 = elementwise(np.exp2, lambda ans: math.log(2) * ans)
expm1 = elementwise(np.expm1, lambda x: exp(x), scalar=math.expm1)  # ans + 1 has lost what is below 1e-16
log = elementwise(np.log, lambda x: 1 / x, scalar=math.log)
log2 = elementwise(np.log2, lambda x: 1 / (math.log(2) * x))
log10 = elementwise(np.log10, lambda x: 1 / (math.log(10) * x))
log1p = elementwise(np.log1p, lambda x: 1 / (1 + x), scalar=math.log1p)


def _difference(x, y):
    """x - y, and 0 where x and y are the same infinity."""
    return np.where(np.isinf(x) & np.equal(x, y), 0, x - y)


def _share(x, y):
    """exp(x) / (exp(x) + exp(y)), without overflow, and with derivatives that are of this kind again."""
    return exp(-logaddexp(0.0, _difference(y, x)))


def _share2(x, y):
    return exp2(-logaddexp2(0.0, _difference(y, x)))


logaddexp = elementwise(np.logaddexp, lambda x, y: _share(x, y), lambda x, y: _share(y, x))
logaddexp2 = elementwise(np.logaddexp2, lambda x, y: _share2(x, y), lambda x, y: _share2(y, x))

# -- circular functions ------------------------------------------------------------------------------------------------

sin = elementwise(np.sin, lambda x: cos(x), scalar=math.sin)
cos = elementwise(np.cos, lambda x: -sin(x), scalar=math.cos)
tan = elementwise(np.tan, lambda ans: 1 + ans * ans, scalar=math.tan)
one_minus_square = elementwise(lambda x: (1 - x) * (1 + x), lambda x: -2 * x, name="one_minus_square")  # exact near 1
arcsin = elementwise(np.arcsin, lambda x: 1 / sqrt(one_minus_square(x)))
arccos = elementwise(np.arccos, lambda x: -1 / sqrt(one_minus_square(x)))
arctan = elementwise(np.arctan, lambda x: 1 / (1 + x * x), scalar=math.atan)
degrees = elementwise(np.degrees, 180 / PI, stands_for=(np.rad2deg,))
radians = elementwise(np.radians, PI / 180, stands_for=(np.deg2rad,))


def _without_zero(r):
    """r, and infinity where it is 0, so that x / r and the like are 0 there."""
    return np.where(np.equal(r, 0), np.inf, r)


def _over_square(x, r):
    """x / r², of numbers whose squares overflow or underflow too."""
    return x / _without_zero(r) / _without_zero(r)


hypot = elementwise(np.hypot, lambda x, ans: x / _without_zero(ans), lambda y, ans: y / _without_zero(ans))
arctan2 = elementwise(np.arctan2, lambda x, y: _over_square(y, hypot(x, y)), lambda x, y: -_over_square(x, hypot(x, y)))

# -- hyperbolic functions ----------------------------------------------------------------------------------------------

sinh = elementwise(np.sinh, lambda x: cosh(x), scalar=math.sinh)
cosh = elementwise(np.cosh, lambda x: sinh(x), scalar=math.cosh)
tanh = elementwise(np.tanh, lambda ans: 1 - ans * ans, scalar=math.tanh)
arcsinh = elementwise(
    np.arcsinh,
    lambda x: 1 / (sqrt(x * x + 1) if dtype_of(x).kind == "c" else hypot(x, 1.0)),  # also where x² overflows
)
arccosh = elementwise(np.arccosh, lambda x: 1 / (sqrt(x - 1) * sqrt(x + 1)))
arctanh = elementwise(np.arctanh, lambda x: 1 / one_minus_square(x))

# -- choosing: ties share evenly ---------------------------------------------------------------------------------------


def _chosen(x, y, ans):
    """1 where x was chosen, 1/2 where x and y were both."""
    return astype(np.equal(x, ans) / (1.0 + np.equal(x, y)), dtype_of(ans))


maximum, minimum, fmax, fmin = (
    elementwise(f, lambda x, y, ans: _chosen(x, y, ans), lambda x, y, ans: _chosen(y, x, ans))
    for f in (np.maximum, np.minimum, np.fmax, np.fmin)
)
fabs = elementwise(np.fabs, lambda x: np.sign(x))
copysign = elementwise(np.copysign, lambda x, ans: np.sign(x) * np.sign(ans), None)
nextafter = elementwise(np.nextafter, 1, None)
ldexp = elementwise(np.ldexp, lambda y, ans: np.ldexp(dtype_of(ans).type(1), y), None)
heaviside = elementwise(np.heaviside, None, lambda x: astype(np.equal(x, 0), dtype_of(x)))

# -- derivative zero wherever it exists: the result is untraced --------------------------------------------------------

for _function in (
    np.floor, np.ceil, np.trunc, np.rint, np.signbit, np.floor_divide, np.spacing,
    np.isnan, np.isinf, np.isfinite, np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
):  # fmt: skip
    constant(_function)

cast = Linear(lambda x, dtype: astype(x, dtype), (lambda c, x, dtype: c,), name="astype")
