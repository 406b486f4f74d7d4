"""The numbers of chapter 4 of Liquet, Moka and Nazarathy 2024, through `minimize`.

The reference values were recomputed independently of this package, in plain Python floats.
"""

import numpy as np
import pytest

import optim

START_OF_FIGURE_4_2 = np.array([0.2, -0.2])
START_OF_FIGURE_4_6 = np.array([0.4, -0.2])


def C(theta):
    return (1 - theta[0]) ** 2 + 100 * (theta[1] - theta[0] ** 2) ** 2


def gradient(theta):
    a, b = theta.tolist()
    return np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)])


def run(method, start, steps, **options):
    return optim.minimize(C, start, method, max_iter=steps, tol=0, **options)


@pytest.mark.parametrize(
    ("rate", "decay", "end", "loss"),
    [
        (0.005, None, (0.5342, 0.2147), 0.717),
        (0.005, 0.99, (0.5359, 0.2849), 0.2159),
        (0.0025, None, (0.8478, 0.7583), 0.179),
        (0.0025, 0.99, (0.4004, 0.1574), 0.3603),
    ],
)
def test_gradient_descent_ends_where_figure_4_2_shows(rate, decay, end, loss):
    schedule = rate if decay is None else optim.schedules.exponential_decay(rate, decay)
    ended = run("gradient_descent", START_OF_FIGURE_4_2, 100_000, jac=gradient, learning_rate=schedule, record="none")
    # With a fixed rate the iterates end in a cycle of two points; which of them comes last depends on rounding.
    one_more = ended.x - rate * gradient(ended.x)
    cycle = [ended.x, one_more] if decay is None else [ended.x]
    nearest = min(cycle, key=lambda x: np.abs(x - end).max())
    np.testing.assert_allclose(nearest, end, atol=6e-5)  # four decimals are printed
    np.testing.assert_allclose(C(nearest), loss, rtol=3e-3)  # three digits are printed
    assert ended.status is optim.Status.ITERATION_LIMIT and not ended.success and ended.nit == 100_000


@pytest.mark.parametrize(
    ("beta", "end", "loss"),
    [
        (0.0, (0.70441, 0.49479), 8.76e-2),
        (0.5, (0.83386, 0.69458), 2.77e-2),
        (0.9, (0.99514, 0.99028), 2.37e-5),
    ],
)
def test_averaged_momentum_ends_where_figure_4_6_shows(beta, end, loss):
    rate = 0.001 / (1 - beta)
    ended = run("momentum", START_OF_FIGURE_4_6, 1000, learning_rate=rate, beta=beta, averaged=True)
    np.testing.assert_allclose(ended.x, end, atol=6e-6)
    np.testing.assert_allclose(ended.fun, loss, rtol=3e-3)


def test_adam_takes_the_steps_of_algorithm_4_2():
    alpha, beta, gamma, epsilon = 1e-3, 0.9, 0.999, 1e-8
    theta, v, s = START_OF_FIGURE_4_2, np.zeros(2), np.zeros(2)
    expected = [theta]
    for t in range(200):
        g = gradient(theta)
        v = beta * v + (1 - beta) * g
        s = gamma * s + (1 - gamma) * g * g
        v_hat, s_hat = v / (1 - beta ** (t + 1)), s / (1 - gamma ** (t + 1))
        theta = theta - alpha / (np.sqrt(s_hat) + epsilon) * v_hat
        expected.append(theta)
    ended = run("adam", START_OF_FIGURE_4_2, 200, jac=gradient, learning_rate=alpha, record="full")
    np.testing.assert_allclose(ended.history.x, expected, rtol=1e-12)


def test_adam_on_rosenbrock_is_slow_then_precise_then_oscillates():
    ended = run("adam", START_OF_FIGURE_4_2, 30_000, jac=gradient, learning_rate=1e-3)
    fun = ended.history.fun
    np.testing.assert_allclose(fun[1000], 0.5262, rtol=1e-4)
    np.testing.assert_allclose(fun[10_000], 2.9e-10, rtol=1e-2)
    assert fun[10_000:].max() > 1e-6  # the bursts, once √s has become small


def test_exact_line_search_zigzags_as_figure_4_9_shows():
    ended = run("steepest_descent", START_OF_FIGURE_4_6, 100, line_search="exact", record="full")
    np.testing.assert_allclose(ended.history.fun[[10, 100]], [0.1374, 0.0440], atol=6e-5)
    np.testing.assert_allclose(ended.x, [0.7919, 0.6244], atol=6e-5)
    steps = np.diff(ended.history.x, axis=0)
    cosines = (steps[1:] * steps[:-1]).sum(axis=1) / (ended.history.step_norm[2:] * ended.history.step_norm[1:-1])
    assert np.abs(cosines).max() < 1e-9  # φ' = 0 where each search ends


@pytest.mark.slow
def test_a_thousand_exact_line_searches_come_to_what_figure_4_9_shows():
    ended = run("steepest_descent", START_OF_FIGURE_4_6, 1000, line_search="exact")
    np.testing.assert_allclose(ended.fun, 1.093e-3, rtol=5e-4)
    np.testing.assert_allclose(ended.x, [0.9671, 0.9349], atol=6e-5)


def test_exact_line_search_finds_the_minimiser_of_figure_4_8():
    one = run("steepest_descent", np.array([0.8, 0.0]), 1, line_search="exact")
    np.testing.assert_allclose(one.history.lr[1], 0.00165, atol=5e-6)
    np.testing.assert_allclose(one.fun, 0.28951, atol=5e-5)  # the grid of the reference is 1e-5 wide


def test_pure_newton_on_rosenbrock_rises_once_and_then_doubles_its_digits():
    ended = run("newton", START_OF_FIGURE_4_2, 6, line_search="fixed")
    np.testing.assert_allclose(ended.history.fun[1:5], [0.614, 30.6, 1.5e-3, 2.4e-4], rtol=4e-2)
    np.testing.assert_allclose(ended.history.fun[5:], [5.5e-14, 3.0e-25], rtol=2e-2)


@pytest.mark.parametrize(("start", "after"), [(2.5, 3.636364), (1.7, 0.531225)])
def test_one_newton_step_in_one_variable_goes_where_figure_4_10_shows(start, after):
    one = optim.minimize(
        lambda t: t**4 - 4 * t**3 - 2 * t**2 + 10 * t + 15,
        start,
        "newton",
        line_search="fixed",
        modify=False,
        max_iter=1,
    )
    np.testing.assert_allclose(one.x, after, atol=5e-7)
    assert isinstance(one.x, float)
