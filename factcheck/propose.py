"""The entries that a sentence may make claims about, with features by which the relevance head weighs each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from factcheck.domain import Entry
from factcheck.features import Features
from factcheck.match import IN_CLAUSE, Candidate, Matcher, akin, speaks_of
from factcheck.model import Floats
from factcheck.read import Reading

#: Entries that the entry head may add to those found by slots.
TOP_ENTRIES = 6


class Standing(NamedTuple):
    """Where the entry head puts an entry: its score, how far that is below the highest, and its rank (at most TOP_ENTRIES)."""

    score: float
    gap: float
    rank: int


class Proposal(NamedTuple):
    """An entry that may be meant. `standing` is None where the entry head was not trained on it."""

    entry: Entry
    candidate: Candidate | None
    standing: Standing | None
    features: Features


def propose(reading: Reading, scores: Floats, matcher: Matcher, order: dict[str, int]) -> list[Proposal]:
    """The entries whose slots are filled, and the highest of the entry head's.

    `scores` are the entry head's for the entries in `order`; an entry that it does not know competes by its slots alone.
    """
    found = matcher.candidates(reading)
    by_id = {c.entry.id: c for c in found}
    ranking = (-scores).argsort(kind="stable")[:TOP_ENTRIES].tolist()
    names = list(order)
    highest = float(scores[ranking[0]]) if ranking else 0.0
    proposals = []
    for entry_id in dict.fromkeys([*by_id, *(names[i] for i in ranking)]):
        entry = matcher.by_id.get(entry_id)
        if entry is None:
            continue
        candidate, position = by_id.get(entry_id), order.get(entry_id)
        if candidate is None and not (akin(entry.drug, reading.drugs) and matcher.nameable(entry, reading)):
            continue
        standing = None
        if position is not None:
            score = float(scores[position])
            rank = ranking.index(position) if position in ranking else TOP_ENTRIES
            standing = Standing(score, score - highest, rank)
        features = pair_features(reading, entry, candidate, standing, found)
        proposals.append(Proposal(entry, candidate, standing, features))
    return proposals


def pair_features(
    reading: Reading, entry: Entry, candidate: Candidate | None, standing: Standing | None, found: Sequence[Candidate]
) -> Features:
    """Features of one sentence with one entry. Without a standing, the slots have to tell."""
    f: Features = {"bias": 1.0, f"topic:{entry.topic}": 0.5, "count": len(found) / 5}
    how = "slots" if candidate is not None else "text"
    if standing is not None:
        rank = min(standing.rank, 4)
        f |= {"score": standing.score, "gap": standing.gap, f"rank:{rank}": 1.0}
        f |= {f"{how}&gap": standing.gap, f"{how}&rank:{rank}": 1.0}
    if candidate is None:
        f["text"] = 1.0
    else:
        heaviest = max((c.weight for c in found if c.reach == IN_CLAUSE), default=0.0)
        own = {
            f"reach:{candidate.reach}": 1.0,
            "weight": candidate.weight / 5,
            "groups": len(candidate.slots.require) / 3,
            "heaviest": float(candidate.weight >= heaviest),
            "behind": (heaviest - candidate.weight) / 5,
            "covered": float(any(candidate.matched < other.matched for other in found)),
        }
        f |= own
        if standing is None:
            f |= {f"unheard:{name}": x for name, x in own.items()} | {"unheard": 1.0}
        else:
            f[f"entry:{entry.id}"] = 1.0
    if not speaks_of(entry.drug, reading.drugs):
        f["other drug"] = 1.0
    if entry.drug == "esketamine" and "esketamine" in reading.drugs:
        f["esketamine"] = 1.0
    return f
