"""Two audits side by side: what each page claims now and did not, claims no more, or is judged otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from factcheck.domain import Label
from factcheck.reading import Made, made, reading

#: Sentences of a page by text, each with its worst label where it stands in several contexts.
Said = dict[str, Label]


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence of a page whose verdict is another. `before` None: added; `after` None: removed."""

    text: str
    before: Label | None
    after: Label | None

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def worse(self) -> bool:
        """Whether the page now says something overstated or contradicted, and did not, or something less wrong."""
        before = self.before.severity if self.before else -1
        return self.after is not None and self.after.flagged and self.after.severity > before


@dataclass(frozen=True, slots=True)
class PageChange:
    """A page with changes. `state` is new, gone, unread (it could be read before), read (now it can) or both.

    Attributes:
        lost: Disclosures that it made and makes no more. gained: The other way round.
    """

    url: str
    state: str
    changes: tuple[Change, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether one of its changes is for the worse, or a disclosure is lost."""
        return bool(self.lost) or any(change.worse for change in self.changes)


@dataclass(frozen=True, slots=True)
class Difference:
    """What has changed, page by page in the order of addresses."""

    old: Made
    new: Made
    pages: tuple[PageChange, ...]

    @property
    def worse(self) -> bool:
        """Whether anything got worse."""
        return any(page.worse for page in self.pages)

    @property
    def same_judge(self) -> bool:
        """Whether one model and reference set judged both; otherwise a verdict may differ where the page does not."""
        return self.old.judge == self.new.judge


def compare(old: Path, new: Path) -> Difference:
    """Compare two stores by page address and sentence. An editor's verdicts count in place of the tool's.

    Where a page could not be read in either store, nothing is said about its claims. Raises `StoreError`.
    """
    with reading(old) as was, reading(new) as now:
        before, after = _pages(was), _pages(now)
        claims = {url: (old_said, new_said) for url, old_said, new_said in _joined(_claims(was), _claims(now))}
        lost = _disclosed(was), _disclosed(now)
        pages = []
        for url in sorted(before.keys() | after.keys()):
            state = _state(before.get(url), after.get(url))
            old_said, new_said = claims.get(url, ({}, {}))
            changes: tuple[Change, ...] = ()
            both_asked = state == "both" and (url in lost[0] and url in lost[1])
            if state in ("both", "new", "gone") and old_said != new_said:
                changes = _changes(url, was, now, old_said, new_said)
            gone, come = (
                (lost[0][url] - lost[1][url], lost[1][url] - lost[0][url]) if both_asked else (set[str](), set[str]())
            )
            if changes or gone or come or state in ("unread", "read"):
                pages.append(PageChange(url, state, changes, tuple(sorted(gone)), tuple(sorted(come))))
        return Difference(made(was, old), made(now, new), tuple(pages))


def _state(before: bool | None, after: bool | None) -> str:
    """What became of a page; None is absent, False not read."""
    if before is None or after is None:
        return ("new" if after else "absent") if before is None else ("gone" if before else "absent")
    if before and after:
        return "both"
    return "unread" if before else "read" if after else "absent"


def _pages(db: sqlite3.Connection) -> dict[str, bool]:
    """Every page, with whether it was read."""
    return {url: bool(read) for url, read in db.execute("SELECT url, skipped IS NULL FROM pages")}


def _claims(db: sqlite3.Connection) -> Iterator[tuple[str, Said]]:
    """The claims of each page, by address."""
    rows = db.execute("SELECT url, text, label FROM verdicts WHERE label != 'no_claim' ORDER BY url")
    for url, group in groupby(rows, itemgetter(0)):
        yield url, _worst((text, label) for _, text, label in group)


def _worst(rows: Iterator[tuple[str, str]]) -> Said:
    said: Said = {}
    for text, name in rows:
        label = Label(name)
        if text not in said or label.severity > said[text].severity:
            said[text] = label
    return said


def _joined(old: Iterator[tuple[str, Said]], new: Iterator[tuple[str, Said]]) -> Iterator[tuple[str, Said, Said]]:
    """Pages whose claims differ, of two streams by address; so that not all claims are held at once."""
    a, b = next(old, None), next(new, None)
    while a or b:
        if b is None or (a and a[0] < b[0]):
            assert a  # noqa: S101
            yield a[0], a[1], {}
            a = next(old, None)
        elif a is None or b[0] < a[0]:
            yield b[0], {}, b[1]
            b = next(new, None)
        else:
            if a[1] != b[1]:
                yield a[0], a[1], b[1]
            a, b = next(old, None), next(new, None)


def _changes(url: str, was: sqlite3.Connection, now: sqlite3.Connection, old: Said, new: Said) -> tuple[Change, ...]:
    """Sentence by sentence; one that was there all along without a claim is changed, not added."""
    old_all, new_all = _sentences(was, url), _sentences(now, url)
    found = []
    for text in {**old, **new}:
        before, after = old_all.get(text), new_all.get(text)
        if before is not after:
            found.append(Change(text, before, after))
    return tuple(sorted(found, key=lambda c: (not c.worse, -(c.after or c.before or Label.NO_CLAIM).severity, c.text)))


def _sentences(db: sqlite3.Connection, url: str) -> Said:
    return _worst(
        db.execute(
            "SELECT s.text, COALESCE(o.label, s.label) FROM pages JOIN occurrences USING (document_id)"
            " JOIN sentences s ON s.id = occurrences.sentence_id LEFT JOIN overrules o USING (sentence_id)"
            " WHERE url = ? AND s.label IS NOT NULL",
            (url,),
        )
    )


def _disclosed(db: sqlite3.Connection) -> dict[str, set[str]]:
    """The disclosures of each page that was asked for them."""
    found: dict[str, set[str]] = {}
    for url, disclosure, present in db.execute(
        "SELECT url, disclosure, present FROM disclosures JOIN pages USING (document_id) WHERE skipped IS NULL"
    ):
        found.setdefault(url, set())
        if present:
            found[url].add(disclosure)
    return found
