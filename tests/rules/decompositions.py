"""Cases of the decompositions: (id, function, arguments that are all differentiated).

Of complex matrices, eigenvectors and singular vectors have arbitrary phases, so there the functions are free of these.
"""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.linalg import of, regular

normal = normal_from(11)


def positive(*shape, dtype=np.float64):
    """Positive definite matrices with well-separated eigenvalues."""
    x = normal(*shape, dtype=dtype) / 3
    return x @ np.conj(np.swapaxes(x, -1, -2)) + np.diag(np.arange(1.0, 1 + shape[-1])).astype(dtype)


def part(function, k):
    return lambda x: function(x)[k]


def rebuilt_eigh(x):
    w, v = np.linalg.eigh(x)
    return (v * np.sin(w)) @ np.conj(v).T


def rebuilt_svd(x):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return (u * np.sin(s)) @ vh


def thin_svd(x):
    return tuple(np.linalg.svd(x, full_matrices=False))


def spiral(*shape):
    """Real matrices with complex pairs of eigenvalues."""
    return normal(*shape) / 4 + np.array([[1.0, 2.0, 0.0], [-2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])


CASES = [
    ("cholesky", np.linalg.cholesky, (positive(3, 3),)),
    ("cholesky-upper", of(np.linalg.cholesky, upper=True), (positive(3, 3),)),
    ("cholesky-stack", np.linalg.cholesky, (positive(2, 4, 3, 3),)),
    ("cholesky-complex", np.linalg.cholesky, (positive(3, 3, dtype=C),)),
    ("cholesky-complex-upper", of(np.linalg.cholesky, upper=True), (positive(3, 3, dtype=C),)),
    ("cholesky-float32", np.linalg.cholesky, (positive(3, 3, dtype=F).astype(F),)),
    ("cholesky-empty", np.linalg.cholesky, (normal(0, 0),)),
    ("cholesky-of-a-square", lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)), (normal(3, 3),)),
    ("eigvalsh", np.linalg.eigvalsh, (positive(3, 3),)),
    ("eigvalsh-upper", of(np.linalg.eigvalsh, UPLO="U"), (positive(3, 3),)),
    ("eigvalsh-stack", np.linalg.eigvalsh, (positive(2, 3, 3),)),
    ("eigvalsh-complex", np.linalg.eigvalsh, (positive(3, 3, dtype=C),)),
    ("eigvalsh-float32", np.linalg.eigvalsh, (positive(3, 3, dtype=F).astype(F),)),
    ("eigh-values", part(np.linalg.eigh, 0), (positive(3, 3),)),
    ("eigh-vectors", part(np.linalg.eigh, 1), (positive(3, 3),)),
    ("eigh-both", lambda x: tuple(np.linalg.eigh(x, "U")), (positive(2, 4, 4),)),
    ("eigh-rebuilt", rebuilt_eigh, (positive(3, 3),)),
    ("eigh-rebuilt-complex", rebuilt_eigh, (positive(3, 3, dtype=C),)),
    ("eigh-method-names", lambda x: np.linalg.eigh(x).eigenvalues, (positive(3, 3),)),
    ("eig-values", part(np.linalg.eig, 0), (positive(3, 3) + normal(3, 3) / 9,)),
    ("eig-vectors", part(np.linalg.eig, 1), (positive(3, 3) + normal(3, 3) / 9,)),
    ("eig-complex-pairs", lambda x: tuple(np.linalg.eig(x)), (spiral(3, 3),)),
    ("eig-complex", lambda x: tuple(np.linalg.eig(x)), (normal(3, 3, dtype=C),)),
    ("eig-stack", lambda x: tuple(np.linalg.eig(x)), (spiral(2, 3, 3),)),
    ("eigvals", np.linalg.eigvals, (spiral(3, 3),)),
    ("svdvals", np.linalg.svdvals, (normal(3, 3),)),
    ("svdvals-tall", np.linalg.svdvals, (normal(2, 4, 3),)),
    ("svdvals-wide-complex", np.linalg.svdvals, (normal(2, 4, dtype=C),)),
    ("svdvals-float32", np.linalg.svdvals, (normal(3, 2, dtype=F),)),
    ("svd-values-only", of(np.linalg.svd, compute_uv=False), (normal(3, 2),)),
    ("svd-values-of-symmetric", of(np.linalg.svd, compute_uv=False, hermitian=True), (positive(3, 3),)),
    ("svd-square", lambda x: tuple(np.linalg.svd(x)), (normal(3, 3),)),
    ("svd-tall", thin_svd, (normal(2, 4, 3),)),
    ("svd-wide", thin_svd, (normal(3, 5),)),
    ("svd-symmetric", lambda x: tuple(np.linalg.svd(x, hermitian=True)), (positive(3, 3) - 2.2 * np.eye(3),)),
    ("svd-rebuilt-complex-tall", rebuilt_svd, (normal(4, 3, dtype=C),)),
    ("svd-rebuilt-complex-wide", rebuilt_svd, (normal(2, 3, dtype=C),)),
    ("qr-square", lambda x: tuple(np.linalg.qr(x)), (regular(3, 3),)),
    ("qr-tall", lambda x: tuple(np.linalg.qr(x)), (normal(2, 4, 3),)),
    ("qr-wide", lambda x: tuple(np.linalg.qr(x)), (normal(3, 5),)),
    ("qr-complete", lambda x: tuple(np.linalg.qr(x, mode="complete")), (normal(3, 4),)),
    ("qr-r", of(np.linalg.qr, mode="r"), (normal(4, 3),)),
    ("qr-names", lambda x: np.linalg.qr(x).Q, (normal(3, 3),)),
    ("qr-complex", lambda x: tuple(np.linalg.qr(x)), (normal(3, 3, dtype=C),)),
    ("qr-complex-tall", lambda x: tuple(np.linalg.qr(x)), (normal(4, 2, dtype=C),)),
    ("qr-float32", lambda x: tuple(np.linalg.qr(x)), (normal(3, 2, dtype=F),)),
]
