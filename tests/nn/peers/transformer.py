"""Transformers, and GPT beside one that is written in PyTorch."""

import warnings

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.comparison import Comparison


def _options(o):
    return {"activation": o["activation"], "norm_first": o["norm_first"], "bias": o["bias"]}


def _drawn(rng):
    return {
        "activation": str(rng.choice(["relu", "gelu"])),
        "norm_first": bool(rng.integers(2)),
        "bias": bool(rng.integers(2)),
    }


def _future(torch, T):
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def _ignored(torch):
    return torch.as_tensor(~F.padding_mask([4, 2], 4)[:, 0, 0])


def _sequences(rng, o):
    return {"x": rng.standard_normal((2, 3, 6)), "memory": rng.standard_normal((2, 4, 6))}


def _whole(o, rng, dtype):
    return nn.Transformer(6, 2, 1, 1, 7, 0.0, **_options(o), rng=rng, dtype=dtype)


def _whole_peer(torch, o):
    with warnings.catch_warnings():  # it says that it will not be faster with norm_first
        warnings.simplefilter("ignore")
        return torch.nn.Transformer(6, 2, 1, 1, 7, 0.0, **_options(o), batch_first=True)


def _gpt_peer(torch, o):
    """The same GPT, with the names and the transposed weights of GPT-2's files."""

    class Transposed(torch.nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(inputs, outputs))
            self.bias = torch.nn.Parameter(torch.zeros(outputs))

        def forward(self, x):
            return x @ self.weight + self.bias

    class Attention(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.c_attn, self.c_proj = Transposed(8, 24), Transposed(8, 8)

        def forward(self, x):
            N, T, _ = x.shape
            q, k, v = (part.view(N, T, 2, 4).transpose(1, 2) for part in self.c_attn(x).split(8, 2))
            u = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.c_proj(u.transpose(1, 2).reshape(N, T, 8))

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.c_fc, self.c_proj = Transposed(8, 32), Transposed(32, 8)

        def forward(self, x):
            return self.c_proj(torch.nn.functional.gelu(self.c_fc(x), approximate="tanh"))

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1, self.ln_2 = torch.nn.LayerNorm(8), torch.nn.LayerNorm(8)
            self.attn, self.mlp = Attention(), Network()

        def forward(self, x):
            x = x + self.attn(self.ln_1(x))
            return x + self.mlp(self.ln_2(x))

    class GPT(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.wpe = torch.nn.Embedding(11, 8), torch.nn.Embedding(6, 8)
            self.h = torch.nn.ModuleList([Block(), Block()])
            self.ln_f = torch.nn.LayerNorm(8)

        def forward(self, tokens):
            x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
            for block in self.h:
                x = block(x)
            return self.ln_f(x) @ self.wte.weight.T

    return GPT()


COMPARISONS = [
    Comparison(
        "TransformerEncoderLayer",
        module=lambda o, rng, dtype: nn.TransformerEncoderLayer(6, 2, 7, 0.0, **_options(o), rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.TransformerEncoderLayer(6, 2, 7, 0.0, **_options(o), batch_first=True),
        inputs=_sequences,
        ours=lambda m, a, o: m(a["memory"], causal=True),
        theirs=lambda torch, m, a, o: m(a["memory"], src_mask=_future(torch, 4)),
        options=(
            {"activation": "relu", "norm_first": False, "bias": True},
            {"activation": "gelu", "norm_first": True, "bias": False},
        ),
        drawn=_drawn,
    ),
    Comparison(
        "TransformerDecoderLayer",
        module=lambda o, rng, dtype: nn.TransformerDecoderLayer(6, 2, 7, 0.0, **_options(o), rng=rng, dtype=dtype),
        peer=lambda torch, o: torch.nn.TransformerDecoderLayer(6, 2, 7, 0.0, **_options(o), batch_first=True),
        inputs=_sequences,
        ours=lambda m, a, o: m(a["x"], a["memory"], causal=True),
        theirs=lambda torch, m, a, o: m(a["x"], a["memory"], tgt_mask=_future(torch, 3)),
        options=(
            {"activation": "relu", "norm_first": False, "bias": True},
            {"activation": "gelu", "norm_first": True, "bias": False},
        ),
        drawn=_drawn,
    ),
    Comparison(
        "Transformer",
        module=_whole,
        peer=_whole_peer,
        inputs=_sequences,
        ours=lambda m, a, o: m(
            a["memory"], a["x"], F.padding_mask([4, 2], 4), memory_mask=F.padding_mask([4, 2], 4)
        ),
        theirs=lambda torch, m, a, o: m(
            a["memory"], a["x"], tgt_mask=_future(torch, 3),
            src_key_padding_mask=_ignored(torch), memory_key_padding_mask=_ignored(torch),
        ),
        options=({"activation": "relu", "norm_first": False, "bias": True},),
        drawn=_drawn,
    ),
    Comparison(
        "GPT",
        module=lambda o, rng, dtype: nn.models.GPT(nn.models.GPTConfig(11, 6, 2, 2, 8), rng=rng, dtype=dtype),
        peer=_gpt_peer,
        inputs=lambda rng, o: {"tokens": rng.integers(0, 11, (2, 5))},
        ours=lambda m, a, o: m(a["tokens"]),
        theirs=lambda torch, m, a, o: m(a["tokens"]),
    ),
]  # fmt: skip
