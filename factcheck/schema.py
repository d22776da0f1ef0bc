"""The tables of an audit's store, as steps from one version to the next. docs/store.md explains each column.

Ids are the first 63 bits of a SHA-256 of what a row is about, so that the same page or sentence has the same id in every store,
in whatever order it came. Two of ten million sentences share one with a probability of 5 in a million.
"""

from __future__ import annotations

import hashlib
from typing import Final

#: Marks the file as a store of this program ("fchk"), so that no other SQLite file is written into.
APPLICATION_ID: Final = 0x6663686B

_V1: Final = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,
    sources TEXT NOT NULL,
    tool TEXT NOT NULL,
    model TEXT NOT NULL,
    reference TEXT NOT NULL,
    as_of TEXT NOT NULL,
    extractor TEXT NOT NULL,
    judge TEXT NOT NULL,
    pages INTEGER NOT NULL DEFAULT 0,
    pages_extracted INTEGER NOT NULL DEFAULT 0,
    pages_unchanged INTEGER NOT NULL DEFAULT 0,
    pages_unreadable INTEGER NOT NULL DEFAULT 0,
    sentences_judged INTEGER NOT NULL DEFAULT 0,
    sentences_rejudged INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    extractor TEXT NOT NULL,
    title TEXT NOT NULL,
    skipped TEXT,
    content BLOB
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    fetched TEXT,
    hash TEXT,
    document_id INTEGER REFERENCES documents (id),
    skipped TEXT,
    etag TEXT,
    last_modified TEXT,
    run_id INTEGER NOT NULL REFERENCES runs (id)
);
CREATE INDEX pages_by_site ON pages (site_id);
CREATE INDEX pages_by_document ON pages (document_id);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    judge TEXT,
    label TEXT,
    confidence REAL,
    strength TEXT,
    reason TEXT,
    explanation TEXT,
    suggestion TEXT,
    discloses TEXT
);
CREATE INDEX sentences_by_disclosure ON sentences (discloses) WHERE discloses <> '';
CREATE INDEX sentences_by_label ON sentences (label) WHERE label NOT IN ('no_claim');
CREATE TABLE occurrences (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    sentence_id INTEGER NOT NULL REFERENCES sentences (id),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    block TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (document_id, position)
) WITHOUT ROWID;
CREATE INDEX occurrences_by_sentence ON occurrences (sentence_id);
CREATE TABLE claims (
    sentence_id INTEGER NOT NULL REFERENCES sentences (id),
    position INTEGER NOT NULL,
    entry_id TEXT NOT NULL,
    stance TEXT NOT NULL,
    strength TEXT NOT NULL,
    grade TEXT NOT NULL,
    label TEXT,
    spans TEXT NOT NULL,
    PRIMARY KEY (sentence_id, position)
) WITHOUT ROWID;
CREATE INDEX claims_by_entry ON claims (entry_id);
CREATE TABLE entries (
    id TEXT PRIMARY KEY,
    claim TEXT NOT NULL,
    truth TEXT NOT NULL,
    grade TEXT NOT NULL,
    licensed TEXT NOT NULL,
    sources TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE overrules (
    sentence_id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    label TEXT NOT NULL,
    editor TEXT NOT NULL,
    note TEXT NOT NULL,
    made TEXT NOT NULL
);
CREATE TABLE disclosures (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    disclosure TEXT NOT NULL,
    present INTEGER NOT NULL,
    sentence_id INTEGER REFERENCES sentences (id),
    PRIMARY KEY (document_id, disclosure)
) WITHOUT ROWID;
CREATE VIEW verdicts AS
SELECT
    sites.name AS site, pages.id AS page_id, pages.url AS url, occurrences.position AS position,
    sentences.id AS sentence_id, sentences.text AS text, sentences.context AS context,
    occurrences.start AS start, occurrences."end" AS "end", occurrences.block AS block, occurrences.channel AS channel,
    COALESCE(overrules.label, sentences.label) AS label, sentences.label AS judged, sentences.confidence AS confidence,
    sentences.strength AS strength, sentences.reason AS reason,
    sentences.explanation AS explanation, sentences.suggestion AS suggestion
FROM sentences
JOIN occurrences ON occurrences.sentence_id = sentences.id
JOIN pages ON pages.document_id = occurrences.document_id
JOIN sites ON sites.id = pages.site_id
LEFT JOIN overrules ON overrules.sentence_id = sentences.id;
CREATE VIEW findings AS
SELECT * FROM verdicts WHERE label IN ('overstated', 'contradicted');
"""

#: The treatment that a sentence's page is about, where that is not ketamine.
_V2: Final = "ALTER TABLE sentences ADD COLUMN subject TEXT NOT NULL DEFAULT ''"

#: Step N leads from version N to N + 1. A step that has been released never changes.
STEPS: Final[list[str]] = [_V1, _V2]


def row_id(*parts: str | bytes) -> int:
    """The id of the row about these values: a whole number of 63 bits."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return int.from_bytes(digest.digest()[:8], "big") >> 1
