"""HTML that is escaped by construction: text becomes markup only through `tag`."""

from __future__ import annotations

import html

_VOID = frozenset({"meta", "img", "br", "hr"})


class Markup(str):
    """Text that is already HTML; every other string is escaped where it enters."""


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """`<name attributes>children</name>`, with text and attribute values escaped.

    A trailing underscore in an attribute's name is dropped (`class_`), None leaves the attribute out, True writes
    it without a value.

    >>> tag("p", "1 < 2 & ", tag("b", "so"), class_='a "quoted" name')
    '<p class="a &quot;quoted&quot; name">1 &lt; 2 &amp; <b>so</b></p>'
    """
    opening = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        opening += f" {label}" if value is True else f' {label}="{html.escape(str(value))}"'
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(*children)}</{name}>")


def join(*children: object) -> Markup:
    """The children one after the other: markup as it is, anything else escaped."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(str(child)) for child in children))
