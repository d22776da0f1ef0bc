"""A line of text as it is seen: single spaces, no invisible characters, turned text turned back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from factcheck.lookalikes import INVISIBLE

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
#: Text that is shown from right to left whatever its letters: an override up to its end.
_TURNED = re.compile("\u202e([^\u202a-\u202e]*)\u202c?")
_SPACE = re.compile(r"\s")
_STRETCH = 50_000


def clean(text: str) -> str:
    """One line of text as it is seen: white space of any kind to single spaces, invisible characters gone."""
    if len(text) <= _STRETCH:
        return _cleaned(text)
    return " ".join(filter(None, map(_cleaned, _stretches(text))))


def _cleaned(text: str) -> str:
    if not text.isascii():
        if "\u202e" in text:
            text = _TURNED.sub(lambda found: found[1][::-1], text)
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def _stretches(text: str) -> Iterator[str]:
    """A long text piece by piece: its words, each a string of its own, would take many times its memory."""
    start = 0
    while start + _STRETCH < len(text):
        space = _SPACE.search(text, start + _STRETCH)
        if space is None:
            break
        yield text[start : space.start()]
        start = space.end()
    yield text[start:]
