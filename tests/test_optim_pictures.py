"""Pictures of solvers, games, benchmarks and landscapes, by the data of their Axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from optim import viz
from optim.viz.phase import convergence_rate
from optim.viz.planes import filter_plane, hessian_plane, pca_plane

F = optim.problems.rosenbrock
PARAMS = {"w": np.array([[3.0, 4.0], [0.6, 0.8]]), "b": np.array([1.0, 2.0])}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def runs():
    x0 = np.array([-1.2, 1.0])
    return {
        "bfgs": optim.minimize(F, x0, record="full"),
        "adam": optim.minimize(F, x0, "adam", learning_rate=0.05, max_iter=100, record="full"),
    }


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax, label):
    return next(line for line in ax.get_lines() if str(line.get_label()).startswith(label))


# -- race --------------------------------------------------------------------------------------------------------------


def test_race_writes_an_animation_that_ends_where_the_runs_end(runs, tmp_path):
    from PIL import Image

    ax = viz.race(runs, F, tmp_path / "race.gif", frames=6, fps=2, points=20)
    with Image.open(tmp_path / "race.gif") as picture:
        assert picture.n_frames >= 6
    for name, run in runs.items():
        assert_allclose(np.ravel(line(ax, name).get_data()), run.history.x[-1])
    assert ax.get_title() == f"{max(run.nfev for run in runs.values())} evaluations"


def test_race_stops_its_clock_at_the_same_evaluation_for_all(runs, tmp_path):
    ax = viz.race(runs, F, tmp_path / "race.gif", frames=4, fps=1, points=15, evaluations=20)
    for name, run in runs.items():
        row = np.flatnonzero(run.history.nfev <= 20)[-1]
        assert_allclose(np.ravel(line(ax, name).get_data()), run.history.x[row])


def test_race_writes_gifs_only(runs, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.gif"):
        viz.race(runs, F, tmp_path / "race.mp4")


# -- landscapes --------------------------------------------------------------------------------------------------------


def test_filter_normalised_directions_are_as_long_as_the_filters(rng):
    _, unravel = ad.tree.ravel(PARAMS)
    plane = filter_plane(PARAMS, rng)
    for direction in map(unravel, (plane.first, plane.second)):
        assert_allclose(np.linalg.norm(direction["w"], axis=1), [5.0, 1.0])
        assert_allclose(direction["b"], 0)


def test_landscape_is_the_loss_on_the_plane(rng):
    def loss(p):
        return np.sum(p["w"] ** 2) + np.sum((p["b"] - 1) ** 2)

    first = {"w": np.zeros((2, 2)), "b": np.array([1.0, 0.0])}
    second = {"w": np.array([[1.0, 0.0], [0.0, 0.0]]), "b": np.zeros(2)}
    ax = viz.landscape(loss, PARAMS, (first, second), span=2.0, points=9, levels="linear")
    assert ax.get_xlim() == ax.get_ylim() == (-2, 2)
    values = [
        loss({"w": PARAMS["w"] + b * second["w"], "b": PARAMS["b"] + a * first["b"]}) for a in (-2, 2) for b in (-2, 2)
    ]
    levels = ax.collections[0].levels
    assert_allclose(levels[-1], max(values))


def test_pca_plane_of_a_plane_spiral_loses_nothing(rng):
    t = np.linspace(0, 6, 50)
    basis = np.linalg.qr(rng.normal(size=(30, 2)))[0]
    way = np.stack([np.exp(-t / 3) * np.cos(t), np.exp(-t / 3) * np.sin(t)], axis=1) @ basis.T  # (50, 30)
    plane = pca_plane(way)
    assert_allclose(plane.path @ np.stack([plane.first, plane.second]), way - way[-1], atol=1e-12)
    assert_allclose([plane.first @ plane.first, plane.first @ plane.second], [1, 0], atol=1e-12)
    with pytest.raises(ValueError, match="on a line"):
        pca_plane(np.outer(t, np.ones(4)))


def test_pca_landscape_draws_the_way_of_a_run():
    run = optim.minimize(lambda p: np.sum(p["w"] ** 4) + np.sum(p["b"] ** 2), PARAMS, "adam", learning_rate=0.1,
                         max_iter=30, record="full")  # fmt: skip
    ax = viz.landscape(lambda p: np.sum(p["w"] ** 4) + np.sum(p["b"] ** 2), run, "pca", points=9)
    drawn = line(ax, "iterates").get_xydata()
    assert len(drawn) == 31
    assert_allclose(drawn[-1], 0, atol=1e-12)
    assert "of the way" in ax.get_xlabel()


@pytest.mark.parametrize("n", [5, 250])
def test_hessian_plane_is_spanned_by_the_extreme_eigenvectors(n, rng):
    values = np.linspace(-1, 10, n)
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    H = (basis * values) @ basis.T
    plane = hessian_plane(lambda x: 0.5 * (x @ (H @ x)), np.ones(n))
    assert_allclose(abs(plane.first @ basis[:, -1]), 1, atol=1e-3)
    assert_allclose(abs(plane.second @ basis[:, 0]), 1, atol=1e-3)
    assert "= 10" in plane.labels[0] and "= -1" in plane.labels[1]


def test_landscape_says_what_its_directions_need():
    with pytest.raises(ValueError, match="give rng"):
        viz.landscape(lambda p: 0.0, PARAMS)
    with pytest.raises(ValueError, match="two or more axes"):
        viz.landscape(lambda p: 0.0, np.ones(3), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="needs a way"):
        viz.landscape(lambda p: 0.0, PARAMS, "pca")
    with pytest.raises(ValueError, match="'filter', 'pca', 'hessian'"):
        viz.landscape(lambda p: 0.0, PARAMS, "pcs")
    with pytest.raises(ValueError, match="2 and 2 numbers, but params has 6"):
        viz.landscape(lambda p: 0.0, PARAMS, (np.ones(2), np.ones(2)))


# -- diagnostics and schedules -----------------------------------------------------------------------------------------


def test_diagnostics_show_four_columns(runs):
    axes = viz.diagnostics(runs["adam"])
    history = runs["adam"].history
    assert_allclose(axes[0, 1].get_lines()[0].get_ydata(), history.grad_norm)
    assert_allclose(axes[1, 0].get_lines()[0].get_ydata(), history.step_norm[1:])
    assert_allclose(axes[1, 1].get_lines()[0].get_ydata(), 0.05)
    with pytest.raises(ValueError, match="four Axes, but ax has 1"):
        viz.diagnostics(runs, ax=plt.figure().add_subplot())


def test_schedule_draws_its_rates():
    rate = optim.schedules.cosine(0.1, steps=50)
    ax = viz.schedule({"cosine": rate, "constant": lambda t: 0.05}, 50)
    assert_allclose(line(ax, "cosine").get_ydata(), [rate(t) for t in range(50)])
    assert_allclose(line(ax, "constant").get_xdata(), np.arange(50))


# -- profiles ----------------------------------------------------------------------------------------------------------

COSTS = {"a": [10.0, 20.0, np.inf, 40.0], "b": [20.0, 10.0, np.nan, 80.0], "c": [np.inf, 40.0, np.inf, 10.0]}


def part_within(ax, label, x):
    drawn = line(ax, label)
    return drawn.get_ydata()[np.searchsorted(drawn.get_xdata(), x, side="right") - 1]


def test_performance_profile_is_the_part_of_problems_within_a_factor_of_the_best():
    ax = viz.profile(COSTS)
    for tau, expected in (
        (1.0, (0.25, 0.25, 0.25)),
        (2.0, (0.5, 0.5, 0.25)),
        (4.0, (0.75, 0.5, 0.5)),
        (8.0, (0.75, 0.75, 0.5)),
    ):
        assert [part_within(ax, name, tau) for name in COSTS] == list(expected)
    assert labels(ax) == ["a: 25% best, 75% solved", "b: 25% best, 75% solved", "c: 25% best, 50% solved"]


def test_data_profile_is_the_part_of_problems_solved_with_so_many_simplex_gradients():
    ax = viz.data_profile(COSTS, [1, 3, 2, 4])  # evaluations / (n + 1): a: 5, 5, -, 8
    assert [part_within(ax, "a", k) for k in (4.9, 5.0, 8.0)] == [0.0, 0.5, 0.75]
    assert [part_within(ax, "c", k) for k in (2.0, 10.0)] == [0.25, 0.5]


def test_profiles_refuse_costs_that_say_nothing():
    with pytest.raises(ValueError, match="one number for each problem"):
        viz.profile({"a": [1.0, 2.0], "b": [1.0]})
    with pytest.raises(ValueError, match="positive"):
        viz.profile({"a": [0.0]})
    with pytest.raises(ValueError, match="3 sizes for 4 problems"):
        viz.data_profile(COSTS, [1, 2, 3])


# -- basins, phases, games, line searches ------------------------------------------------------------------------------


def test_basins_of_the_square_roots_are_the_half_planes():
    def F(x):
        return np.stack([x[0] ** 2 - 1, x[1]])

    ax = viz.basins(lambda x0: optim.root(F, x0), ((-2, 2), (-1, 1)), points=6)
    tint = 1 - np.asarray(ax.images[0].get_array())  # a depth times what the colour takes from white
    tint /= np.linalg.norm(tint, axis=2, keepdims=True)
    left, right = tint[:, :3].reshape(-1, 3), tint[:, 3:].reshape(-1, 3)
    assert (left @ left.T > 0.9999).all() and (right @ right.T > 0.9999).all() and (left @ right.T < 0.99).all()
    assert sorted(labels(ax)) == ["(-1, 0): 50%", "(1, 0): 50%"]


def test_starts_without_success_stay_white():
    def solve(x0):
        return optim.minimize(lambda x: x @ x, x0, max_iter=0 if x0[0] < 0 else None)

    picture = viz.basins(solve, ((-1, 1), (-1, 1)), points=4).images[0].get_array()
    assert (picture[:, :2] == 1).all() and (picture[:, 2:] != 1).any(axis=2).all()
    with pytest.raises(ValueError, match="no run from this box"):
        viz.basins(solve, ((-2, -1), (-1, 1)), points=2)


@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.0), (0.15, 0.5), (0.3, 0.6), (0.05, 0.9)])
def test_the_rate_of_momentum_is_the_one_that_runs_have(alpha, beta):
    eigenvalues = np.array([1.0, 10.0])
    run = optim.minimize(lambda x: 0.5 * np.sum(eigenvalues * x**2), np.array([1.0, 1.0]), "momentum",
                         learning_rate=alpha, beta=beta, tol=0, max_iter=260, record="full")  # fmt: skip
    size = np.linalg.norm(run.history.x, axis=1)
    # where it oscillates single ratios mean nothing: the largest of twenty against the largest of twenty earlier
    found = (size[240:].max() / size[140:160].max()) ** (1 / 100)
    assert_allclose(found, convergence_rate(alpha, beta, eigenvalues), rtol=0.02)


def test_the_star_of_the_phase_map_is_the_best_choice_for_momentum():
    ax = viz.phase([1.0, 10.0], points=40)
    alpha, beta = np.ravel(line(ax, "best").get_data())
    best = convergence_rate(alpha, beta, [1.0, 10.0])
    assert_allclose(best, np.sqrt(beta))
    alphas, betas = np.meshgrid(np.linspace(0.01, 0.4, 60), np.linspace(0, 0.99, 60))
    assert (convergence_rate(alphas, betas, [1.0, 10.0]) >= best).all()
    with pytest.raises(ValueError, match="positive numbers"):
        viz.phase([0.0, 1.0])


def test_arrows_of_a_game_go_down_in_x_and_up_in_y():
    run = optim.minimax(lambda x, y: x * y, 0.5, 0.0, learning_rate=0.3, record="full")
    ax = viz.game(lambda x, y: x * y, ((-1, 1), (-1, 1)), runs={"extragradient": run}, arrows=5)
    arrows = next(c for c in ax.collections if hasattr(c, "U"))
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 5))
    length = np.where(np.hypot(x, y) > 0, np.hypot(x, y), 1)
    assert_allclose(arrows.U, np.ravel(-y / length))
    assert_allclose(arrows.V, np.ravel(x / length))
    assert_allclose(line(ax, "extragradient").get_xydata(), run.history.x)


def test_wolfe_intervals_of_a_parabola():
    """φ(α) = (1 - α)²: sufficient decrease for α ≤ 2 (1 - c1), curvature for |1 - α| ≤ c2."""
    ax = viz.wolfe(lambda x: x[0] ** 2, np.array([1.0]), np.array([-1.0]), c1=0.25, c2=0.6, longest=2.0, points=2001)
    spans = {patch.get_label(): patch for patch in ax.patches}
    both = next(patch for label, patch in spans.items() if label.startswith("both"))
    assert_allclose([both.get_x(), both.get_x() + both.get_width()], [0.4, 1.5], atol=1e-3)
    with pytest.raises(ValueError, match="does not descend"):
        viz.wolfe(lambda x: x[0] ** 2, np.array([1.0]), np.array([1.0]))


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: viz.profile(COSTS, ax=ax),
        lambda ax: viz.data_profile(COSTS, [1, 1, 1, 1], ax=ax),
        lambda ax: viz.phase([1.0, 2.0], points=10, ax=ax),
        lambda ax: viz.schedule(lambda t: 0.1, 5, ax=ax),
        lambda ax: viz.game(lambda x, y: x * y, ((-1, 1), (-1, 1)), arrows=3, ax=ax),
        lambda ax: viz.wolfe(lambda x: x @ x, np.ones(2), points=20, ax=ax),
        lambda ax: viz.landscape(lambda x: x @ x, np.ones(2), (np.eye(2)[0], np.eye(2)[1]), points=5, ax=ax),
        lambda ax: viz.basins(lambda x0: optim.minimize(lambda x: x @ x, x0), ((-1, 1), (-1, 1)), points=2, ax=ax),
    ],
    ids=["profile", "data_profile", "phase", "schedule", "game", "wolfe", "landscape", "basins"],
)
def test_pictures_are_drawn_in_the_axes_given_and_labelled(draw):
    ax = plt.figure().add_subplot()
    assert draw(ax) is ax
    assert ax.get_xlabel() and ax.get_ylabel()
