"""Python source as HTML, with comments, strings, keywords and numbers told apart."""

from __future__ import annotations

import io
import keyword
import tokenize

from demos.markup import Markup, join, tag

_CLASSES = {
    tokenize.COMMENT: "comment",
    tokenize.STRING: "string",
    tokenize.NUMBER: "number",
    tokenize.NAME: "keyword",
}
# From Python 3.12 on, an f-string is three kinds of token rather than one STRING.
for _part in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"):
    if hasattr(tokenize, _part):
        _CLASSES[getattr(tokenize, _part)] = "string"


def listing(source: str) -> Markup:
    """The source as one `<pre>`; every character of it is kept.

    >>> listing("x = 1  # a < b")
    '<pre class="source"><code>x = <i class="number">1</i>  <i class="comment"># a &lt; b</i></code></pre>'
    """
    lines = source.splitlines(keepends=True)
    pieces: list[object] = []
    row, column = 1, 0

    def text_between(start: tuple[int, int], end: tuple[int, int]) -> str:
        if start[0] == end[0]:
            return lines[start[0] - 1][start[1] : end[1]] if start[0] <= len(lines) else ""
        middle = lines[start[0] : end[0] - 1]
        last = lines[end[0] - 1][: end[1]] if end[0] <= len(lines) else ""
        return lines[start[0] - 1][start[1] :] + "".join(middle) + last

    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = _CLASSES.get(token.type)
        if name is None or (name == "keyword" and not keyword.iskeyword(token.string)):
            continue
        pieces += [
            text_between((row, column), token.start),
            tag("i", text_between(token.start, token.end), class_=name),
        ]
        row, column = token.end
    pieces.append(text_between((row, column), (len(lines) + 1, 0)) if lines else "")
    return tag("pre", tag("code", join(*pieces)), class_="source")
