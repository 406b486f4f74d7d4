"""check_grads passes what is right, catches each kind of planted mistake, and says where it is."""

import re

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import CheckError, InputError
from autodiff.primitive import elementwise, general
from autodiff.testing import check_grads

A, B = np.array([[0.3, -1.2, 2.0], [0.7, 1.1, -0.4]]), np.array([1.5, -0.5, 0.8])


def sine(x):
    return np.sin(x)


def right_jvp(dx, ans, x):
    return dx * np.cos(x)


def right_vjp(ans, x):
    return lambda c: c * np.cos(x)


def test_what_is_right_passes_in_both_modes_to_third_order():
    check_grads(lambda x, y: {"a": np.sin(x * y), "b": (np.exp(y), x)}, (A, B), order=3)


def test_trees_scalars_and_integers_are_arguments():
    check_grads(lambda p, k: p["w"] * np.exp(p["b"]) ** k, ({"w": 2.0, "b": B}, 3))


def test_single_precision_passes():
    check_grads(lambda x, y: np.exp(x) * y, (A.astype(np.float32), B.astype(np.float32)))


def test_complex_functions_pass():
    check_grads(lambda z: np.exp(1j * z) / z, (A + 1j,))


def test_functions_that_are_not_analytic_pass():
    check_grads(lambda z: np.abs(z), (A + 1j,))


def test_entries_of_very_different_size_are_all_checked():
    x = np.array([1e-6, 1e6, 3.0, 0.0])
    check_grads(lambda x: np.log1p(x) * x, (x,))


def test_arguments_without_entries_pass():
    check_grads(lambda x, y: np.sin(x) * y, (np.zeros((0, 3)), 2.0))


def test_a_wrong_jvp_is_caught_and_located():
    def wrong_jvp(dx, ans, x):
        return dx * np.cos(x) * np.where(x == -0.4, 2.0, 1.0)

    planted = general(sine, wrong_jvp, right_vjp)
    check_grads(lambda x: planted(x["w"][0]), ({"w": [A]},), order=1, modes="reverse")
    with pytest.raises(CheckError) as caught:
        check_grads(lambda s, x: {"y": s * planted(x["w"][0])}, (2.0, {"w": [A]}))
    expected, found = 2 * np.cos(-0.4), 4 * np.cos(-0.4)
    assert_says(caught, "forward mode, order 1", "argument 1['w'][0][1, 2] of the result['y'][1, 2] should be")
    assert numbers(caught) == pytest.approx([expected, found], rel=1e-6)


def test_a_wrong_vjp_is_caught_and_located():
    def wrong_vjp(ans, x):
        return lambda c: c * np.cos(x) * np.where(x == 1.1, -1.0, 1.0)

    planted = general(sine, right_jvp, wrong_vjp)
    check_grads(planted, (A,), order=1, modes="forward")
    with pytest.raises(CheckError) as caught:
        check_grads(planted, (A,))
    assert_says(caught, "reverse mode, order 1", "argument 0[1, 1] of the result, summed")
    expected, found = numbers(caught)
    assert found == pytest.approx(-expected, rel=1e-6)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_derivative_that_is_wrong_in_second_order_only_is_caught(mode):
    planted = elementwise(lambda x: x * x, lambda x: 2 * ad.stop_gradient(x), name="planted")
    check_grads(planted, (B,), order=1)
    with pytest.raises(CheckError) as caught:
        check_grads(planted, (B,), order=2, modes=mode)
    assert_says(caught, f"{mode} mode, order 2, {mode} over {mode}", "argument 0[0]")


def test_a_missing_derivative_of_one_argument_of_two_is_caught():
    with pytest.raises(CheckError, match="argument 1 of the result should be 6"):
        check_grads(lambda x, y: x * ad.stop_gradient(y) ** 2, (1.0, 3.0))


def test_a_value_that_changes_under_differentiation_is_caught():
    def traced_or_not(x):
        return x + 1.0 if isinstance(x, float) else x

    with pytest.raises(CheckError, match="f itself changes"):
        check_grads(traced_or_not, (1.0,))


def test_a_kink_between_the_steps_is_no_obstacle():
    check_grads(lambda x: np.abs(x - 0.999), (1.0,))


def test_a_kink_at_the_point_is_called_what_it_is():
    with pytest.raises(
        CheckError, match=r"argument 0\[1\] of the result\[1\] should be -1 .*, but 0 was found. But f has a kink"
    ):
        check_grads(lambda x: np.floor(x) * x * 2, (np.array([0.5, 0.0]),))


def test_a_jump_is_called_what_it_is():
    with pytest.raises(CheckError, match="argument 0\\[1\\] .*cannot be checked: differences do not converge"):
        check_grads(lambda x: x * np.where(np.greater(x, 0.5), 1.0, 2.0), (np.array([0.1, 0.5]),))


def test_noise_is_called_what_it_is():
    noise = np.random.default_rng(1)
    with pytest.raises(CheckError, match="cannot be checked"):
        check_grads(lambda x: x + 0.1 * noise.standard_normal(), (1.0,), rtol=0.5)


def test_the_end_of_the_domain_is_called_what_it_is():
    with pytest.raises(CheckError, match="not finite at the arguments given: the result\\[1\\] is nan"):
        check_grads(np.log, (np.array([1.0, -1.0]),))
    with pytest.raises(CheckError, match="cannot be checked"):
        check_grads(np.sqrt, (np.array([1.0, 0.0]),), order=1)


def test_steps_out_of_the_domain_are_passed_over():
    check_grads(np.arcsin, (np.array([0.99, -0.999]),))


def test_the_step_can_be_given():
    x = 1e5  # relative steps of 1/8 leap over thousands of periods
    check_grads(np.sin, (x,), eps=1e-6)


def test_the_directions_can_be_given(rng):
    check_grads(np.sin, (A,), rng=rng)


def test_results_of_integers_have_derivative_zero():
    check_grads(lambda x: (x, np.array([1, 2])), (B,))


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"args": A}, "as a tuple, not as a ndarray"),
        ({"modes": "backward"}, 'give "forward", "reverse" or both'),
        ({"modes": ()}, 'give "forward", "reverse" or both'),
        ({"order": 0}, "order=0"),
        ({"args": ("text",)}, "argument 0 is a str"),
        ({"args": ({"w": np.array([True])},)}, re.escape("argument 0['w'] is an array of bool")),
    ],
)
def test_bad_requests_are_refused(keywords, message):
    with pytest.raises(InputError, match=message):
        check_grads(**{"f": np.sin, "args": (1.0,), **keywords})


# -- reading messages --------------------------------------------------------------------------------------------------


def assert_says(caught, *parts):
    for part in parts:
        assert part in str(caught.value), f"{part!r} is not in: {caught.value}"


def numbers(caught):
    """The expected and the found derivative in a message."""
    return [float(x) for x in re.search(r"should be (\S+) by .* but (\S+) was found", str(caught.value)).groups()]
