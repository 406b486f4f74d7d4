"""The cost of k-means and Newton's direction for it, GradBench's `kmeans` (after Bottou and Bengio 1994).

    f(C) = sum_i min_j |P_i - C_j|^2;   direction = grad f / diag H,   diag H = H 1 because H is diagonal

The second case is forward over reverse: a Hessian-vector product. Points are uniform in the unit cube, seed 31337;
the centroids are the last k points.
"""

import numpy

from benchmarks.comparison import BY_HAND, FUNCTION, AtMost, Case, gradient_case
from benchmarks.workload import timed


def objective_on(points):
    def objective(np):
        observed = np.asarray(points)

        def cost(centroids):
            squared_distance = (
                np.sum(observed * observed, axis=1)[:, None]
                + np.sum(centroids * centroids, axis=1)[None, :]
                - 2.0 * np.matmul(observed, np.transpose(centroids))
            )  # (n, k)
            return np.sum(np.min(squared_distance, axis=1))

        return cost

    return objective


def torch_objective_on(points):
    def objective(torch):
        observed = torch.from_numpy(points)

        def cost(centroids):
            squared_distance = (
                observed.square().sum(1)[:, None] + centroids.square().sum(1)[None, :] - 2.0 * observed @ centroids.mT
            )
            return squared_distance.amin(1).sum()

        return cost

    return objective


def by_hand_on(points):
    """Each centroid is pulled by the points nearest to it: 2 (count C_j - sum of its points)."""

    def cost_and_gradient(centroids):
        squared_distance = (
            (points * points).sum(axis=1)[:, None] + (centroids * centroids).sum(axis=1) - 2.0 * (points @ centroids.T)
        )
        nearest = squared_distance.argmin(axis=1)
        members = nearest == numpy.arange(len(centroids))[:, None]  # (k, n)
        counts = members.sum(axis=1)[:, None]
        gradient = 2.0 * (counts * centroids - members.astype(float) @ points)
        return numpy.take_along_axis(squared_distance, nearest[:, None], axis=1).sum(), [gradient]

    return cost_and_gradient


def direction_by_hand_on(points):
    """grad f / diag H = C_j - mean of its points."""

    def direction(centroids):
        squared_distance = (centroids * centroids).sum(axis=1) - 2.0 * (points @ centroids.T)
        members = squared_distance.argmin(axis=1) == numpy.arange(len(centroids))[:, None]
        return centroids - (members.astype(float) @ points) / members.sum(axis=1)[:, None]

    return direction


def autodiff_direction(contestant, f, centroids):
    ad = contestant.library
    gradient, ones = ad.grad(f), numpy.ones_like(centroids)

    def direction():
        slope, curvature = ad.jvp(gradient, (centroids,), (ones,))
        return slope / curvature

    return direction


def autograd_direction(contestant, f, centroids):
    gradient_and_product = contestant.library.make_jvp(contestant.library.grad(f))(centroids)
    ones = numpy.ones_like(centroids)

    def direction():
        slope, curvature = gradient_and_product(ones)
        return slope / curvature

    return direction


def torch_direction(contestant, f, centroids):
    torch = contestant.library
    leaf = torch.tensor(centroids, requires_grad=True)

    def direction():
        (slope,) = torch.autograd.grad(f(leaf), leaf, create_graph=True)
        (curvature,) = torch.autograd.grad(slope.sum(), leaf)
        return (slope / curvature).detach()

    return direction


def jax_direction(contestant, f, centroids):
    jax = contestant.library
    array = jax.numpy.asarray(centroids)

    def direction(at):
        slope, curvature = jax.jvp(jax.grad(f), (at,), (jax.numpy.ones_like(at),))
        return slope / curvature

    return contestant.waiting(contestant.compiled(direction), (array,))


DIRECTIONS = {  # MyGrad has no second derivatives
    "autodiff": autodiff_direction,
    "autograd": autograd_direction,
    "PyTorch": torch_direction,
    "JAX": jax_direction,
    "JAX jit": jax_direction,
}


def data(points, centroids, dimension):
    p = numpy.random.RandomState(31337).rand(points, dimension)
    return p, p[-centroids:].copy()


def cost_case(contestants, points, centroids, dimension, goals=()):
    p, c = data(points, centroids, dimension)
    return gradient_case(
        f"gradient, k={centroids} n={points} d={dimension}",
        contestants,
        objective_on(p),
        (c,),
        by_hand_on(p),
        goals,
        written_for={"PyTorch": torch_objective_on(p)},
    )


def direction_case(contestants, points, centroids, dimension, goals=()):
    p, c = data(points, centroids, dimension)
    by_hand = direction_by_hand_on(p)
    functions, derivatives = {}, {}
    for contestant in contestants:
        if contestant.name in DIRECTIONS:
            written = torch_objective_on if contestant.name == "PyTorch" else objective_on
            f = written(p)(contestant.namespace)
            functions[contestant.name] = contestant.function(f, (c,))
            derivatives[contestant.name] = DIRECTIONS[contestant.name](contestant, f, c)

    def answer():
        return by_hand(c)

    derivatives[BY_HAND] = answer
    return Case(f"direction, k={centroids} n={points} d={dimension}", answer, functions, derivatives, goals)


def cases(contestants):
    yield cost_case(contestants, points=1000, centroids=10, dimension=8, goals=(AtMost(3.0, FUNCTION),))
    yield direction_case(contestants, points=1000, centroids=10, dimension=8, goals=(AtMost(10.0, FUNCTION),))


WORKLOAD = timed(
    "kmeans",
    "gradient and Newton direction of the k-means cost (GradBench kmeans)",
    "gradient at most 3 times the function, direction (a Hessian-vector product) at most 10 times",
    cases,
)
