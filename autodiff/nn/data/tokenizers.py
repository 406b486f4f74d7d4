"""Text as integers and back: by characters, and by pairs of bytes that occur together often."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["BytePairTokenizer", "CharTokenizer"]


class CharTokenizer:
    """One token for each character that a text has, in the order of their code points.

    text      whose characters are the vocabulary
    unknown   a character that stands for those which the vocabulary lacks; None: they are an error

    >>> tokenizer = CharTokenizer("hello world")
    >>> len(tokenizer), tokenizer.encode("hold")
    (8, array([3, 5, 4, 1]))
    >>> tokenizer.decode([3, 2, 4, 4, 5])
    'hello'
    """

    def __init__(self, text: str, unknown: str | None = None):
        characters = set(text) | ({unknown} if unknown is not None else set())
        self.characters = sorted(characters)
        self.unknown = unknown
        self._index = {character: k for k, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """The tokens of a text, (T,) of integers. Raises ValueError for a character that the vocabulary lacks."""
        index = self._index
        try:
            return np.array([index[character] for character in text], np.intp)
        except KeyError as error:
            if self.unknown is None:
                raise ValueError(
                    f"the vocabulary of {len(self)} characters lacks {error.args[0]!r}; make it from a text that has "
                    "all characters, or name one that stands for unknown ones"
                ) from None
        default = index[self.unknown]
        return np.array([index.get(character, default) for character in text], np.intp)

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens."""
        return "".join(self.characters[int(token)] for token in tokens)


_WORDS = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]+|_+|\s+(?!\S)|\s+")
"""What merges do not cross: words, numbers and punctuation, each with the space before it; and other white space."""


class BytePairTokenizer:
    """Byte-pair encoding: 256 bytes, and the pairs of tokens that were merged, most frequent first.

    merges  the pairs, in the order in which they were merged; the k-th becomes token 256 + k

    Any text can be encoded, and is decoded to itself.
    Source: Gage 1994; Sennrich, Haddow and Birch 2016; on bytes as in Radford et al. 2019.

    >>> tokenizer = BytePairTokenizer.train("low low low lower lowest", vocabulary=260)
    >>> tokens = tokenizer.encode("lower low")
    >>> len(tokens), tokenizer.decode(tokens)
    (4, 'lower low')
    """

    def __init__(self, merges: list[tuple[int, int]]):
        self.merges = [(int(a), int(b)) for a, b in merges]
        self._rank = {pair: k for k, pair in enumerate(self.merges)}
        self._bytes = [bytes([k]) for k in range(256)]
        for a, b in self.merges:
            if max(a, b) >= len(self._bytes):
                raise ValueError(
                    f"the merge of {a} and {b} uses a token that is not made yet: there are {len(self._bytes)}"
                )
            self._bytes.append(self._bytes[a] + self._bytes[b])
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def train(cls, text: str, vocabulary: int) -> BytePairTokenizer:
        """Merges the most frequent pair within words, again and again, until there are `vocabulary` tokens.

        Of pairs that are equally frequent the one with the smaller tokens comes first. Ends early where no pair occurs
        twice. Raises ValueError for fewer than 256 tokens.
        """
        if vocabulary < 256:
            raise ValueError(f"the 256 bytes are tokens themselves; a vocabulary of {vocabulary} is too small")
        counts = Counter(_WORDS.findall(text))
        words = [list(word.encode()) for word in counts]
        weights = list(counts.values())
        pairs: Counter = Counter()
        places: dict[tuple[int, int], set[int]] = {}
        for k, word in enumerate(words):
            _count(pairs, places, word, weights[k], k, +1)
        merges: list[tuple[int, int]] = []
        while len(merges) < vocabulary - 256 and pairs:
            best, frequency = max(pairs.items(), key=lambda item: (item[1], (-item[0][0], -item[0][1])))
            if frequency < 2:
                break
            token = 256 + len(merges)
            merges.append(best)
            for k in list(places[best]):
                _count(pairs, places, words[k], weights[k], k, -1)
                words[k] = _merged(words[k], best, token)
                _count(pairs, places, words[k], weights[k], k, +1)
        return cls(merges)

    def __len__(self) -> int:
        return len(self._bytes)

    def encode(self, text: str) -> np.ndarray:
        """The tokens of a text, (T,) of integers."""
        tokens = []
        for word in _WORDS.findall(text):
            if word not in self._cache:
                self._cache[word] = self._encoded(word)
            tokens += self._cache[word]
        return np.array(tokens, np.intp)

    def _encoded(self, word):
        tokens = list(word.encode())
        while len(tokens) > 1:
            ranked = [(self._rank.get(pair, len(self._rank)), pair) for pair in zip(tokens, tokens[1:], strict=False)]
            rank, pair = min(ranked)
            if rank == len(self._rank):
                break
            tokens = _merged(tokens, pair, 256 + rank)
        return tokens

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens; bytes that are no text, as a cut may leave them, become U+FFFD."""
        return b"".join(self._bytes[int(token)] for token in tokens).decode("utf-8", errors="replace")

    def to_json(self) -> str:
        """The merges as text, from which `from_json` makes the same tokenizer."""
        return json.dumps(self.merges)

    @classmethod
    def from_json(cls, text: str) -> BytePairTokenizer:
        """The tokenizer of these merges."""
        return cls([(a, b) for a, b in json.loads(text)])


def _count(pairs: Any, places: Any, word: list[int], weight: int, k: int, sign: int) -> None:
    """Adds the pairs of a word to the counts, or takes them away."""
    for pair in zip(word, word[1:], strict=False):
        pairs[pair] += sign * weight
        if sign > 0:
            places.setdefault(pair, set()).add(k)
        else:
            places[pair].discard(k)
            if not pairs[pair]:
                del pairs[pair]


def _merged(word, pair, token):
    merged, k = [], 0
    while k < len(word):
        if k + 1 < len(word) and (word[k], word[k + 1]) == pair:
            merged.append(token)
            k += 2
        else:
            merged.append(word[k])
            k += 1
    return merged
