"""Text that ships with Python."""

from __future__ import annotations

__all__ = ["python_help", "python_zen"]


def python_help() -> str:
    """The help texts of the language, about 460,000 characters of English with examples of code, topics in order.

    They belong to the version of Python that runs: numbers measured on them hold for that version.
    Licence: Python Software Foundation License.

    >>> text = python_help()
    >>> 400_000 < len(text) < 1_000_000
    True
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


def python_zen() -> str:
    """The Zen of Python, 857 characters.

    >>> python_zen().splitlines()[2]
    'Beautiful is better than ugly.'
    """
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        import this

    return "".join(this.d.get(character, character) for character in this.s)
