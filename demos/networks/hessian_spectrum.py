"""The curvatures of a network's loss: few directions are steep.

At the end θ* of training the loss C of 2,410 parameters is, along a direction v of length 1,

    C(θ* + t v) = C(θ*) + t v·∇C(θ*) + ½ t² v·Hv + O(t³),

and for an eigenvector v of the Hessian H the curvature v·Hv is its eigenvalue λ. H has 5.8 million entries, and none is
computed: a product Hv is a forward derivative of the gradient, ad.hvp, and costs about as much as four losses. Of 120
such products Lanczos (1950) finds the eigenvalues at both ends. A few, about as many as there are classes, are far
above all others, which are nearly 0 (Sagun, Bottou and LeCun 2016). A fixed learning rate must be below 2/λ_max, and is
then small for the flat directions: why gradient descent is hard to make work, and why Adam scales each parameter.
"""

import numpy as np

import autodiff as ad
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.networks.loss_landscape import SEED, images, penalised, train
from demos.picture import COLOURS, DASHES, figure

PRODUCTS, STEP, SHOWN = 120, 1e-3, 40


def lanczos(product, start, steps):
    """Eigenvalues, largest first, and eigenvectors (n, steps) of a symmetric map on the span of q, H q, H² q, ...

    There H is a tridiagonal matrix, since H q_k has parts along q_k and its two neighbours only. Round-off adds parts
    along all others, so these are taken off, twice.
    """
    basis, diagonal, beside, w = [], [], [], start
    for _ in range(steps):
        beside.append(np.linalg.norm(w))
        basis.append(w / beside[-1])
        Q, w = np.array(basis), product(basis[-1])
        diagonal.append(basis[-1] @ w)
        for _ in range(2):
            w = w - Q.T @ (Q @ w)
    T = np.diag(diagonal) + np.diag(beside[1:], 1) + np.diag(beside[1:], -1)
    values, vectors = np.linalg.eigh(T)
    return values[::-1], (Q.T @ vectors)[:, ::-1]


def power_iteration(product, v, steps):
    """The eigenvalue of largest size: v ← Hv / ‖Hv‖, and then v·Hv."""
    for _ in range(steps):
        w = product(v)
        v = w / np.linalg.norm(w)
    return v @ product(v)


@demo(
    slide="Making gradient descent work is hard",
    data="1,000 of the 1,797 digits of 8 × 8 pixels in scikit-learn",
    asserts="λ_max by Lanczos = by power iteration = second difference of the loss; how few directions are steep",
)
def hessian_spectrum():
    x, y = images(1000)
    theta, unravel = ad.tree.ravel(train(x, y)[-1])

    def C(theta):
        return penalised(unravel(theta), x, y)

    def H(v):
        return ad.hvp(C, theta, v)

    start = np.random.default_rng(SEED).normal(size=theta.size)
    values, vectors = lanczos(H, start, PRODUCTS)
    differences = [
        (C(theta + STEP * v) - 2 * C(theta) + C(theta - STEP * v)) / STEP**2 for v in vectors.T[:10]
    ]  # of the ten largest curvatures
    residuals = [np.linalg.norm(H(v) - value * v) for value, v in zip(values[:10], vectors.T[:10], strict=True)]
    checks = [
        Check.at_most("‖Hv − λv‖ of the ten largest", 1e-9, max(residuals), reason="round-off of products near 1"),
        Check.close("λ_max by power iteration", values[0], power_iteration(H, start, 100), tolerance=1e-10,
                    relative=True, reason="(λ₂/λ₁)²⁰⁰, and λ₂/λ₁ is 0.63 to 0.71 for seeds 0 to 2: round-off"),
        Check.close("C″ along the ten, by differences", values[:10], differences, tolerance=1e-4, relative=True,
                    reason="t²/12 · C⁗ is 5e-6 of λ_max for t = 0.001; round-off, 1e-16/t², is less"),
        Check.at_most("curvatures above a tenth of λ_max", 20, int((values > values[0] / 10).sum()),
                      reason="twice the classes; seeds 0 to 2 gave 9 or 10"),
        Check.at_least("the least curvature, of λ_max", -0.01, values[-1] / values[0],
                       reason="nearly a minimum; seeds 0 to 2 gave −0.0010 to −0.0017"),
    ]  # fmt: skip
    drawn = figure(11, 4.6)
    profiles, spectrum = drawn.subplots(1, 2)
    draw_profiles(profiles, C, theta, values, vectors)
    draw_spectrum(spectrum, values)
    caption = (
        "(a) The loss along three eigenvectors of its Hessian, and, thin, the parabolas of their eigenvalues. (b) The "
        f"largest {SHOWN} of 2,410 eigenvalues: about as many as there are classes stand out (dark: the first ten)."
    )
    return Outcome([Picture(drawn, caption)], checks)


def draw_profiles(axes, C, theta, values, vectors):
    t = np.linspace(-1, 1, 61)
    for k, colour, dash in zip((0, 4, 39), COLOURS, DASHES, strict=False):
        v, label = vectors[:, k], rf"$\lambda_{{{k + 1}}}$ = {values[k]:.2g}"
        axes.plot(t, [C(theta + s * v) for s in t], color=colour, linestyle=dash, label=label)
        parabola = C(theta) + t * (v @ ad.grad(C)(theta)) + t**2 / 2 * values[k]
        axes.plot(t, parabola, color=colour, linestyle="-", linewidth=0.7)
    axes.set(title="(a) Along eigenvectors", xlabel="distance $t$ from the end", ylabel=r"loss $C(\theta^* + tv)$")
    axes.legend(loc="upper center")


def draw_spectrum(axes, values):
    axes.bar(np.arange(1, SHOWN + 1), values[:SHOWN], color=[COLOURS[0]] * 10 + [COLOURS[4]] * (SHOWN - 10))
    axes.set(title="(b) The largest curvatures", xlabel="rank", ylabel=r"eigenvalue $\lambda$ of the Hessian")
