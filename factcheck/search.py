"""Search in the reference set: entries ranked for a text, with what matched. Needs no model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from factcheck.domain import Entry
from factcheck.lexicon import normal_form
from factcheck.match import Matcher
from factcheck.read import Reader
from factcheck.words import fold

#: Parameters of BM25 at their usual values (Robertson and Zaragoza, 2009); with texts this short they hardly matter.
_K1, _B = 1.2, 0.75
_STOP = frozenset(
    "a an the and or of for in on to is are was be been it its this that with by as at from not no does do has have than".split()
)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that a search found: how well, the concepts that filled its slots, and the words that its text shares."""

    entry: Entry
    score: float
    concepts: tuple[str, ...]
    words: tuple[str, ...]


def search(text: str, entries: Sequence[Entry], reader: Reader, limit: int = 10) -> list[Hit]:
    """The entries that a text may be about, best first: by the words of their texts (BM25), and before those the entries whose
    slots the text fills, so that a sentence finds what it would be judged by."""
    filled = {c.entry.id: c for c in Matcher(entries, reader.lexicon.names).candidates(reader.read(text))}
    documents = {
        e.id: Counter(_words((e.id.replace("-", " "), e.claim, e.truth, e.licensed, *e.aliases))) for e in entries
    }
    use = Counter(word for counts in documents.values() for word in counts)
    mean = sum(sum(counts.values()) for counts in documents.values()) / max(len(documents), 1)
    asked = sorted(set(_words([text])))
    hits = []
    for entry in entries:
        counts = documents[entry.id]
        shared = [w for w in asked if w in counts]
        length = _K1 * (1 - _B + _B * sum(counts.values()) / mean)
        score = sum(
            math.log(1 + (len(documents) - use[w] + 0.5) / (use[w] + 0.5))
            * counts[w]
            * (_K1 + 1)
            / (counts[w] + length)
            for w in shared
        )
        candidate = filled.get(entry.id)
        if candidate is not None:
            score += candidate.weight
        if score > 0:
            matched = tuple(sorted(candidate.matched)) if candidate is not None else ()
            hits.append(Hit(entry, score, matched, tuple(shared)))
    return sorted(hits, key=lambda h: (-h.score, h.entry.id))[:limit]


def _words(texts: Iterable[str]) -> list[str]:
    folded = (fold(text)[0] for text in texts)
    words = ("".join(c if c.isalnum() else " " for c in text).split() for text in folded)
    return [normal_form(w) for some in words for w in some if w.lower() not in _STOP]
