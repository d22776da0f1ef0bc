"""Asking for a reference entry on a terminal, field by field; what does not fit is asked again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from factcheck.border import ReferenceRow
from factcheck.curate import Desk, NewEntry
from factcheck.domain import Grade, Label
from factcheck.features import negating
from factcheck.read import CUE_TYPES

T = TypeVar("T")

_CASES: Final = (
    (Label.SUPPORTED, None, "a sentence that the evidence supports"),
    (Label.OVERSTATED, None, "one that overstates it"),
    (Label.CONTRADICTED, None, "one that the evidence contradicts"),
    (Label.SUPPORTED, "denial", "a supported one that denies the claim"),
    (Label.NO_CLAIM, "near_miss", "one that comes near and claims nothing"),
)


def ask(desk: Desk, today: date, nearest: Callable[[str], None]) -> NewEntry:
    """Ask for an entry and its cases; `nearest` is given the claim as soon as it is known. Raises `typer.Abort` on Ctrl-C."""
    claim = _field("claim", "Claim, as a page could make it, put neutrally")
    nearest(claim)
    known = ", ".join(sorted({e.topic for e in desk.entries.values()}))
    drugs = "|".join(sorted({e.drug for e in desk.entries.values()}))
    fields: dict[str, Any] = {
        "id": _field("id", "Id", default=slug(claim)),
        "topic": _field("topic", f"Topic ({known})"),
        "drug": _field("drug", f"Drug ({drugs})", default="ketamine"),
        "claim": claim,
        "truth": _field("truth", "What is true, in one sentence"),
        "grade": _field("grade", f"Grade of the evidence for the claim as worded ({'|'.join(g.value for g in Grade)})"),
        "licensed": _field("licensed", "Wording that the evidence licenses"),
        "slots": [_slots(desk, claim)],
        "sources": _sources(),
        "reviewed": today,
        "cases": _cases(),
    }
    return NewEntry.model_validate(fields)


def slug(claim: str) -> str:
    """An id from a claim: its first words, hyphenated."""
    words = re.sub(r"[^a-z0-9]+", " ", claim.lower()).split()
    return "-".join(words[:6])


def concepts(desk: Desk, claim: str) -> tuple[list[str], bool]:
    """The concepts that the lexicon finds in a claim, drugs aside, and whether the claim is worded with a negation."""
    reading = desk.reader.read(claim)
    found = [m.id for m in reading.mentions if m.type not in CUE_TYPES and m.id not in desk.lexicon.drugs]
    return list(dict.fromkeys(found)), sum(len(negating(c)) for c in reading.clauses) % 2 == 1


def parse_slots(text: str, known: frozenset[str]) -> list[list[str]]:
    """Groups of concepts from `a, b|c`. Raises `ValueError` where the lexicon lacks one, with the nearest that it has."""
    groups = [[name.strip() for name in group.split("|") if name.strip()] for group in text.split(",")]
    groups = [group for group in groups if group]
    for name in (name for group in groups for name in group):
        if name not in known:
            near = difflib.get_close_matches(name, known, 3, 0.5)
            meant = f"did you mean {', '.join(near)}?" if near else "add a row to concepts.yaml in the folder first"
            raise ValueError(f"the lexicon has no concept {name!r}; {meant}")
    if not groups:
        raise ValueError("name at least one concept; an entry without any is never found")
    return groups


def _slots(desk: Desk, claim: str) -> dict[str, Any]:
    found, negative = concepts(desk, claim)
    question = "Concepts that a sentence must name, with commas (a|b: either)"
    require = _prompt(question, lambda text: parse_slots(text, desk.concepts), ", ".join(found) or None)
    if negative and typer.confirm("Is the claim itself a negation?", default=True, err=True):
        return {"require": require, "negative": True}
    return {"require": require}


def _sources() -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = []
    while True:
        title = _prompt(
            "Title of a source" + (" (empty: no more)" if sources else ""),
            _title(bool(sources)),
            "" if sources else None,
        )
        if not title:
            return sources
        year = _prompt("Year (empty: unknown)", _year, "")
        source = {
            "title": title,
            "publisher": _prompt("Publisher or journal (empty: none)", str.strip, ""),
            "year": year,
            "url": _prompt("Address (https://...)", _url),
        }
        sources.append(source)


def _cases() -> list[dict[str, Any]]:
    cases = []
    for label, kind, what in _CASES:
        text = _prompt(f"Case: {what} (empty: none)", _case, "")
        if text:
            cases.append({"text": text, "label": label, **({"kind": kind} if kind else {})})
    return cases


def _field(name: str, question: str, default: str | None = None) -> Any:
    info = ReferenceRow.model_fields[name]
    kind: Any = Annotated[info.annotation, info]
    adapter = TypeAdapter(kind)

    def check(text: str) -> Any:
        try:
            return adapter.validate_python(text.strip())
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from None

    return _prompt(question, check, default)


def _prompt(question: str, check: Callable[[str], T], default: str | None = None) -> T:
    def process(text: str) -> T:
        try:
            return check(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    value: T = typer.prompt(question, default=default, show_default=bool(default), value_proc=process, err=True)
    return value


def _title(optional: bool) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text.strip()) < 3 and not (optional and not text.strip()):
            raise ValueError("give the title; an entry needs a source")
        return text.strip()

    return check


def _year(text: str) -> int | None:
    if not text.strip():
        return None
    if not re.fullmatch(r"(19|20)\d\d", text.strip()):
        raise ValueError("write a year with four digits")
    return int(text)


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://\S+", text.strip()):
        raise ValueError("write an address that begins with https://")
    return text.strip()


def _case(text: str) -> str:
    if 0 < len(text.strip()) < 8:
        raise ValueError("too short for a sentence")
    return text.strip()
