"""Cholesky, eigenvalue, singular value and QR decompositions, over stacks of matrices.

Most rules are those of Giles 2008, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", and are written for forward mode; the tape transposes those whose transpose is long.

Where eigenvalues or singular values coincide, their vectors have no derivative: what depends on them comes out as inf
or nan, unless its weight is zero. Values alone are smooth enough, and have rules of their own that need no gaps.
"""

import operator

import numpy as np

from ..elementwise import strong_multiply
from ..errors import UnsupportedError
from ..primitive import General
from ..tracer import dtype_of, implements, shape_of, unwrap
from .hermitian import adjoint, conjugate, from_triangle, half, real, transposed
from .linalg import pull_by_tape

__all__ = []


def _columns(values):
    """A number for each column of a matrix, to multiply it with."""
    return np.expand_dims(values, -2)


def _diagonal(x):
    return np.diagonal(x, 0, -2, -1)


def _one_over_gaps(values):
    """1 / (values[j] - values[i]), infinite where the two are equal up to rounding, and 0 on the diagonal."""
    gaps = _columns(values) - np.expand_dims(values, -1)
    plain = np.abs(unwrap(gaps))
    n = plain.shape[-1]
    largest = np.max(np.abs(unwrap(values)), axis=-1, initial=0)[..., None, None]
    equal = plain <= n * np.finfo(plain.dtype).eps * largest
    return np.where(np.eye(n, dtype=bool), 0, 1 / np.where(equal, 0, gaps))


# -- Cholesky: A = L Lᴴ ------------------------------------------------------------------------------------------------


def _cholesky_jvp(dx, ans, x):
    inverse = np.linalg.inv(ans)
    return ans @ half(inverse @ dx @ adjoint(inverse))


def _cholesky_vjp(ans, x):
    def pull(c):
        inverse = np.linalg.inv(ans)
        return transposed(inverse) @ half(transposed(ans) @ c) @ conjugate(inverse)

    return pull


_cholesky = General(np.linalg.cholesky, (_cholesky_jvp,), (_cholesky_vjp,))


@implements(np.linalg.cholesky)
def cholesky(a, /, *, upper=False):
    if upper:
        return adjoint(_cholesky(from_triangle(a, "U")))
    return _cholesky(from_triangle(a, "L"))


# -- eigenvalues of Hermitian matrices: A V = V diag(w), VᴴV = 1 -------------------------------------------------------


def _eigvalsh_jvp(dx, ans, x, UPLO):
    v = np.linalg.eigh(x).eigenvectors
    return real(np.sum(conjugate(v) * (dx @ v), axis=-2))


def _eigvalsh_vjp(ans, x, UPLO):
    def pull(c):
        v = np.linalg.eigh(x).eigenvectors
        return (conjugate(v) * _columns(c)) @ transposed(v)

    return pull


@np.errstate(all="ignore")
def _eigh_jvp(dx, ans, x, UPLO):
    w, v = ans
    inner = adjoint(v) @ dx @ v
    return real(_diagonal(inner)), v @ strong_multiply(inner, _one_over_gaps(w))


def _eigh_vjp(ans, x, UPLO):
    w, v = ans

    def pull(cotangents):
        of_w, of_v = cotangents
        inner = transposed(v) @ of_v
        if dtype_of(v).kind == "c":
            _require_no_phase(unwrap(inner), unwrap(of_v))
        middle = strong_multiply(inner, _one_over_gaps(w)) + np.eye(w.shape[-1], dtype=dtype_of(w)) * _columns(of_w)
        return conjugate(v) @ middle @ transposed(v)

    return pull


def _require_no_phase(inner, of_v):
    """Raises where a result depends on the phases of complex eigenvectors, which are LAPACK's choice."""
    if np.any(np.abs(np.imag(_diagonal(inner))) > np.sqrt(np.finfo(inner.dtype).eps) * np.max(np.abs(of_v), initial=0)):
        raise UnsupportedError(
            "np.linalg.eigh: the result depends on the phases of the complex eigenvectors, which are arbitrary, so it "
            "has no derivative. Use what is free of them, such as `v @ np.diag(w) @ v.conj().T` or `np.abs(v)`."
        )


_eigvalsh = General(np.linalg.eigvalsh, (_eigvalsh_jvp,), (_eigvalsh_vjp,))
_eigh = General(np.linalg.eigh, (_eigh_jvp,), (_eigh_vjp,), several=True)


