"""Pictures, by the data of their Axes."""

import numpy as np
import pytest

import optim
from optim import viz

F = optim.problems.rosenbrock


@pytest.fixture(autouse=True)
def closed_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="module")
def runs():
    x0 = np.array([-1.2, 1.0])
    return {
        "bfgs": optim.minimize(F, x0, record="full"),
        "adam": optim.minimize(F, x0, "adam", learning_rate=0.05, max_iter=100, record="full"),
    }


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}


def test_contour_levels_are_evenly_spaced_in_the_logarithm():
    ax = viz.contour(F, points=40, count=10)
    levels = ax.collections[0].levels
    assert len(levels) == 10
    np.testing.assert_allclose(np.diff(np.log(levels)), np.log(levels[-1] / levels[0]) / 9)


def test_contour_of_negative_values_is_measured_from_its_floor():
    ax = viz.contour(lambda x: x @ x - 5.0, ((-1, 1), (-1, 1)), points=30)
    assert (ax.collections[0].levels > 0).all()
    assert ax.figure.axes[1].get_ylabel().startswith("$f + ")


def test_contour_levels_may_be_linear_or_given():
    np.testing.assert_allclose(
        np.diff(viz.contour(F, points=20, levels="linear").collections[0].levels, n=2), 0, atol=1e-9
    )
    np.testing.assert_array_equal(viz.contour(F, points=20, levels=[1, 10, 100]).collections[0].levels, [1, 10, 100])
    with pytest.raises(ValueError, match="'log', 'linear'"):
        viz.contour(F, points=20, levels="cubic")


def test_colours_grow_monotonically_darker_so_that_grey_shows_them():
    colours = viz.grid.colour_map()(np.linspace(0, 1, 50))[:, :3]
    assert (np.diff(colours @ [0.299, 0.587, 0.114]) < 0).all()


def test_points_where_the_function_is_not_finite_are_left_white():
    with np.errstate(invalid="raise"):
        ax = viz.contour(lambda x: np.sqrt(x[0]) + x[1] ** 2, ((-1, 1), (-1, 1)), points=20)
    assert ax.get_xlim() == (-1, 1)
    with pytest.raises(ValueError, match="not finite anywhere"):
        viz.contour(lambda x: np.nan, ((0, 1), (0, 1)), points=5)


@pytest.mark.parametrize("draw", [viz.contour, viz.surface])
def test_a_box_is_needed_and_checked(draw):
    with pytest.raises(ValueError, match="needs a box"):
        draw(lambda x: x @ x)
    with pytest.raises(ValueError, match="left < right"):
        draw(lambda x: x @ x, ((1, 0), (0, 1)))


def test_trajectory_draws_the_iterates(runs):
    ax = viz.trajectory(runs, F, points=20)
    for name, run in runs.items():
        np.testing.assert_array_equal(np.array(lines(ax)[name].get_data()).T, run.history.x)
    np.testing.assert_array_equal(np.array(lines(ax)["start"].get_data()).ravel(), [-1.2, 1.0])
    assert ax.get_xlim() == F.box[0] and ax.get_ylim() == F.box[1]


def test_trajectory_draws_the_rejected_trials_and_no_iterate_twice(runs):
    ax = viz.trajectory(runs["bfgs"], F, points=20)
    history = runs["bfgs"].history
    faint = next(line for line in ax.get_lines() if line.get_alpha() == 0.45)
    assert len(faint.get_xdata()) == history.nfev[-1] - len(history)


def test_marks_of_all_runs_stand_at_equal_numbers_of_evaluations(runs):
    ax = viz.trajectory(runs, marks=5)
    marked = {name: line.get_markevery() for name, line in lines(ax).items() if name in runs}
    nfev = {name: runs[name].history.nfev[marked[name]] for name in runs}
    assert list(nfev["adam"]) == [21, 41, 61, 81, 101]
    assert np.abs(nfev["bfgs"] - nfev["adam"][: len(nfev["bfgs"])]).max() <= 3  # one line search


def test_trajectory_without_a_function_is_framed_by_its_path(runs):
    ax = viz.trajectory(runs["adam"])
    path = runs["adam"].history.x
    assert ax.get_xlim()[0] < path[:, 0].min() and ax.get_xlim()[1] > path[:, 0].max()
    with pytest.raises(TypeError, match="no f to draw"):
        viz.trajectory(runs, points=3)


