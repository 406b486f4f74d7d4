"""What losses refuse, and losses as modules."""

import numpy as np
import pytest

from autodiff import nn
from autodiff.errors import InputError
from autodiff.nn import losses

# -- errors ------------------------------------------------------------------------------------------------------------

X = np.zeros((4, 3))
BAD = {
    "class too large": (lambda: losses.cross_entropy(X, np.array([0, 1, 2, 3])), "from 0 to 2.*given 3"),
    "class negative": (lambda: losses.cross_entropy(X, np.array([0, 1, 2, -1])), "from 0 to 2.*given -1"),
    "float classes": (lambda: losses.cross_entropy(X, np.zeros(4)), "class numbers.*integers"),
    "complex classes": (lambda: losses.cross_entropy(X, np.zeros(4, complex)), "as integers"),
    "classes with an axis": (lambda: losses.cross_entropy(X, np.zeros((4, 1), int)), r"\(4,\).*class axis out"),
    "weights of too few": (lambda: losses.cross_entropy(X, np.zeros(4, int), np.ones(2)), r"\(3,\).*shape \(2,\)"),
    "smoothing above 1": (lambda: losses.cross_entropy(X, np.zeros(4, int), label_smoothing=2), "from 0 to 1"),
    "no such reduction": (lambda: losses.cross_entropy(X, np.zeros(4, int), reduction="avg"), "'mean', 'sum', 'none'"),
    "no such axis": (lambda: losses.cross_entropy(X, np.zeros(4, int), axis=2), "axis"),
    "all ignored": (lambda: losses.cross_entropy(X, np.full(4, -100)), "no sample counts"),
    "empty batch": (lambda: losses.cross_entropy(X[:0], np.zeros(0, int)), "empty batch"),
    "nll class too large": (lambda: losses.nll_loss(X, np.full(4, 3)), "from 0 to 2"),
    "broadcast mse": (lambda: losses.mse(np.zeros((4, 1)), np.zeros(4)), r"\(4, 1\).*shape \(4,\)"),
    "empty mse": (lambda: losses.mse(np.zeros(0), np.zeros(0)), "empty batch"),
    "reduction of mse": (lambda: losses.mse(X, X, "average"), "reduction is one of"),
    "negative delta": (lambda: losses.huber(X, X, delta=-1), "positive delta"),
    "labels ±1 to bce": (lambda: losses.bce_with_logits(X, X - 1), "from 0 to 1.*-1"),
    "logits to bce": (lambda: losses.bce(X + 2, X), "probabilities.*bce_with_logits"),
    "labels 0, 1 to hinge": (lambda: losses.hinge(X, X), "targets -1 and 1, not 0"),
    "negative probabilities": (lambda: losses.kl_div(X, X - 1), "0 or more"),
    "negative variance": (lambda: losses.gaussian_nll(X, X, X - 1), "variances"),
    "shape of variance": (lambda: losses.gaussian_nll(X, X, np.ones(4)), r"broadcasts.*\(4,\)"),
    "margin classes": (lambda: losses.multi_margin(X, np.full(4, 3)), "from 0 to 2"),
    "margin power": (lambda: losses.multi_margin(X, np.zeros(4, int), 3), "p=1 or p=2"),
    "ctc blank": (lambda: losses.ctc_loss(X, np.array([0]), np.array([4]), np.array([1])), "blank"),
    "ctc class": (lambda: losses.ctc_loss(X, np.array([5]), np.array([4]), np.array([1])), "from 0 to 2"),
    "ctc lengths": (lambda: losses.ctc_loss(X, np.array([1]), np.array([5]), np.array([1])), "input_lengths"),
    "ctc targets": (lambda: losses.ctc_loss(X, np.array([1]), np.array([4]), np.array([2])), "targets"),
    "triplet shapes": (lambda: losses.triplet_margin(X, X, X[:2]), "argument 3"),
    "info_nce temperature": (lambda: losses.info_nce(X, X, temperature=0), "positive temperature"),
    "cosine targets": (lambda: losses.cosine_embedding(X, X, np.ones((4, 3))), "one for each pair"),
    "critic of two": (lambda: losses.r1_penalty(lambda x: x, X), "one score each"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_a_clear_error(name):
    call, message = BAD[name]
    with pytest.raises(InputError, match=message):
        call()


def test_one_hot_integers_are_refused_with_the_remedy():
    with pytest.raises(InputError, match="leave the class axis out"):
        losses.cross_entropy(X, np.eye(3, dtype=int)[[0, 1, 2, 0]])


# -- modules -----------------------------------------------------------------------------------------------------------


def test_class_weights_of_a_module_are_saved_and_not_trained():
    loss = nn.CrossEntropyLoss([1.0, 2.0])
    assert list(loss.state_dict()) == ["weight"] and not loss.named_parameters()


def test_a_loss_module_in_a_model_computes_what_the_function_does(rng):
    x, y = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    assert nn.CrossEntropyLoss(label_smoothing=0.1)(x, y) == losses.cross_entropy(x, y, label_smoothing=0.1)


@pytest.mark.parametrize("name", ["mse", "l1", "huber", "smooth_l1", "log_cosh", "msle", "bce", "bce_with_logits"])
def test_weights_of_samples_do_not_broadcast_samples_against_each_other(name):
    loss, p, weight = getattr(losses, name), np.full((4, 1), 0.25), np.arange(4.0)
    with pytest.raises(nn.ShapeError, match=f"{name}'s weight takes \\(4, 1\\), or what broadcasts to it"):
        loss(p, p * 0, weight=weight)
    entries = loss(p, p * 0, reduction="none")
    np.testing.assert_allclose(
        loss(p, p * 0, weight=weight[:, None], reduction="none"), entries * weight[:, None], rtol=1e-15
    )
    np.testing.assert_allclose(loss(p, p * 0, weight=2.0), 2 * entries.mean(), rtol=1e-15)


def test_weights_of_positives_broadcast_to_the_predictions():
    with pytest.raises(nn.ShapeError, match="pos_weight"):
        losses.bce_with_logits(np.zeros((4, 1)), np.zeros((4, 1)), pos_weight=np.ones(4))
