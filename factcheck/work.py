"""What the workers of an audit do: pages to sentences, sentences to verdicts. Called in other processes, on other machines.

Both kinds of task are idempotent and give plain values back, which the one process that holds the store writes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from factcheck.domain import Document, FactcheckError, Finding, Page, Sentence
from factcheck.extract import extract
from factcheck.identity import Settings, extractor_digest, judge_digest
from factcheck.paths import data_dir
from factcheck.rows import ClaimRow, DocumentRow, Occurrence, VerdictRow
from factcheck.schema import row_id
from factcheck.split import split
from factcheck.words import Subjects, load_rows, naming

if TYPE_CHECKING:
    from factcheck.check import FactChecker  # imported where it is used: the process that asks for work needs no spaCy

#: Why a page has no sentences in the store although it could be read.
OFF_TOPIC = "names no treatment that the reference set is about; not read further"
#: Reading is not known to be safe in several threads, which a Dask worker may have.
_LOCK = threading.Lock()
_loaded: tuple[Settings, FactChecker] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence as it is judged."""

    id: int
    text: str
    context: str
    subject: str = ""  # the treatment that its page is about, where that is not ketamine


@dataclass(frozen=True, slots=True)
class Content:
    """A page to extract, under the id of its document."""

    id: int
    page: Page


@dataclass(frozen=True, slots=True)
class Extracted:
    """Documents, and each sentence in them once."""

    documents: tuple[DocumentRow, ...]
    sentences: tuple[Text, ...]


def extract_pages(contents: Sequence[Content], extractor: str, reference: tuple[Path, ...] = ()) -> Extracted:
    """Extract and split pages; one that names none of the treatments of the reference set is not read any further.

    Raises `FactcheckError` where this process runs other code than the one that asks.
    """
    if extractor != extractor_digest(reference):
        raise FactcheckError("the workers have another version of factcheck; install the same on all machines")
    sentences: dict[int, Text] = {}
    with _LOCK:
        subjects = _subjects(reference)
        documents = tuple(_document(content, subjects, sentences) for content in contents)
    return Extracted(documents, tuple(sentences.values()))


def judge_sentences(texts: Sequence[Text], settings: Settings, judge: str) -> list[VerdictRow]:
    """Judge sentences. Raises `FactcheckError` where this process has another model or reference set."""
    with _LOCK:
        checker = _checker(settings, judge)
        verdicts: dict[int, VerdictRow] = {}
        for subject in sorted({t.subject for t in texts}):
            some = [t for t in texts if t.subject == subject]
            try:
                verdicts |= _judge(checker, some, subject)
            except Exception:  # a defect on one sentence must not cost the others their verdict
                verdicts |= {t.id: _judge_alone(checker, t) for t in some}
    return [verdicts[t.id] for t in texts]


def unread(content: Content, reason: str) -> DocumentRow:
    """The row of a page that cannot be extracted."""
    return DocumentRow(content.id, "", reason)


def unjudged(text: Text, reason: str) -> VerdictRow:
    """The row of a sentence that cannot be judged."""
    return VerdictRow(text.id, "unverified", 0.0, None, "not judged", reason, None)


def _document(content: Content, subjects: Subjects, sentences: dict[int, Text]) -> DocumentRow:
    try:
        document = extract(content.page)
        if isinstance(document, Document):
            names = naming(document)
            if not subjects.named(names):
                return unread(content, OFF_TOPIC)
            (subject,) = subjects.meant(names) or [""]
            return _with_sentences(content.id, document, subject, sentences)
    except Exception as error:  # a page that shows a defect is a row with that reason, not the end of the audit
        return unread(content, f"defect of factcheck ({type(error).__name__}: {str(error)[:200]}); please report it")
    return unread(content, document.reason)


@cache
def _subjects(reference: tuple[Path, ...]) -> Subjects:
    return Subjects(load_rows([data_dir() / "lexicon", *reference]))


def _with_sentences(document_id: int, document: Document, subject: str, sentences: dict[int, Text]) -> DocumentRow:
    occurrences = []
    for sentence in split(document):
        text, context = (_storable(part) for part in sentence.judged_on)
        sentence_id = row_id(text, context, subject) if subject else row_id(text, context)
        sentences.setdefault(sentence_id, Text(sentence_id, text, context, subject))
        occurrences.append(
            Occurrence(sentence_id, sentence.start, sentence.end, sentence.kind.value, sentence.channel.value)
        )
    return DocumentRow(document_id, _storable(document.title), None, tuple(occurrences))


def _storable(text: str) -> str:
    """Text that SQLite takes: half a surrogate pair, which a broken page may hold, becomes a replacement character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _checker(settings: Settings, judge: str) -> FactChecker:
    from factcheck.check import FactChecker

    global _loaded
    if _loaded is None or _loaded[0] != settings:
        if judge != judge_digest(settings):
            raise FactcheckError("the workers have another model or reference set; install the same on all machines")
        _loaded = settings, FactChecker.load(settings.reference, settings.model, settings.as_of)
    return _loaded[1]


def _judge(checker: FactChecker, texts: Sequence[Text], subject: str) -> dict[int, VerdictRow]:
    sentences = [Sentence(t.text, 0, len(t.text), before=t.context) for t in texts]
    findings = checker.check_sentences(sentences, subject=frozenset({subject} if subject else ()))
    return {t.id: _verdict(t.id, finding, checker) for t, finding in zip(texts, findings, strict=True)}


def _judge_alone(checker: FactChecker, text: Text) -> VerdictRow:
    try:
        return _judge(checker, [text], text.subject)[text.id]
    except Exception as error:
        return unjudged(text, f"defect of factcheck ({type(error).__name__}: {str(error)[:200]}); please report it")


def _verdict(sentence_id: int, finding: Finding, checker: FactChecker) -> VerdictRow:
    claims = tuple(
        ClaimRow(
            c.entry.id,
            c.stance.value,
            c.strength.value,
            c.entry.grade.value,
            c.label.value if c.label else None,
            json.dumps([{"start": s.start, "end": s.end, "cue": s.cue} for s in c.spans]),
        )
        for c in finding.claims
    )
    strength = finding.strength.value if finding.strength else None
    return VerdictRow(
        sentence_id,
        finding.label.value,
        finding.confidence,
        strength,
        finding.reason,
        finding.explanation,
        finding.suggestion,
        claims,
        "".join(f" {d.value} " for d in sorted(checker.discloser.sentence(finding.sentence, finding.claims))),
    )