def test_trajectory_says_what_it_needs(runs):
    light = optim.minimize(F, np.zeros(2))
    with pytest.raises(ValueError, match="record='full'"):
        viz.trajectory(light)
    with pytest.raises(ValueError, match="two variables"):
        viz.trajectory(optim.minimize(F, np.zeros(3), record="full"))
    with pytest.raises(TypeError, match="a result or a history"):
        viz.trajectory({"x": 3})
    with pytest.raises(ValueError, match="empty"):
        viz.convergence(optim.minimize(F, np.zeros(2), record="none"))
    with pytest.raises(ValueError, match="no runs"):
        viz.convergence({})


def test_convergence_draws_the_lowest_value_so_far_above_the_least(runs):
    ax = viz.convergence(runs, f_min=0.0)
    for name, run in runs.items():
        across, up = lines(ax)[name].get_data()
        np.testing.assert_array_equal(across, run.history.nfev)
        np.testing.assert_array_equal(up, np.minimum.accumulate(run.history.fun))
    assert ax.get_yscale() == "log" and ax.get_xlabel() == "evaluations of the objective"


def test_gap_is_measured_from_the_lowest_of_all_runs(runs):
    ax = viz.convergence(runs)
    lowest = min(run.fun for run in runs.values())
    up = lines(ax)["adam"].get_ydata()
    np.testing.assert_allclose(up[-1], runs["adam"].history.fun.min() - lowest)


@pytest.mark.parametrize("x", ["nfev", "nit", "time"])
@pytest.mark.parametrize("y", ["fun", "grad_norm", "step_norm", "lr", "gap"])
def test_any_column_can_be_drawn(runs, x, y):
    ax = viz.convergence(runs, x=x, y=y)
    assert len(lines(ax)) == 2 and ax.get_ylabel()


def test_history_draws_itself(runs):
    ax = runs["adam"].history.plot(y="grad_norm")
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), runs["adam"].history.grad_norm)


def test_negative_objectives_are_drawn_on_a_linear_axis():
    assert viz.convergence(optim.minimize(optim.problems.peaks, np.zeros(2)), y="fun").get_yscale() == "linear"


def test_surface_height_is_the_logarithm_where_it_is_asked_for(runs):
    ax = viz.surface(F, runs=runs, points=20)
    assert ax.name == "3d" and ax.get_zlabel() == r"$\log_{10} f$"
    drawn = {line.get_label(): line for line in ax.get_lines()}
    x, y, z = drawn["bfgs"].get_data_3d()
    np.testing.assert_array_equal(np.column_stack([x, y]), runs["bfgs"].history.x)
    span = ax.get_zlim()[1] - ax.get_zlim()[0]
    assert np.all(z[:10] - np.log10(runs["bfgs"].history.fun[:10]) < 0.05 * span)
    linear = viz.surface(optim.problems.peaks, log=False, points=15)
    assert linear.get_zlabel() == "$f$"


@pytest.mark.parametrize("draw", [viz.contour, viz.trajectory, viz.convergence])
def test_pictures_are_drawn_where_they_are_told_to(draw, runs):
    import matplotlib.pyplot as plt

    ax = plt.figure().add_subplot()
    assert draw(F if draw is viz.contour else runs, ax=ax) is ax


def test_pictures_can_be_rendered(runs, tmp_path):
    for number, ax in enumerate((viz.trajectory(runs, F, points=20), viz.surface(F, points=15), viz.convergence(runs))):
        ax.figure.savefig(tmp_path / f"{number}.png", dpi=100)
        assert (tmp_path / f"{number}.png").stat().st_size > 5000


def test_a_trust_region_is_a_circle_around_its_iterate():
    from matplotlib.patches import Circle

    run = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), method="trust_exact", record="full")
    circles = [patch for patch in viz.trajectory(run).patches if isinstance(patch, Circle)]
    assert [circle.radius for circle in circles] == [r for r in run.history["radius"] if np.isfinite(r)]
    assert not viz.trajectory(run, trials=False).patches


def test_an_exact_zero_leaves_the_axis_logarithmic():
    run = optim.minimize(optim.problems.booth, np.zeros(2))
    assert viz.convergence(run, y="grad_norm").get_yscale() == "log"
