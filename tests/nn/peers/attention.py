"""Attention, positions, and transformers."""

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def _sequences(*shapes):
    """Inputs x0, x1 ... of certain shapes, which may hold names of options."""

    def inputs(rng, o):
        return {f"x{k}": rng.standard_normal([o.get(n, n) for n in shape]) for k, shape in enumerate(shapes)}

    return inputs


def _heads_inputs(rng, o):
    groups = o.get("groups", o["heads"])
    found = {
        "q": rng.standard_normal((*o["batch"], o["heads"], o["T"], 4)),
        "k": rng.standard_normal((*o["batch"], groups, o["S"], 4)),
        "v": rng.standard_normal((*o["batch"], groups, o["S"], 3)),
    }
    if o["mask"] == "bool":
        found["mask"] = rng.random((o["T"], o["S"])) < 0.7
        found["mask"][:, 0] = True
    if o["mask"] == "float":
        found["mask"] = rng.standard_normal((o["heads"], o["T"], o["S"]))
    return found


def _attend_theirs(torch, a, o):
    return torch.nn.functional.scaled_dot_product_attention(
        a["q"], a["k"], a["v"], a.get("mask"), is_causal=o["causal"], scale=o["scale"],
        enable_gqa=o.get("groups", o["heads"]) != o["heads"],
    )  # fmt: skip


def _drawn_heads(rng):
    mask = str(rng.choice(["none", "bool", "float"]))
    T = int(rng.integers(1, 6))
    causal = mask == "none" and bool(rng.integers(2))
    groups = int(rng.integers(1, 3))
    return {
        "batch": tuple(rng.integers(1, 4, rng.integers(1, 3))),
        "groups": groups,
        "heads": groups * int(rng.integers(1, 3)),
        "T": T,
        "S": T if causal else int(rng.integers(1, 6)),
        "mask": mask,
        "causal": causal,
        "scale": None if rng.integers(2) else 0.3,
    }


def _multihead(o, rng, dtype):
    return nn.MultiheadAttention(8, o["heads"], 0.0, o["bias"], o.get("kdim"), o.get("vdim"), rng=rng, dtype=dtype)


def _multihead_peer(torch, o):
    return torch.nn.MultiheadAttention(
        8, o["heads"], 0.0, o["bias"], kdim=o.get("kdim"), vdim=o.get("vdim"), batch_first=True
    )


def _own(m, a, o):
    mask = F.padding_mask([4, 2], 4) if o["padded"] else None
    return m(a["x0"], mask=mask, causal=o["causal"], return_weights=True)


def _own_theirs(torch, m, a, o):
    x = a["x0"]
    ignored = torch.as_tensor(~F.padding_mask([4, 2], 4)[:, 0, 0]) if o["padded"] else None
    future = torch.ones(4, 4, dtype=torch.bool).triu(1) if o["causal"] else None
    return m(x, x, x, key_padding_mask=ignored, attn_mask=future, average_attn_weights=False)


COMPARISONS = [
    Comparison(
        "scaled_dot_product_attention",
        inputs=_heads_inputs,
        ours=lambda a, o: F.scaled_dot_product_attention(
            a["q"], a["k"], a["v"], a.get("mask"), o["causal"], o["scale"]
        ),
        theirs=_attend_theirs,
        options=(
            {"batch": (2,), "heads": 2, "T": 3, "S": 3, "mask": "none", "causal": True, "scale": None},
            {"batch": (2,), "heads": 2, "T": 3, "S": 4, "mask": "bool", "causal": False, "scale": 0.3},
            {"batch": (1,), "heads": 2, "groups": 1, "T": 3, "S": 2, "mask": "float", "causal": False, "scale": None},
        ),
        drawn=_drawn_heads,
    ),
    Comparison(
        "MultiheadAttention",
        module=_multihead,
        peer=_multihead_peer,
        inputs=_sequences((2, 4, 8)),
        ours=_own,
        theirs=_own_theirs,
        options=(
            {"heads": 2, "bias": True, "causal": True, "padded": False},
            {"heads": 4, "bias": False, "causal": False, "padded": True},
        ),
        drawn=lambda rng: {
            "heads": int(rng.choice([1, 2, 4, 8])),
            **{name: bool(rng.integers(2)) for name in ("bias", "causal", "padded")},
        },
    ),
    Comparison(
        "MultiheadAttention fused",
        module=_multihead,
        peer=_multihead_peer,
        inputs=_sequences((2, 4, 8)),
        ours=lambda m, a, o: m(a["x0"], causal=True),
        theirs=lambda torch, m, a, o: m(
            a["x0"], a["x0"], a["x0"], attn_mask=torch.ones(4, 4, dtype=torch.bool).triu(1), need_weights=False
        )[0],
        options=({"heads": 2, "bias": True},),
    ),
    Comparison(
        "MultiheadAttention across",
        module=_multihead,
        peer=_multihead_peer,
        inputs=_sequences((2, 4, 8), (2, 3, "kdim"), (2, 3, "vdim")),
        ours=lambda m, a, o: m(a["x0"], a["x1"], a["x2"]),
        theirs=lambda torch, m, a, o: m(a["x0"], a["x1"], a["x2"], need_weights=False)[0],
        options=({"heads": 2, "bias": True, "kdim": 5, "vdim": 6}, {"heads": 2, "bias": True, "kdim": 8, "vdim": 8}),
        drawn=lambda rng: {
            "heads": int(rng.choice([1, 2, 4])),
            "bias": bool(rng.integers(2)),
            "kdim": int(rng.integers(1, 9)),
            "vdim": int(rng.integers(1, 9)),
        },
    ),
]
