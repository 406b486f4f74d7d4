"""The problems on which optimizers are compared step by step: start, gradient, and which steps to keep.

All is plain NumPy. Both sides of the comparison get their gradients from here, so that a difference is one of the
optimizers.
"""

import numpy as np

STEPS = 50
KEPT = (1, 2, 3, 5, 8, 13, 20, 30, 40, 50)


def rosenbrock_start():
    return {"x": np.array([-1.2, 1.0])}


def rosenbrock(x):
    a, b = x["x"]
    return (1 - a) ** 2 + 100 * (b - a * a) ** 2


def rosenbrock_gradient(x, t):
    a, b = x["x"]
    return {"x": np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)])}


def rosenbrock_hessian_diagonal(x):
    a, b = x["x"]
    return {"x": np.array([2 - 400 * b + 1200 * a * a, 200.0])}


def tree_start():
    rng = np.random.default_rng(0)
    shapes = {"cube": (2, 3, 2), "matrix": (4, 3), "vector": (5,)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def tree_gradient(x, t):
    """Of a bowl with waves, with curvatures from 0.1 to 10."""
    rng = np.random.default_rng(1)
    gradient = {}
    for name in sorted(x):
        curvature = 10 ** rng.uniform(-1, 1, x[name].shape)
        target = rng.standard_normal(x[name].shape)
        gradient[name] = curvature * (x[name] - target) + np.sin(3 * x[name])
    return gradient


def sparse_start():
    return {"embedding": np.random.default_rng(2).standard_normal((6, 2))}


def sparse_gradient(x, t):
    """Two of the six rows have a gradient in each step, as those of an embedding do."""
    rows = [(3 * t) % 6, (5 * t + 1) % 6]
    gradient = np.zeros((6, 2))
    gradient[rows] = np.array([4.0, 0.5]) * (x["embedding"][rows] - 1)
    return {"embedding": gradient}


# name: start, gradient(x, t) for t = 0, 1, ...
PROBLEMS = {
    "rosenbrock": (rosenbrock_start, rosenbrock_gradient),
    "tree": (tree_start, tree_gradient),
    "sparse": (sparse_start, sparse_gradient),
}


def trace(start, step):
    """The parameters after the steps KEPT, one row each, where `step(x, t)` makes a step.

    It returns x⁺, and whatever else is to be kept, such as an average of the x so far.
    """
    x, kept = start(), []
    for t in range(STEPS):
        x, *more = step(x, t)
        if t + 1 in KEPT:
            kept.append(np.concatenate([np.ravel(tree[name]) for tree in (x, *more) for name in sorted(tree)]))
    return np.array(kept)
