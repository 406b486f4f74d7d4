"""Linear systems and inverses of np.linalg, over stacks of matrices. Nothing is conjugated where nothing is in NumPy.

With A x = b:  dx = A⁻¹ (db - dA x), so a cotangent c gives A⁻ᵀ c to b and -A⁻ᵀ c xᵀ to A.
"""

import numpy as np

from ..dispatch import Like, Primitive, fit, pulled
from ..primitive import General, constant, general
from ..tracer import dtype_of, implements, shape_of, unwrap
from .hermitian import adjoint, conjugate, from_triangle, real, transposed
from .keywords import given, into

__all__ = ["pull_by_tape"]

constant(np.linalg.matrix_rank)


# -- systems and inverses ----------------------------------------------------------------------------------------------


class Solve(Primitive):
    """np.linalg.solve of a matrix of right-hand sides; reverse mode solves one system for both of its cotangents."""

    kind = "general"

    def jvp(self, ans, args, tangents, params):
        a, (da, db) = args[0], tangents
        if da is None:
            return self(a, db)
        return self(a, -(da @ ans) if db is None else db - da @ ans)

    def vjp(self, ans, args, wanted, params):
        a, likes = args[0], [Like.of(arg) for arg in args]
        x = ans if 0 in wanted else None

        def pull(c):
            of_b = self(transposed(a), c)
            return [fit(of_b if k else -(of_b @ transposed(x)), likes[k]) for k in wanted]

        return pulled, pull

    def keeps(self, k, wanted):
        return k == 0


_solve = Solve(np.linalg.solve)


@implements(np.linalg.solve)
def solve(a, b):
    """As in NumPy 2, b is a vector only where it has one axis."""
    if len(shape_of(b)) == 1:
        return _solve(a, np.expand_dims(b, -1))[..., 0]
    return _solve(a, b)


def _inv_vjp(ans, x):
    def pull(c):
        transpose = transposed(ans)
        return -(transpose @ c @ transpose)

    return pull


general(np.linalg.inv, lambda dx, ans, x: -(ans @ dx @ ans), _inv_vjp)


@implements(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    """a, as a matrix from its last axes to the shape of b, against b."""
    if axes is not None:
        last = tuple(axis % len(shape_of(a)) for axis in axes)
        a = np.transpose(a, tuple(axis for axis in range(len(shape_of(a))) if axis not in last) + last)
    shape = shape_of(a)[len(shape_of(b)) :]
    size = int(np.prod(shape))
    if size**2 != np.size(unwrap(a)):
        raise np.linalg.LinAlgError(
            f"tensorsolve needs a square matrix, but got shapes {shape_of(a)} and {shape_of(b)}"
        )
    return np.reshape(solve(np.reshape(a, (size, size)), np.reshape(b, -1)), shape)


@implements(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    shape = shape_of(a)
    inverse = np.linalg.inv(np.reshape(a, (int(np.prod(shape[:ind])), -1)))
    return np.reshape(inverse, shape[ind:] + shape[:ind])


@implements(np.linalg.matrix_transpose)
def matrix_transpose(x, /):
    return np.matrix_transpose(x)


# -- pseudo-inverse and least squares: the derivative is that at constant rank -----------------------------------------


def pull_by_tape(push, x):
    """The transpose of `push`, a linear function of an array like x: recorded, and swept back."""
    from ..transforms import vjp

    zero = np.zeros(shape_of(x), dtype_of(x))

    def pull(c):
        with np.errstate(all="ignore"):
            return vjp(push, zero)[1](c)[0]

    return pull


def _pinv_jvp(dx, ans, x, **keywords):
    """Golub and Pereyra 1973, equation 4.12, in which the second and third terms vanish for a square regular x."""
    inner = adjoint(dx)
    off_range = inner - inner @ x @ ans
    off_rows = inner - ans @ x @ inner
    return ans @ adjoint(ans) @ off_range + off_rows @ adjoint(ans) @ ans - ans @ dx @ ans


_pinv = General(
    np.linalg.pinv,
    (_pinv_jvp,),
    (lambda ans, x, **keywords: pull_by_tape(lambda dx: _pinv_jvp(dx, ans, x), x),),
)


@implements(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    keywords = given(rcond=rcond) if rtol is np._NoValue else {"rcond": rcond, "rtol": rtol}
    return _pinv(from_triangle(a, "L"), hermitian=True, **keywords) if hermitian else _pinv(a, **keywords)


def _lstsq_jvp_a(da, ans, a, b, rcond):
    inverse = np.linalg.pinv(a, rcond)
    adjoint_da = adjoint(da)
    off_rows = adjoint_da @ (adjoint(inverse) @ ans)
    return inverse @ (adjoint(inverse) @ (adjoint_da @ (b - a @ ans)) - da @ ans) + off_rows - inverse @ (a @ off_rows)


def _lstsq_jvp_b(db, ans, a, b, rcond):
    return np.linalg.pinv(a, rcond) @ db


_lstsq = General(
    lambda a, b, rcond: np.linalg.lstsq(a, b, rcond)[0],
    (_lstsq_jvp_a, _lstsq_jvp_b),
    (
        lambda ans, a, b, rcond: pull_by_tape(lambda da: _lstsq_jvp_a(da, ans, a, b, rcond), a),
        lambda ans, a, b, rcond: lambda c: transposed(np.linalg.pinv(a, rcond)) @ c,
    ),
    name="lstsq",
)


@implements(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    m, n = shape_of(a)
    epsilon = np.finfo(np.promote_types(dtype_of(a), dtype_of(b))).eps
    rcond = epsilon * max(m, n) if rcond is None else epsilon if rcond == -1 else rcond
    columns = np.expand_dims(b, -1) if len(shape_of(b)) == 1 else b
    x = _lstsq(a, columns, rcond)
    rank = np.linalg.lstsq(unwrap(a), unwrap(columns), rcond)[2]
    misfit = columns - a @ x
    residuals = (
        np.sum(real(misfit * conjugate(misfit)), axis=0) if rank == n < m else np.zeros(0, real(unwrap(x)).dtype)
    )
    return x if columns is b else x[:, 0], residuals, rank, np.linalg.svdvals(a)


# -- products ----------------------------------------------------------------------------------------------------------


@implements(np.linalg.matrix_power)
def matrix_power(a, n):
    """By repeated squaring: about log2(n) products, and as many in the tape."""
    exponent = abs(n)
    if n < 0:
        a = np.linalg.inv(a)
    elif n == 0:
        return np.linalg.matrix_power(unwrap(a), 0)
    power, square = None, a
    while exponent:
        exponent, odd = divmod(exponent, 2)
        if odd:
            power = square if power is None else power @ square
        if exponent:
            square = square @ square
    return power


@implements(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    arrays = list(arrays)
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    rows = [shape_of(a)[0] for a in arrays[1:]]
    first, last = shape_of(arrays[0]), shape_of(arrays[-1])
    lengths = [first[0] if len(first) == 2 else 1, *rows, last[1] if len(last) == 2 else 1]
    split = _cheapest_splits(lengths)

    def product(i, j):
        return arrays[i] if i == j else np.dot(product(i, split[i, j]), product(split[i, j] + 1, j))

    return into(out, product(0, len(arrays) - 1))


def _cheapest_splits(lengths):
    """Where to part each product i..j of matrices of lengths[k] x lengths[k+1] (Cormen et al., section 14.2)."""
    count = len(lengths) - 1
    cost = {(i, i): 0 for i in range(count)}
    split = {}
    for span in range(1, count):
        for i in range(count - span):
            j = i + span
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1], k) for k in range(i, j)
            )
    return split
