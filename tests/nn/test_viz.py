"""Pictures of networks, by the data in their Axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import optim
from autodiff import nn
from autodiff.nn import data, viz


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def model():
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(3, 5, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(5 * 4 * 4, 4, rng=rng),
    )


@pytest.fixture
def image():
    return np.random.default_rng(1).random((1, 8, 8)).astype(np.float32)


def test_a_grid_holds_every_image_at_its_place():
    images = np.arange(5 * 4, dtype=float).reshape(5, 2, 2)
    shown = np.ma.filled(viz.grid(images, columns=3).images[0].get_array(), np.nan)
    assert shown.shape == (5, 8)
    np.testing.assert_array_equal(shown[:2, 3:5], images[1])
    np.testing.assert_array_equal(shown[3:5, :2], images[3])
    assert np.isnan(shown[3:5, 6:]).all()


def test_a_grid_of_colours_is_scaled_to_what_can_be_shown():
    shown = viz.grid(np.random.default_rng(0).normal(size=(2, 3, 4, 4))).images[0].get_array()
    assert shown.shape[-1] == 3 and 0 <= shown.min() and shown.max() <= 1


def test_what_is_no_image_is_refused():
    with pytest.raises(nn.ShapeError, match=r"\(N, H, W\)"):
        viz.grid(np.zeros((2, 5, 4, 4)))


def test_filters_are_the_weights(model):
    shown = viz.filters(model[0], columns=3).images[0].get_array()
    first = model[0].weight[0, 0]
    np.testing.assert_allclose(shown[:3, :3], (first - first.min()) / (first.max() - first.min()), rtol=1e-6)


def test_feature_maps_are_the_activations(model, image):
    shown = viz.feature_maps(model, image, "1", columns=3).images[0].get_array()
    first = nn.capture(model, image[None], where="1")["1"][0, 0]
    np.testing.assert_allclose(shown[:8, :8], first / first.max(), rtol=1e-6)


def test_saliency_is_the_size_of_the_gradient(model, image):
    found = viz.saliency_map(model, image, 2)
    step = 1e-2
    for place in ((3, 4), (0, 7)):
        moved = image.copy()
        moved[(0, *place)] += step
        slope = (model(moved[None])[0, 2] - model(image[None])[0, 2]) / step
        assert found[place] == pytest.approx(abs(slope), rel=0.05, abs=1e-3)  # a kink may lie between
    np.testing.assert_array_equal(viz.saliency(model, image, 2).images[0].get_array(), found)


def test_occlusion_is_the_score_of_the_covered_image(model, image):
    found = viz.occlusion_map(model, image, 1, size=3, stride=2)
    covered = image.copy()
    covered[0, 2:5, 4:7] = 0
    assert found.shape == (3, 3)
    assert found[1, 2] == pytest.approx(float(model(covered[None])[0, 1]), rel=1e-5)
    np.testing.assert_array_equal(viz.occlusion(model, image, 1, size=3, stride=2).images[0].get_array(), found)


def test_the_way_back_stays_in_the_receptive_field(model, image):
    found, (channel, row, column) = viz.deconvolve(model, image, "3")
    activations = nn.capture(model, image[None], where="3")["3"][0]
    assert activations[channel, row, column] == activations.max()
    rows, columns = np.nonzero(found[0])
    assert len(rows) > 0
    assert (
        abs(rows - 2 * row).max() <= 4 and abs(columns - 2 * column).max() <= 4
    )  # 2·1 + 1 of pooling + 1, either side


def test_the_way_back_is_the_gradient_where_nothing_is_rectified():
    """With one convolution the reconstruction is the gradient of the activation, times the activation."""
    import autodiff as ad

    layer = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, rng=0, dtype=np.float64))
    x = np.random.default_rng(0).random((1, 6, 6))
    found, place = viz.deconvolve(layer, x, "0")
    value, gradient = ad.value_and_grad(lambda x: layer(x)[(0, *place)])(x[None])
    np.testing.assert_allclose(found, value * gradient[0], rtol=1e-12)


def test_the_way_back_through_other_layers_is_refused(model, image):
    with pytest.raises(nn.ModelError, match="5 is a Flatten"):
        viz.deconvolve(model, image, "6")
    with pytest.raises(nn.ModelError, match="there is no layer 'conv'"):
        viz.deconvolve(nn.Sequential(model[0]), image, "conv")


def test_attention_is_drawn_with_its_tokens():
    weights = np.array([[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]])
    ax = viz.attention(np.stack([weights, weights]), ["a", "b", "c"], ["x", "y"], values=True)
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y"]
    assert "0.75" in [text.get_text() for text in ax.texts]
    with pytest.raises(nn.ShapeError, match="2 labels for 3 positions"):
        viz.attention(weights, ["a", "b"])


def test_a_boundary_separates_what_the_model_separates():
    x = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    ax = viz.decision_boundary(lambda x: x[:, :1] - 0.5, x, [0, 1, 0, 1], points=10)
    said = ax.collections[0].get_array()
    np.testing.assert_array_equal(said.reshape(10, 10)[0], [0] * 5 + [1] * 5)
    assert len(ax.lines) == 2


def test_curves_are_the_columns_of_the_history():
    rng = np.random.default_rng(0)
    moons = data.moons(rng)
    model = nn.Sequential(
        nn.Linear(2, 4, rng=rng, dtype=np.float64), nn.ReLU(), nn.Linear(4, 2, rng=rng, dtype=np.float64)
    )
    recorder = viz.ActivationRecorder(
        moons.inputs[:20], lambda y: nn.losses.cross_entropy(y, moons.targets[:20]), every=3
    )
    history = nn.fit(
        model,
        nn.losses.cross_entropy,
        moons.arrays,
        optimizer=optim.adam(1e-2),
        epochs=3,
        callbacks=[recorder],
        progress=False,
    )
    ax = viz.learning_curves(history, best=2)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), history["loss"])
    assert "best epoch, 2" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert recorder.steps == list(range(0, 21, 3)) and set(recorder.counts) == {"0", "1", "2"}
    assert sum(recorder.counts["0"][0]) == 80 and 0 < recorder.zeros["1"][0] < 1
    for gradients in (False, True):
        drawn = viz.histograms(recorder, "0", gradients=gradients)
        assert drawn.collections[0].get_array().size % 7 == 0
    with pytest.raises(KeyError, match="there are 0, 1, 2"):
        viz.histograms(recorder, "9")


def test_principal_components_keep_distances_of_a_plane():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 2)) @ np.linalg.qr(rng.normal(size=(5, 5)))[0][:2]
    found, shares = viz.principal_components(points)
    np.testing.assert_allclose(np.linalg.norm(found[3] - found[7]), np.linalg.norm(points[3] - points[7]), rtol=1e-10)
    assert shares.sum() == pytest.approx(1)


def test_embeddings_are_drawn_class_by_class():
    ax = viz.embedding(np.random.default_rng(0).normal(size=(30, 6)), np.arange(30) % 3, names="abc")
    assert len(ax.lines) == 3 and [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="method is 'pca' or 'tsne'"):
        viz.embedding(np.eye(3), method="umap")
