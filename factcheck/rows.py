"""Rows of the store, as the steps of an audit hand them on. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page as it was read. `hash` is None and `skipped` says why where nothing could be read."""

    site: str
    url: str
    source: str
    fetched: str | None
    hash: str | None = None
    document_id: int | None = None
    skipped: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    newest: bool = False  # one of several captures of its URL, of which the newest counts


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a sentence stands in a document; offsets in code points of the extracted text."""

    sentence_id: int
    start: int
    end: int
    block: str
    channel: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What extraction made of a page's content: sentences, or the reason why there are none."""

    id: int
    title: str
    skipped: str | None
    occurrences: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What a sentence says about an entry. `spans` is JSON: `[{"start", "end", "cue"}]`, offsets into the sentence."""

    entry_id: str
    stance: str
    strength: str
    grade: str
    label: str | None
    spans: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """The verdict on one sentence."""

    sentence_id: int
    label: str
    confidence: float
    strength: str | None
    reason: str
    explanation: str
    suggestion: str | None
    claims: tuple[ClaimRow, ...] = ()
    discloses: str = ""  # ids of what it discloses where a reader sees it, each between spaces
