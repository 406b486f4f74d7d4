"""Embeddings."""

import numpy as np

from autodiff import nn
from tests.nn.comparison import Comparison


def bags(rng, option):
    indices = rng.integers(0, 6, (4, 3) if option["starts"] is None else 7)
    given = {"indices": indices}
    if option["starts"] is not None:
        given["offsets"] = np.array(option["starts"])
    if option.get("weighted"):
        given["factors"] = rng.standard_normal(indices.shape)
    return given


COMPARISONS = [
    Comparison(
        "Embedding",
        module=lambda o, rng, dtype: nn.Embedding(6, 3, o["padding_idx"], rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.Embedding(6, 3, o["padding_idx"]),
        inputs=lambda rng, o: {"indices": rng.integers(0, 6, o["shape"])},
        ours=lambda m, a, o: m(a["indices"]),
        theirs=lambda torch, m, a, o: m(a["indices"]),
        options=({"padding_idx": None, "shape": (3, 4)}, {"padding_idx": 2, "shape": (20,)}),
        drawn=lambda rng: {
            "padding_idx": None if rng.integers(2) else int(rng.integers(-6, 6)),
            "shape": tuple(int(n) for n in rng.integers(0, 6, rng.integers(0, 4))),
        },
    ),
    Comparison(
        "EmbeddingBag",
        module=lambda o, rng, dtype: nn.EmbeddingBag(6, 3, o["mode"], o.get("padding_idx"), rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.EmbeddingBag(6, 3, mode=o["mode"], padding_idx=o.get("padding_idx")),
        inputs=bags,
        ours=lambda m, a, o: m(a["indices"], a.get("offsets"), a.get("factors")),
        theirs=lambda torch, m, a, o: m(a["indices"], a.get("offsets"), a.get("factors")),
        options=(
            {"mode": "sum", "starts": None},
            {"mode": "mean", "starts": (0, 2, 2)},
            {"mode": "max", "starts": (0, 4), "padding_idx": 1},
            {"mode": "sum", "starts": (0, 0, 5), "weighted": True},
        ),
        drawn=lambda rng: {
            "mode": str(rng.choice(["sum", "mean", "max"])),
            "starts": None if rng.integers(2) else (0, *(int(n) for n in np.sort(rng.integers(0, 8, rng.integers(4))))),
            "padding_idx": None if rng.integers(2) else int(rng.integers(0, 6)),
        },
    ),
]
