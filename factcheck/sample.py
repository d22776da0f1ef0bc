"""A random set of an audit's sentences for a human to check, and what the answers say about all of them."""

from __future__ import annotations

import csv
import hashlib
import heapq
import io
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from factcheck.border import DataError, read_text
from factcheck.domain import Label
from factcheck.intervals import Share, share
from factcheck.overrules import Overrule, keep_overrules
from factcheck.reading import made, reading

#: SQLite takes at least so many parameters a statement.
_MANY: Final = 900


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sentence of the sample. `before` is what it was read with, `page` one page that it stands on."""

    id: int
    text: str
    before: str
    page: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a human makes of a sentence."""

    id: int
    label: Label
    note: str


@dataclass(frozen=True, slots=True)
class Prevalence:
    """What the answers come to.

    Attributes:
        answered: Sentences with an answer. empty: Rows of the file without one.
        sentences: Sentences of the store that the sample stands for: all that it was drawn from.
        labels: The share of each label by the answers. flagged: Of the two that make a finding.
        agree: Where the answer is the tool's verdict.
        confirmed: Of the sentences that the tool flags, those that the answer flags too.
        changed: Answers that differ from the tool's verdict.
    """

    answered: int
    empty: int
    sentences: int
    labels: Mapping[Label, Share]
    flagged: Share
    agree: Share
    confirmed: Share
    changed: int


def draw(path: Path, size: int, seed: int, among: Collection[Label] = ()) -> list[Drawn]:
    """Draw sentences at random, each different sentence in its context with the same probability, without replacement.

    Sentences are ordered by a hash of the seed and their id, and the first are taken: the same seed gives the same sentences,
    whatever the order of the audit, and a larger sample holds a smaller one. `among` limits it to sentences that the tool has so
    labeled.

    Raises `StoreError` where the file is no store, or no audit has run.
    """
    with reading(path) as db:
        made(db, path)
        where = f" AND label IN ({','.join('?' * len(among))})" if among else ""
        ids = db.execute(
            f"SELECT id FROM sentences WHERE label IS NOT NULL{where}",  # noqa: S608
            [label.value for label in among],
        )
        chosen = heapq.nsmallest(size, ((_place(seed, row[0]), row[0]) for row in ids))
        return [_drawn(db, sentence_id) for _, sentence_id in chosen]


def _drawn(db: sqlite3.Connection, sentence_id: int) -> Drawn:
    text, before, page = db.execute(
        "SELECT text, context, (SELECT MIN(url) FROM occurrences JOIN pages USING (document_id) WHERE sentence_id = s.id)"
        " FROM sentences s WHERE id = ?",
        (sentence_id,),
    ).fetchone()
    return Drawn(sentence_id, text, before, page or "")


def _place(seed: int, sentence_id: int) -> bytes:
    return hashlib.sha256(f"{seed} {sentence_id}".encode()).digest()


def read_answers(path: Path) -> tuple[list[Answer], int]:
    """The answers of a file that `factcheck sample` has written and a human filled in, and how many rows have none.

    Raises `DataError` with the line where a row has no known sentence id or label, or answers a sentence twice.
    """
    text = read_text(path).lstrip("\ufeff")
    # Spreadsheets write what the country they are set to uses.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text, newline=None), delimiter=delimiter)  # ends of lines as Python has them
    for name in ("sentence", "label"):
        if name not in (rows.fieldnames or ()):
            raise DataError(f"{path}: no column {name!r}; answer in the file that factcheck sample wrote")
    answers: dict[int, Answer] = {}
    empty = 0
    try:
        for row in rows:
            label = (row["label"] or "").strip().lower().replace(" ", "_")
            if not label:
                empty += 1
                continue
            answer = _answer(f"{path}:{rows.line_num}", row["sentence"] or "", label, (row.get("note") or "").strip())
            if answer.id in answers:
                raise DataError(f"{path}:{rows.line_num}: {row['sentence']} is answered twice; remove one of the rows")
            answers[answer.id] = answer
    except csv.Error as error:
        raise DataError(f"{path}:{rows.line_num}: not CSV: {error}") from None
    return list(answers.values()), empty


def _answer(where: str, sentence: str, label: str, note: str) -> Answer:
    digits = sentence.strip().removeprefix("s")
    if len(digits) != 16 or not set(digits) <= set("0123456789abcdef"):
        raise DataError(f"{where}: {sentence!r} is no sentence id; leave that column as it was")
    if label not in (known.value for known in Label):
        raise DataError(f"{where}: {label!r} is no label; use one of {', '.join(known.value for known in Label)}")
    return Answer(int(digits, 16), Label(label), note)


def take_answers(path: Path, file: Path, editor: str, among: Collection[Label] = ()) -> Prevalence:
    """Keep a human's answers in the store as verdicts that count in place of the tool's, and say what they come to.

    `among` is what the sample was drawn from. Raises `StoreError` and `DataError`; then nothing is kept.
    """
    answers, empty = read_answers(file)
    if not answers:
        raise DataError(f"{file}: no answers; write a label into the column 'label'")
    known, sentences = _sentences(path, [answer.id for answer in answers], among)
    judged: list[tuple[Answer, Label]] = []
    for answer in answers:
        if answer.id not in known:
            raise DataError(
                f"{file}: s{answer.id:016x} is not in {path}; name the store that the sample was drawn from"
            )
        label = known[answer.id][2]
        if among and label not in among:
            raise DataError(
                f"{file}: s{answer.id:016x} is {label.value} by the tool, not among those asked for; use the sample's options"
            )
        judged.append((answer, label))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keep_overrules(path, (Overrule(a.id, *known[a.id][:2], a.label.value, editor, a.note, now) for a in answers))
    return _prevalence(judged, empty, sentences)


def _sentences(
    path: Path, ids: Sequence[int], among: Collection[Label]
) -> tuple[dict[int, tuple[str, str, Label]], int]:
    """Text, context and the tool's verdict of the sentences that are there; how many the sample stands for."""
    found = {}
    with reading(path) as db:
        made(db, path)
        for i in range(0, len(ids), _MANY):
            some = ids[i : i + _MANY]
            marks = ",".join("?" * len(some))
            for row in db.execute(
                f"SELECT id, text, context, label FROM sentences WHERE label IS NOT NULL AND id IN ({marks})",  # noqa: S608
                some,
            ):
                found[row[0]] = (row[1], row[2], Label(row[3]))
        counts = dict(db.execute("SELECT label, COUNT(*) FROM sentences WHERE label IS NOT NULL GROUP BY label"))
    return found, sum(count for label, count in counts.items() if not among or Label(label) in among)


def _prevalence(judged: Sequence[tuple[Answer, Label]], empty: int, sentences: int) -> Prevalence:
    size = len(judged)
    counts = Counter(answer.label for answer, _ in judged)
    flagged = [answer for answer, label in judged if label.flagged]
    agree = sum(answer.label is label for answer, label in judged)
    return Prevalence(
        size,
        empty,
        sentences,
        {label: share(counts[label], size) for label in Label},
        share(sum(answer.label.flagged for answer, _ in judged), size),
        share(agree, size),
        share(sum(answer.label.flagged for answer in flagged), len(flagged)),
        size - agree,
    )