@implements(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    return _eigvalsh(from_triangle(a, UPLO.upper()), UPLO)


@implements(np.linalg.eigh)
def eigh(a, UPLO="L"):
    return _eigh(from_triangle(a, UPLO.upper()), UPLO)


# -- eigenvalues of any matrices: A V = V diag(w), the columns of V of length one and their largest entries real -------


@np.errstate(all="ignore")
def _eig_jvp(dx, ans, x, times=strong_multiply):
    w, v = ans
    inner = np.linalg.solve(v, dx @ v)
    dv = v @ times(inner, _one_over_gaps(w))
    dv = dv - v * _columns(np.sum(real(conjugate(v) * dv), axis=-2))
    if dtype_of(v).kind == "c":
        plain = unwrap(v)
        largest = np.argmax(np.where(np.imag(plain) == 0, np.abs(plain), 0), axis=-2)[..., None, :]
        turned = np.imag(np.take_along_axis(dv, largest, -2)) / np.real(np.take_along_axis(v, largest, -2))
        dv = dv - 1j * turned * v
    return _diagonal(inner), dv


_eig = General(
    np.linalg.eig,
    (_eig_jvp,),
    (lambda ans, x: pull_by_tape(lambda dx: _eig_jvp(dx, ans, x, times=operator.mul), x),),
    several=True,
)


@implements(np.linalg.eig)
def eig(a):
    return _eig(a)


@implements(np.linalg.eigvals)
def eigvals(a):
    return _eig(a).eigenvalues


# -- singular values: A = U diag(s) Vᴴ ---------------------------------------------------------------------------------


def _nonzero(s, shape):
    """1 for singular values above rounding, and 0 for the others, at which they have a kink like that of abs."""
    s = unwrap(s)
    return (s > max(shape[-2:]) * np.finfo(s.dtype).eps * np.max(s, axis=-1, initial=0)[..., None]).astype(s.dtype)


def _svdvals_jvp(dx, ans, x):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return real(np.sum(conjugate(u) * (dx @ adjoint(vh)), axis=-2)) * _nonzero(ans, shape_of(x))


def _svdvals_vjp(ans, x):
    def pull(c):
        u, _, vh = np.linalg.svd(x, full_matrices=False)
        return (conjugate(u) * _columns(c * _nonzero(ans, shape_of(x)))) @ conjugate(vh)

    return pull


@np.errstate(all="ignore")
def _svd_jvp(dx, ans, x, hermitian, times=strong_multiply):
    u, s, vh = ans
    v = adjoint(vh)
    inner = adjoint(u) @ dx @ v
    row, column = _columns(s), np.expand_dims(s, -1)
    one_over = _one_over_gaps(s) / np.where(np.eye(shape_of(s)[-1], dtype=bool), 1, row + column)
    du = u @ times(inner * row + column * adjoint(inner), one_over)
    dv = v @ times(column * inner + adjoint(inner) * row, one_over)
    if dtype_of(x).kind == "c":
        du = du + u * _columns(1j * np.imag(_diagonal(inner)) / s)
    if shape_of(u)[-2] > shape_of(u)[-1]:
        du = du + times(dx @ v - u @ inner, 1 / row)
    if shape_of(v)[-2] > shape_of(v)[-1]:
        dv = dv + times(adjoint(dx) @ u - v @ adjoint(inner), 1 / row)
    return du, real(_diagonal(inner)), adjoint(dv)


_svdvals = General(np.linalg.svdvals, (_svdvals_jvp,), (_svdvals_vjp,))
_svd = General(
    lambda x, hermitian: np.linalg.svd(x, full_matrices=False, hermitian=hermitian),
    (_svd_jvp,),
    (lambda ans, x, hermitian: pull_by_tape(lambda dx: _svd_jvp(dx, ans, x, hermitian, times=operator.mul), x),),
    name="svd",
    several=True,
)


@implements(np.linalg.svdvals)
def svdvals(x, /):
    return _svdvals(x)


@implements(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    a = from_triangle(a, "L") if hermitian else a
    if not compute_uv:
        return _svdvals(a)
    m, n = shape_of(a)[-2:]
    if full_matrices and m != n:
        raise UnsupportedError.keyword(
            "np.linalg.svd",
            f"full_matrices=True of {m} x {n} matrices, whose vectors beyond the singular values have no derivative "
            "(full_matrices=False leaves them out)",
        )
    return _svd(a, hermitian)


# -- QR: A = Q R, the diagonal of R real -------------------------------------------------------------------------------


def _qr_jvp(dx, ans, x):
    q, r = ans
    turned = transposed(np.linalg.solve(transposed(r), transposed(dx)))  # dA R⁻¹
    inner = adjoint(q) @ turned
    below = np.tril(inner, -1)
    rotation = below - adjoint(below)  # Qᴴ dQ
    if dtype_of(x).kind == "c":
        rotation = rotation + 1j * np.imag(inner) * np.eye(shape_of(r)[-1])
    upper = inner - rotation
    return turned - q @ upper, upper @ r


_qr = General(
    np.linalg.qr,
    (_qr_jvp,),
    (lambda ans, x: pull_by_tape(lambda dx: _qr_jvp(dx, ans, x), x),),
    several=True,
)


@implements(np.linalg.qr)
def qr(a, mode="reduced"):
    m, n = shape_of(a)[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise UnsupportedError.keyword("np.linalg.qr", f"mode={mode!r} of {m} x {n} matrices")
    result = _qr(a[..., :m])
    if m < n:
        rest = adjoint(result.Q) @ a[..., m:]
        result = result._replace(R=np.concatenate([result.R, rest], axis=-1))
    return result.R if mode == "r" else result
