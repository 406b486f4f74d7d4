"""What one looks for out of habit is named in the error, and is there."""

import re

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn
from autodiff.nn.vocabulary import OF_FUNCTIONAL, OF_MODULES, OF_NN


@pytest.mark.parametrize(
    ("owner", "table"),
    [(nn.Linear(3, 2, rng=0), OF_MODULES), (nn, OF_NN), (nn.functional, OF_FUNCTIONAL)],
    ids=["module", "nn", "functional"],
)
def test_a_name_that_is_not_here_says_what_is(owner, table):
    for name, hint in table.items():
        assert not hasattr(owner, name)
        with pytest.raises(AttributeError, match=re.escape(f"has no {name}: {hint}")):
            getattr(owner, name)
    with pytest.raises(AttributeError, match="has no something$"):
        _ = owner.something


def test_what_the_hints_name_is_there():
    places = {"nn": nn, "ad": ad, "optim": optim, "np": np, "model": nn.Linear(3, 2, rng=0)}
    for hint in (*OF_MODULES.values(), *OF_NN.values(), *OF_FUNCTIONAL.values()):
        for first, rest in re.findall(r"\b(nn|ad|optim|np|model)((?:\.\w+)+)", hint):
            found = places[first]
            for name in rest.split(".")[1:]:
                found = getattr(found, name)


def test_a_model_in_another_precision_is_a_copy():
    model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.BatchNorm1d(2)).freeze("0.bias")
    double = model.astype(np.float64)
    assert {a.dtype for a in double.state_dict().values()} == {np.dtype(float), np.dtype(np.int64)}
    assert model[0].weight.dtype == np.float32 and list(double.named_parameters()) == list(model.named_parameters())
    x = np.random.default_rng(0).standard_normal((4, 3))
    assert double(x).dtype == float and np.allclose(double(x), model(x.astype(np.float32)), atol=1e-5)
    assert ad.grad(lambda m: (m(x) ** 2).sum())(double)[0].weight.dtype == float
