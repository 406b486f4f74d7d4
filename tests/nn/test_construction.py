"""What constructors and functions refuse: sizes that are none, and things in the place of others."""

import numpy as np
import pytest

from autodiff import nn

F = nn.functional
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Linear(3, 4, RNG),
        lambda: nn.Bilinear(2, 3, 4, RNG),
        lambda: nn.Conv2d(1, 2, 3, 1, 0, 1, 1, RNG),
        lambda: nn.ConvTranspose1d(1, 2, 3, 1, 0, 0, 1, RNG),
        lambda: nn.LSTMCell(2, 3, RNG),
        lambda: nn.GRU(2, 3, 1, RNG),
        lambda: nn.MultiheadAttention(4, 2, 0.0, RNG),
        lambda: nn.Maxout(2, 3, 2, RNG),
    ],
)
def test_a_generator_in_the_place_of_bias_is_refused(make):
    with pytest.raises(nn.ModelError, match="bias is True or False, not Generator.*rng=..."):
        make()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: nn.LSTM(2, 3, 2, True, False, 0.5), "bidirectional"),  # as if batch_first were there
        (lambda: nn.BatchNorm1d(3, 1e-5, 0.1, "yes"), "affine"),
        (lambda: nn.GRU(2, 3, reset_after=None), "reset_after"),
        (lambda: nn.Recurrent(nn.RNNCell(2, 3, rng=0), reverse=1), "reverse"),
    ],
)
def test_flags_are_true_or_false(make, name):
    with pytest.raises(nn.ModelError, match=f"{name} is True or False, not"):
        make()


@pytest.mark.parametrize("size", [0, -3, 3.0, "3", None, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: nn.Linear(n, 4),
        lambda n: nn.Bilinear(2, n, 4),
        lambda n: nn.Conv1d(n, 2, 3),
        lambda n: nn.RNN(2, n),
        lambda n: nn.MultiheadAttention(n, 1),
        lambda n: nn.Embedding(5, n),
        lambda n: nn.InstanceNorm2d(n),
        lambda n: nn.Maxout(2, 3, n),
        lambda n: nn.SqueezeExcite(n),
        lambda n: nn.AdditiveAttention(2, n, 3),
    ],
    ids=["Linear", "Bilinear", "Conv1d", "RNN", "Attention", "Embedding", "Norm", "Maxout", "Squeeze", "Additive"],
)
def test_sizes_are_whole_numbers_from_1_on(make, size):
    with pytest.raises(nn.ModelError, match=r"\w+: \w+ is a whole number from 1 on, not"):
        make(size)


def test_sizes_may_be_integers_of_numpy():
    assert nn.Linear(np.int64(3), np.int32(4), rng=0).weight.shape == (4, 3)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: F.linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(1)), r"linear's bias takes \(4,\)"),
        (lambda: F.linear(np.ones((2, 3)), np.ones(3)), r"linear's weight takes \(out, in\)"),
        (lambda: F.bilinear(np.ones((2, 3)), np.ones((1, 3)), np.ones((4, 3, 3))), r"leading axes \(2,\)"),
        (lambda: F.prelu(np.ones((2, 1, 4)), np.ones(5)), r"prelu takes \(N, 5, ...\)"),
        (lambda: F.glu(np.float32(1)), "even number of features"),
    ],
)
def test_arrays_that_would_broadcast_to_another_shape_are_refused(compute, message):
    with pytest.raises(nn.ShapeError, match=message):
        compute()


@pytest.mark.parametrize("rng", [None, 0, "seed"])
@pytest.mark.parametrize("noise", [F.dropout, F.spatial_dropout, F.drop_path, F.alpha_dropout, F.gaussian_noise])
def test_noise_takes_a_generator_only(noise, rng):
    with pytest.raises(TypeError, match=r"numpy\.random\.Generator"):
        noise(np.ones((2, 3)), 0.5, rng)


def test_lengths_are_whole_numbers():
    with pytest.raises(TypeError, match="whole numbers"):
        nn.LSTM(2, 3, rng=0)(np.ones((2, 4, 2), np.float32), lengths=[1.5, 2])
