"""Recurrent cells and layers. PyTorch's GRU is that with reset_after=True, and its update gate has the other sign."""

from autodiff import nn
from tests.nn.comparison import Comparison


def _sequences(rng, o):
    n, directions = o.get("n", 2), 2 if o["bidirectional"] else 1
    found = {"x": rng.standard_normal((n, o.get("steps", 3), 2))}
    if o["state"]:
        shape = o["layers"] * directions, n, 3
        found |= {"h": rng.standard_normal(shape), "c": rng.standard_normal(shape)}
    return found


def _options(rng):
    return {
        "layers": int(rng.integers(1, 4)),
        "bidirectional": bool(rng.integers(2)),
        "bias": bool(rng.integers(2)),
        "state": bool(rng.integers(2)),
        "n": int(rng.integers(1, 5)),
        "steps": int(rng.integers(1, 8)),
    }


PLAIN = {"layers": 1, "bidirectional": False, "bias": True, "state": True}
FULL = {"layers": 2, "bidirectional": True, "bias": False, "state": False}


def _layer(name, ours, theirs, has_cells=False, options=(PLAIN, FULL), drawn=_options):
    def call(m, a):
        if not has_cells:
            return m(a["x"], a.get("h"))
        y, (h, c) = m(a["x"], (a["h"], a["c"]) if "h" in a else None)
        return y, h, c

    def inputs(rng, o):
        found = _sequences(rng, o)
        if not has_cells:
            found.pop("c", None)
        return found

    return Comparison(
        name,
        module=lambda o, rng, dtype: ours(
            o, (2, 3, o["layers"]), {"bias": o["bias"], "bidirectional": o["bidirectional"], "rng": rng, "dtype": dtype}
        ),
        peer=lambda torch, o: theirs(
            torch.nn,
            o,
            (2, 3, o["layers"]),
            {"bias": o["bias"], "bidirectional": o["bidirectional"], "batch_first": True},
        ),
        inputs=inputs,
        ours=lambda m, a, o: call(m, a),
        theirs=lambda torch, m, a, o: call(m, a),
        options=options,
        drawn=drawn,
    )


def _cell(name, ours, theirs, has_cells=False):
    def call(m, a):
        return m(a["x"], (a["h"], a["c"]) if has_cells else a["h"])

    names = {"x": 2, "h": 3} | ({"c": 3} if has_cells else {})
    return Comparison(
        name,
        module=lambda o, rng, dtype: ours(o["bias"], {"rng": rng, "dtype": dtype}),
        peer=lambda torch, o: theirs(torch.nn, o["bias"]),
        inputs=lambda rng, o: {key: rng.standard_normal((2, size)) for key, size in names.items()},
        ours=lambda m, a, o: call(m, a),
        theirs=lambda torch, m, a, o: call(m, a),
        options=({"bias": True}, {"bias": False}),
    )


COMPARISONS = [
    _layer(
        "RNN",
        lambda o, sizes, keywords: nn.RNN(*sizes, nonlinearity=o.get("nonlinearity", "tanh"), **keywords),
        lambda peer, o, sizes, keywords: peer.RNN(*sizes, nonlinearity=o.get("nonlinearity", "tanh"), **keywords),
        options=(PLAIN, FULL, PLAIN | {"nonlinearity": "relu"}),
        drawn=lambda rng: _options(rng) | {"nonlinearity": str(rng.choice(["tanh", "relu"]))},
    ),
    _layer(
        "GRU",
        lambda o, sizes, keywords: nn.GRU(*sizes, reset_after=True, **keywords),
        lambda peer, o, sizes, keywords: peer.GRU(*sizes, **keywords),
    ),
    _layer(
        "LSTM",
        lambda o, sizes, keywords: nn.LSTM(*sizes, **keywords),
        lambda peer, o, sizes, keywords: peer.LSTM(*sizes, **keywords),
        has_cells=True,
    ),
    _cell("RNNCell", lambda bias, keywords: nn.RNNCell(2, 3, bias, **keywords), lambda peer, b: peer.RNNCell(2, 3, b)),
    _cell(
        "GRUCell",
        lambda bias, keywords: nn.GRUCell(2, 3, bias, reset_after=True, **keywords),
        lambda peer, b: peer.GRUCell(2, 3, b),
    ),
    _cell(
        "LSTMCell",
        lambda bias, keywords: nn.LSTMCell(2, 3, bias, **keywords),
        lambda peer, b: peer.LSTMCell(2, 3, b),
        has_cells=True,
    ),
]
