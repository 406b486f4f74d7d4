"""det and slogdet. The derivative of det is the matrix of cofactors, det(A) A⁻ᵀ, exact also where A is singular.

A is a polynomial of its entries, so there is nothing singular about its derivatives, of any order. Where A⁻¹ cannot be
relied upon, A = U B Vᴴ is parted into the well-conditioned part of its singular values and the rest,

    B = (M N; P Q),   C = Q - P M⁻¹ N,   det(B) = det(M) det(C),

and what is needed of the small block C comes from a recurrence without division by it. All of this is differentiable
in A, while U and V are held: they only choose coordinates.
"""

import numpy as np

from ..primitive import General, general
from ..tracer import dtype_of, implements, shape_of, unwrap
from .hermitian import adjoint, transposed

__all__ = ["cofactors"]


def cofactors(x, det):
    """The derivative of det(x), whose value is given."""
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return transposed(_adjugate(x))
    condition = _norm(unwrap(x)) * _norm(unwrap(inverse))
    if np.all(condition <= _well_conditioned(x)):
        return _as_factor(det) * transposed(inverse)
    return transposed(_adjugate(x))


def _well_conditioned(x):
    """The condition number up to which two thirds of the digits of an inverse are right."""
    return np.finfo(dtype_of(x)).eps ** (-1 / 3)


def _norm(x):
    return np.max(np.sum(np.abs(x), axis=-2), axis=-1, initial=0)


def _as_factor(number):
    """A number for each matrix of a stack, to multiply the matrices with."""
    return np.expand_dims(number, (-1, -2))


def _adjugate(x):
    """The transpose of the matrix of cofactors, for matrices of any rank."""
    u, s, vh = np.linalg.svd(unwrap(x))
    n = s.shape[-1]
    small = s * _well_conditioned(x) <= 10 * s[..., :1]
    r = max(1, int(np.max(np.sum(small, axis=-1), initial=0)))
    k = n - r
    b = adjoint(u) @ x @ adjoint(vh)
    inverse = np.linalg.inv(b[..., :k, :k])
    right, left = inverse @ b[..., :k, k:], b[..., k:, :k] @ inverse
    det, adjugate = _det_and_adjugate(b[..., k:, k:] - left @ b[..., :k, k:])
    upper = np.concatenate([_as_factor(det) * inverse + right @ adjugate @ left, -(right @ adjugate)], axis=-1)
    lower = np.concatenate([-(adjugate @ left), adjugate], axis=-1)
    whole = np.concatenate([upper, lower], axis=-2)
    factor = np.linalg.det(b[..., :k, :k]) * (np.linalg.det(u) * np.linalg.det(vh))
    return _as_factor(factor) * (adjoint(vh) @ whole @ adjoint(u))


def _det_and_adjugate(c):
    """By the recurrence of Faddeev and LeVerrier, which divides by nothing but 1, 2 ... n."""
    n = shape_of(c)[-1]
    identity = np.eye(n, dtype=dtype_of(c))
    m = np.broadcast_to(identity, shape_of(c))
    for k in range(1, n):
        product = c @ m
        m = product - _as_factor(np.trace(product, axis1=-2, axis2=-1) / k) * identity
    sign = (-1) ** (n - 1)
    return np.trace(c @ m, axis1=-2, axis2=-1) * (sign / n), m * sign


def _det_jvp(dx, ans, x):
    return np.sum(cofactors(x, ans) * dx, axis=(-2, -1))


def _det_vjp(ans, x):
    return lambda c: _as_factor(c) * cofactors(x, ans)


general(np.linalg.det, _det_jvp, _det_vjp)


# -- slogdet: d log det(A) = tr(A⁻¹ dA), whose real part is that of log |det|, and the imaginary that of the angle -----


def _slogdet_jvp(dx, ans, x):
    sign, _ = ans
    log_det = np.trace(np.linalg.solve(x, dx), axis1=-2, axis2=-1)
    if dtype_of(x).kind == "c":
        return sign * np.imag(log_det) * 1j, np.real(log_det)
    return np.zeros(shape_of(sign), dtype_of(sign)), log_det


def _slogdet_vjp(ans, x):
    sign, _ = ans

    def pull(cotangents):
        of_sign, of_log = cotangents
        if dtype_of(x).kind == "c":
            of_log = np.real(of_log) + 1j * np.imag(of_sign * sign)
        return _as_factor(of_log) * transposed(np.linalg.inv(x))

    return pull


_slogdet = General(np.linalg.slogdet, (_slogdet_jvp,), (_slogdet_vjp,), several=True)


@implements(np.linalg.slogdet)
def slogdet(a):
    """The sign of a real determinant has derivative zero, so it comes untraced."""
    result = _slogdet(a)
    return result if dtype_of(a).kind == "c" else result._replace(sign=unwrap(result.sign))
