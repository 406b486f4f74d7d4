"""The demos themselves: each runs, and every number it claims is found."""

import numpy as np
import pytest

from autodiff.nn import data
from demos.linear_models import linear_digits, one_vs_rest_mnist
from demos.registry import discover
from demos.runner import Status, run

# These train networks for long. `python -m demos` runs them; tests/nn/test_demos_*.py run their parts on little data.
TRAINING = """
    adding_problem early_stopping gan_digits gan_mixture gan_ring lenet5 lstm_text transformer_copy
""".split()
QUICK = [demo for demo in discover() if demo.default and demo.id not in TRAINING]


def test_what_is_left_to_the_runner_is_there():
    assert set(TRAINING) <= {demo.id for demo in discover()}


@pytest.mark.slow
@pytest.mark.parametrize("demo", QUICK, ids=[demo.id for demo in QUICK])
def test_every_number_of_the_quick_demos_is_found(demo):
    report = run(demo)
    if report.status is Status.SKIPPED:
        pytest.skip(report.message)
    failed = [(check.name, check.expected, check.found) for check in report.failed_checks]
    assert report.status is Status.PASSED, report.message or failed


class TestOneVersusRest:
    """The arithmetic of the deck's program, on data small enough to see through."""

    def test_design_has_a_one_before_pixels_from_0_to_1(self):
        images = np.array([[[0, 255], [51, 102]]], dtype=np.uint8)
        np.testing.assert_allclose(one_vs_rest_mnist.design(images), [[1, 0, 1, 0.2, 0.4]], rtol=1e-7)

    def test_targets_are_one_in_the_column_of_the_digit(self):
        targets = one_vs_rest_mnist.against_the_rest(np.array([0, 9, 3]))
        assert targets.shape == (3, 10)
        np.testing.assert_array_equal(np.argwhere(targets == 1), [[0, 0], [1, 9], [2, 3]])
        assert (targets == -1).sum() == 27

    def test_largest_function_decides_and_the_lower_digit_wins_a_tie(self):
        beta = np.zeros((2, 10))
        beta[1, [4, 7]] = 1.0
        np.testing.assert_array_equal(one_vs_rest_mnist.classify(np.array([[1.0, 1.0], [1.0, -1.0]]), beta), [4, 0])

    def test_rows_of_the_confusion_matrix_are_predictions(self):
        counts = one_vs_rest_mnist.confusion_matrix(predicted=np.array([3, 3, 5]), true=np.array([3, 8, 8]))
        assert counts[3, 3] == 1 and counts[3, 8] == 1 and counts[5, 8] == 1 and counts.sum() == 3

    def test_conjugate_gradients_solve_n_equations_in_n_steps(self):
        rng = np.random.default_rng(3)
        root = rng.normal(size=(6, 6))
        H, b = root @ root.T + np.eye(6), rng.normal(size=(6, 1))

        def L(beta):
            return 0.5 * np.sum(beta * (H @ beta)) - np.sum(beta * b)

        visited = []
        found = linear_digits.conjugate_gradients(L, np.zeros((6, 1)), visited.append)
        assert len(visited) <= 1 + 6 + 1  # the start, and one step more than in exact arithmetic
        np.testing.assert_allclose(found, np.linalg.solve(H, b), atol=linear_digits.TOLERANCE)

    def test_matrix_of_the_deck_is_whole(self):
        assert np.trace(one_vs_rest_mnist.DECK) == 8603
        # the test images of each digit, LeCun, Bottou, Bengio and Haffner 1998
        of_each = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        np.testing.assert_array_equal(one_vs_rest_mnist.DECK.sum(axis=0), of_each)

    def test_full_demo_compares_the_data_it_is_given_with_the_deck(self, monkeypatch):
        """Ten clear patterns are told apart without error: the demo must find 100 % and say that it is not 86.03 %."""
        digits = np.arange(40) % 10
        images = np.zeros((40, 28, 28), dtype=np.uint8)
        images[np.arange(40), digits, digits] = 255
        few = data.LabelledData("few", images, digits, (), tuple("0123456789"), "here", "none")
        monkeypatch.setattr(data, "mnist", lambda: (few, few))
        report = run(one_vs_rest_mnist.one_vs_rest_mnist)
        assert report.status is Status.FAILED
        found = {check.name: check.found for check in report.checks}
        assert found["accuracy in per cent"] == 100.0
        np.testing.assert_array_equal(found["confusion matrix"], 4 * np.eye(10))

    def test_full_demo_is_skipped_with_the_remedy_where_the_files_are_not(self, monkeypatch, tmp_path):
        monkeypatch.setenv("DUALTAPE_DATA", str(tmp_path))
        report = run(one_vs_rest_mnist.one_vs_rest_mnist)
        assert report.status is Status.SKIPPED and "demos download" in report.message
