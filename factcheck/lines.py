"""Single sentences, one a line: plain text, or JSON objects with `text` and perhaps `before`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from factcheck.domain import FactcheckError, Sentence

# Half of a surrogate pair, which JSON can write and no encoding can hold. Replaced one for one, so that offsets hold.
_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Given:
    """A sentence to check, with the whole object that named it."""

    fields: dict[str, Any]
    sentence: Sentence


def given(text: str, before: str = "", fields: dict[str, Any] | None = None) -> Given:
    """A sentence that stands by itself."""
    sound = _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    sentence = Sentence(sound, 0, len(sound), before=_HALF.sub("\N{REPLACEMENT CHARACTER}", before))
    return Given({"text": text} if fields is None else fields, sentence)


def read_lines(raw: Iterable[bytes], source: str) -> list[Given]:
    """Read sentences; empty lines are left out.

    The first line decides: where it begins with `{`, every line has to be a JSON object, so that a line broken in two is
    an error and not a sentence.

    Args:
        raw: The lines as bytes, in UTF-8.
        source: What to call them in an error.

    Raises:
        FactcheckError: A line is not UTF-8, not a JSON object, or has no text; the message names its number.
    """
    found: list[Given] = []
    objects: bool | None = None
    for number, line in enumerate(raw, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if not text:
                continue
            if objects is None:
                objects = text.startswith("{")
            found.append(_object(text) if objects else given(text))
        except (ValueError, RecursionError) as error:
            raise FactcheckError(f"{source}: line {number}: {_reason(error)}") from None
    return found


def _object(line: str) -> Given:
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError('not a JSON object; write {"text": "..."}')
    text, before = fields.get("text"), fields.get("before")
    if not isinstance(text, str):
        raise ValueError('no "text" in it, or not a string; write {"text": "..."}')
    if before is not None and not isinstance(before, str):
        raise ValueError('"before" is not a string; give the sentence before this one, or leave it out')
    return given(text, before or "", fields)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON ({error.msg} at column {error.colno}); write one object a line"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8; save the file as UTF-8"
    if isinstance(error, RecursionError):
        return "JSON nested too deeply; write one flat object a line"
    return str(error)
