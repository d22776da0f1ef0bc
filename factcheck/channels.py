"""What a page says outside its body: title, meta description, alternative texts, hidden text, JSON-LD. Each a channel."""

from __future__ import annotations

import json
import re

from factcheck.blocks import Part
from factcheck.clean import clean
from factcheck.domain import BlockKind, Channel
from factcheck.maincontent import hidden_text
from factcheck.markup import Markup, read_markup

_WORD = re.compile(r"\w+")
#: An alternative text or JSON-LD description of fewer words names a picture or a place; it cannot hold a claim.
MIN_WORDS = 4
#: JSON-LD values past this many on a page are not read: a shop's catalog, not a text.
MAX_VALUES = 2_000


def channel_parts(markup: Markup, chrome: list[bool], body: list[Part]) -> list[Part]:
    """The texts of the other channels that the body does not show."""
    hidden = hidden_text(markup, chrome)
    told: set[str] = set()
    seen = ""  # the words of the body, which few pages need
    if markup.descriptions or markup.alts or hidden or markup.json_ld:
        seen = " ".join(["", *(squash(part.text) for part in body), ""])
    parts: list[Part] = []
    if markup.title:
        parts.append(Part(BlockKind.HEADING, markup.title, "", Channel.TITLE))
    for description in markup.descriptions:
        if description != markup.title and _is_new(description, seen):
            parts.append(Part(BlockKind.PARAGRAPH, description, "", Channel.META))
    for alt in dict.fromkeys(text for box, text in markup.alts if box < 0 or not chrome[box]):
        if _is_new(alt, seen):
            parts.append(Part(BlockKind.PARAGRAPH, alt, "", Channel.ALT))
    for text in dict.fromkeys(hidden):
        if _is_new(text, seen):
            parts.append(Part(BlockKind.PARAGRAPH, text, "", Channel.HIDDEN))
    for question, raw in (pair for script in markup.json_ld for pair in _values(script)):
        for piece in read_markup(raw).pieces:
            if piece.text not in told and _is_new(piece.text, seen):
                told.add(piece.text)
                kind = BlockKind.ANSWER if question else BlockKind.PARAGRAPH
                parts.append(Part(kind, piece.text, question, Channel.JSON_LD))
    return parts


def squash(text: str) -> str:
    """The words of a text, lower-cased, with one space between them: what two copies have in common."""
    return " ".join(_WORD.findall(text.lower()))


def _is_new(text: str, seen: str) -> bool:
    words = squash(text)
    return words.count(" ") >= MIN_WORDS - 1 and f" {words} " not in seen


def _values(script: str) -> list[tuple[str, str]]:
    """Question and answer of each FAQ item, and ("", description) of each thing described, in order."""
    try:
        todo = [json.loads(script)]
    except (ValueError, RecursionError):  # broken or hostile JSON is as good as none
        return []
    found: list[tuple[str, str]] = []
    for _ in range(MAX_VALUES):
        if not todo:
            break
        value = todo.pop()
        if isinstance(value, list):
            todo.extend(reversed(value))
        elif isinstance(value, dict):
            question = value.get("name") if value.get("@type") == "Question" else ""
            answers = value.get("acceptedAnswer") if question else None
            for answer in answers if isinstance(answers, list) else [answers]:
                if isinstance(answer, dict) and isinstance(answer.get("text"), str):
                    found.append((clean(str(question)), answer["text"]))
            if isinstance(value.get("description"), str):
                found.append(("", value["description"]))
            todo.extend(v for k, v in reversed(value.items()) if k != "acceptedAnswer" and isinstance(v, list | dict))
    return found
