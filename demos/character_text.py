"""A text as characters, cut into the part to learn from and the part to be told, and how well counting does there.

The measure is the mean of −log p(character | those before it) over the last tenth of the text, in nats.
"""

from __future__ import annotations

import textwrap

import numpy as np

from autodiff.nn import data
from demos.picture import COLOURS

# Nats of the n-grams of orders 0 to 4, by the length of the text; each version of Python ships another one.
REFERENCE = {465_048: (3.238, 2.316, 1.730, 1.508, 1.615)}  # Python 3.11


class CharacterText:
    """The tokens of a text, (T,), of which the first nine tenths, those before `cut`, are for training.

    The tokenizer knows the characters of the whole text.
    """

    def __init__(self, text: str):
        self.training_text = text[: len(text) * 9 // 10]
        self.tokenizer = data.CharTokenizer(text)
        self.tokens, self.cut = self.tokenizer.encode(text), len(self.training_text)

    @property
    def held_out(self) -> np.ndarray:
        """The last tenth, after one character to start from."""
        return self.tokens[self.cut - 1 :]

    def ngram(self, order: int, delta: float = 0.1) -> float:
        """Nats per character of p(c | context) = (n(context c) + δ) / (n(context) + δ V), with counts n of training.

        order  length of the context: 0 knows only how frequent the characters are
        """
        contexts, following, _ = self._counted(order)
        return float(-np.log((following + delta) / (contexts + delta * len(self.tokenizer))).mean())

    def interpolated(self, order: int) -> float:
        """Nats per character where each order falls back on the one below:

            p_k(c | context) = (n(context c) + t(context) p_{k-1}(c | shorter context)) / (n(context) + t(context)),

        t being the number of different characters that follow the context. Source: Witten and Bell 1991.
        """
        p = 1 / len(self.tokenizer)
        for k in range(order + 1):
            contexts, following, kinds = self._counted(k)
            is_new = contexts == 0
            p = np.where(is_new, p, (following + kinds * p) / np.where(is_new, 1, contexts + kinds))
        return float(-np.log(p).mean())

    def _counted(self, order):
        """Of each held-out character, by the training part: how often its context occurs, how often the two together,
        and how many different characters follow the context."""
        tokens, size = self.tokens.astype(np.int64), len(self.tokenizer)
        if size ** (order + 1) > np.iinfo(np.int64).max:
            raise ValueError(f"contexts of {order} characters out of {size} do not fit into 64 bits; take fewer")
        context = np.zeros(len(tokens) - order, np.int64)  # the number of the context before each character
        for k in range(order):
            context = context * size + tokens[k : len(tokens) - order + k]
        whole = context * size + tokens[order:]
        seen = self.cut - order
        pairs, pair_counts = np.unique(whole[:seen], return_counts=True)
        return (
            _looked_up(*np.unique(context[:seen], return_counts=True), context[seen:]),
            _looked_up(pairs, pair_counts, whole[seen:]),
            _looked_up(*np.unique(pairs // size, return_counts=True), context[seen:]),
        )

    def known_words(self, sample: str) -> float:
        """The share of the words of a sample, its first and last left out, that the training part has."""
        words, known = sample.split()[1:-1], set(self.training_text.split())
        return sum(word in known for word in words) / max(len(words), 1)


def _looked_up(keys, counts, wanted):
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0)


def draw_curves(axes, history, ngrams: list[float], interpolated: float) -> None:
    """The losses of training, and the nats of counting as lines: `ngrams` by order, and with fall-back."""
    axes.plot(history.steps["step"], history.steps["loss"], color="#c9d3dd", linewidth=0.8, label="batches")
    axes.plot(history["step"], history["validation_loss"], "o-", color=COLOURS[0], label="held out, after each epoch")
    best = int(np.argmin(ngrams))
    lines = {f"n-gram, order {k}": ngrams[k] for k in range(best + 1)} | {"n-gram, fall-back": interpolated}
    for name, value in lines.items():
        axes.axhline(value, color=COLOURS[1], linewidth=1, linestyle="--")
        axes.text(1.01, value, f"{name}: {value:.3f}", transform=axes.get_yaxis_transform(), fontsize=9, va="center")
    axes.set(xlabel="step", ylabel="nats per character", ylim=(0.8, 3.6), title="Less surprised than by counting")
    axes.legend()


def draw_samples(axes, samples: dict[str, str], width: int = 84, lines: int = 7) -> None:
    """Samples by name, one below the other; long lines are broken, empty ones left out."""
    axes.axis("off")
    rows = []
    for name, sample in samples.items():
        broken = [part for line in sample.split("\n") for part in textwrap.wrap(line, width)]
        rows += [(name, {"weight": "bold"})] + [(line, {"family": "monospace"}) for line in broken[:lines]] + [("", {})]
    for k, (row, style) in enumerate(rows):
        shown = row.replace("$", r"\$")
        axes.text(0, 1 - k / len(rows), shown, fontsize=9, va="top", transform=axes.transAxes, **style)
