"""The log posterior of a Gaussian mixture with a Wishart prior, of ADBench.

With mixture weights phi = softmax(alpha), means mu_k and precisions Q_k' Q_k, where Q_k is lower triangular with
diagonal exp(q_k) and strictly lower part ell_k:

    L = sum_i logsumexp_k( alpha_k + sum_j q_kj - 1/2 |Q_k (x_i - mu_k)|^2 ) - N logsumexp(alpha) - N D/2 log(2 pi)
      + sum_k log Wishart(Q_k' Q_k | n = D + m + 1, V = I / gamma^2)

ADBench: Srajer, Kukelova, Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some problems
in computer vision and machine learning", 2018. The prior's sign and the transpose of Q are those that GradBench
(gradbench/gradbench) corrected; its data too: default_rng(31337), m = 0, gamma = 1, in its order of drawing.
The gradient is with respect to alpha, mu, q and ell; it is scored with the value, as ADBench does.
"""

import math

import numpy

from benchmarks.comparison import FUNCTION, AtMost, gradient_case
from benchmarks.workload import timed

GAMMA = 1.0  # scale of the prior
M = 0  # degrees of freedom of the prior beyond D + 1


def data(dimension, components, points, seed=31337):
    """x (N, D), then the parameters alpha (K,), mu (K, D), q (K, D), ell (K, D (D - 1) / 2)."""
    rng = numpy.random.default_rng(seed)
    x = rng.normal(size=(points, dimension))
    mu = rng.uniform(size=(components, dimension))
    q = rng.normal(size=(components, dimension))
    ell = rng.normal(size=(components, dimension * (dimension - 1) // 2))
    alpha = rng.normal(size=components)
    return x, (alpha, mu, q, ell)


def strictly_lower(dimension):
    """Rows and columns of the strictly lower triangle, column by column, the order of `ell`."""
    columns, rows = numpy.triu_indices(dimension, k=1)
    return rows, columns


def placement(dimension):
    """The 0-1 matrix with `ell @ placement` = the D x D strictly lower triangular matrix, flattened."""
    rows, columns = strictly_lower(dimension)
    matrix = numpy.zeros((rows.size, dimension * dimension))
    matrix[numpy.arange(rows.size), rows * dimension + columns] = 1.0
    return matrix


def constant(dimension, components, points):
    """What does not depend on the parameters: of the Gaussians, and of the Wishart density."""
    n = dimension + M + 1
    log_multigamma = dimension * (dimension - 1) / 4 * math.log(math.pi) + sum(
        math.lgamma((n - j) / 2) for j in range(dimension)
    )
    wishart = n * dimension * math.log(GAMMA / math.sqrt(2)) - log_multigamma
    return -points * dimension / 2 * math.log(2 * math.pi) + components * wishart


def objective_on(x):
    """namespace -> log posterior of the data `x`, in whole-array NumPy."""
    points, dimension = x.shape

    def objective(np):
        place, identity = np.asarray(placement(dimension)), np.asarray(numpy.eye(dimension))
        observed = np.asarray(x)

        def log_sum_exp(a):  # over axis 0
            peak = np.max(a, axis=0)
            return peak + np.log(np.sum(np.exp(a - peak), axis=0))

        def log_posterior(alpha, mu, q, ell):
            components = alpha.shape[0]
            diagonal = np.exp(q)  # (K, D)
            lower = np.reshape(np.matmul(ell, place), (components, dimension, dimension))
            factor = lower + diagonal[:, :, None] * identity  # (K, D, D)
            whitened = np.matmul(observed - mu[:, None, :], np.swapaxes(factor, 1, 2))  # (K, N, D)
            log_density = (alpha + np.sum(q, axis=1))[:, None] - 0.5 * np.sum(whitened * whitened, axis=2)  # (K, N)
            log_prior = M * np.sum(q) - 0.5 * GAMMA**2 * (np.sum(diagonal * diagonal) + np.sum(ell * ell))
            return (
                np.sum(log_sum_exp(log_density))
                - points * log_sum_exp(alpha)
                + log_prior
                + constant(dimension, components, points)
            )

        return log_posterior

    return objective


def torch_objective_on(x):
    points, dimension = x.shape

    def objective(torch):
        place, identity = torch.from_numpy(placement(dimension)), torch.eye(dimension, dtype=torch.float64)
        observed = torch.from_numpy(x)

        def log_posterior(alpha, mu, q, ell):
            components = alpha.shape[0]
            diagonal = q.exp()
            factor = (ell @ place).reshape(components, dimension, dimension) + diagonal[:, :, None] * identity
            whitened = (observed - mu[:, None, :]) @ factor.mT
            log_density = (alpha + q.sum(1))[:, None] - 0.5 * whitened.square().sum(2)
            log_prior = M * q.sum() - 0.5 * GAMMA**2 * (diagonal.square().sum() + ell.square().sum())
            return (
                log_density.logsumexp(0).sum()
                - points * alpha.logsumexp(0)
                + log_prior
                + constant(dimension, components, points)
            )

        return log_posterior

    return objective


def by_hand_on(x):
    """The derivation written out: with responsibilities w = softmax_k(log density) and r = Q (x - mu),
    dL/dr = -w r, and everything else follows from r and Q by the chain rule."""
    points, dimension = x.shape
    rows, columns = strictly_lower(dimension)
    on_diagonal = numpy.arange(dimension)

    def softmax_and_log_sum(a):
        peak = a.max(axis=0)
        weights = numpy.exp(a - peak)
        total = weights.sum(axis=0)
        weights /= total
        return weights, peak + numpy.log(total)

    def log_posterior_and_gradient(alpha, mu, q, ell):
        components = alpha.size
        diagonal = numpy.exp(q)
        factor = numpy.zeros((components, dimension, dimension))
        factor[:, rows, columns] = ell
        factor[:, on_diagonal, on_diagonal] = diagonal
        centred = x - mu[:, None, :]  # (K, N, D)
        whitened = centred @ factor.swapaxes(1, 2)
        log_density = (alpha + q.sum(axis=1))[:, None] - 0.5 * numpy.einsum("knd,knd->kn", whitened, whitened)
        weights, log_likelihood = softmax_and_log_sum(log_density)
        mixture, log_total = softmax_and_log_sum(alpha)
        value = (
            log_likelihood.sum()
            - points * log_total
            + M * q.sum()
            - 0.5 * GAMMA**2 * ((diagonal * diagonal).sum() + (ell * ell).sum())
            + constant(dimension, components, points)
        )
        mass = weights.sum(axis=1)  # (K,)
        whitened *= -weights[:, :, None]  # now dL/dr
        factor_bar = whitened.swapaxes(1, 2) @ centred  # (K, D, D)
        mu_bar = -(whitened.sum(axis=1)[:, None, :] @ factor)[:, 0, :]
        q_bar = mass[:, None] + factor_bar[:, on_diagonal, on_diagonal] * diagonal + M - GAMMA**2 * diagonal**2
        ell_bar = factor_bar[:, rows, columns] - GAMMA**2 * ell
        return value, [mass - points * mixture, mu_bar, q_bar, ell_bar]

    return log_posterior_and_gradient


def case(contestants, dimension, components, points, goals=()):
    x, parameters = data(dimension, components, points)
    return gradient_case(
        f"d={dimension} k={components} n={points}",
        contestants,
        objective_on(x),
        parameters,
        by_hand_on(x),
        goals,
        written_for={"PyTorch": torch_objective_on(x)},
    )


def cases(contestants):
    yield case(contestants, dimension=10, components=25, points=1000, goals=(AtMost(2.5, FUNCTION),))
    yield case(contestants, dimension=2, components=5, points=1000)


WORKLOAD = timed(
    "gmm",
    "gradient of ADBench's Gaussian-mixture log posterior",
    "at most 2.5 times the plain NumPy function at d=10 k=25 n=1000",
    cases,
)
