"""Sentence to entries: typed slots compiled from the entries themselves, so that an entry added today is found today."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from factcheck.domain import Entry, Slots
from factcheck.read import Clause, Reading

IN_CLAUSE, IN_SENTENCE, IN_CONTEXT = range(3)


class Candidate(NamedTuple):
    """An entry whose slots a reading fills: in one clause, over the sentence, or with the sentence before."""

    entry: Entry
    slots: Slots
    clause: Clause
    reach: int  # IN_CLAUSE, IN_SENTENCE or IN_CONTEXT: how far the slots had to look
    matched: frozenset[str]  # the concepts that filled the slots
    weight: float  # their summed rarity over the reference set


def clause_of(reading: Reading, candidate: Candidate | None) -> Clause | None:
    """The clause that makes a claim: the one that fills the slots, or the sentence's only one, however much of the claim is said
    in the sentence before or known by its wording; None where it is spread over several."""
    if candidate is not None and candidate.reach == IN_CLAUSE:
        return candidate.clause
    return reading.clauses[0] if len(reading.clauses) == 1 else None


class Matcher:
    """Finds the entries that a reading speaks of.

    Parameters
    ----------
    entries: the reference set's entries. names: ids of the concepts that name a condition, a therapy or a body: a slot that only
    these fill cannot be filled by wording alone.
    """

    def __init__(self, entries: Iterable[Entry], names: frozenset[str] = frozenset()) -> None:
        self.entries = list(entries)
        self.names = names
        self.by_id = {e.id: e for e in self.entries}
        self._naming = {e.id: [[g for g in s.require if g <= names] for s in e.slots] for e in self.entries}
        self._rarity = {drug: self._rarities(drug) for drug in {e.drug for e in self.entries}}
        self._index: dict[str, list[tuple[int, Entry, Slots]]] = defaultdict(list)
        order = 0
        for entry in self.entries:
            for slots in entry.slots:
                rarity = self._rarity[entry.drug]
                rarest = max(slots.require, key=lambda g: min(rarity[c] for c in g))
                for concept in rarest:
                    self._index[concept].append((order, entry, slots))
                order += 1

    def _rarities(self, drug: str) -> dict[str, float]:
        """How rare each concept is among the entries on `drug` and on ketamine: a pack on another treatment changes no weight
        that a model was trained with."""
        kin = [e for e in self.entries if e.drug == drug or e.drug in _KETAMINE]
        use = Counter(c for e in kin for c in {c for s in e.slots for g in s.require for c in g})
        return {c: math.log(1 + len(kin) / n) for c, n in use.items()}

    def nameable(self, entry: Entry, reading: Reading) -> bool:
        """Whether the reading, or what it leans on, names every condition and therapy that some slots of the entry ask for."""
        naming = self._naming[entry.id]
        if [] in naming:  # most entries
            return True
        said = reading.concepts | reading.context
        return any(_filled(groups, said) for groups in naming)

    def candidates(self, reading: Reading) -> list[Candidate]:
        """Every entry that the reading fills, best first: the nearer reach, then the rarer concepts."""
        best: dict[str, Candidate] = {}
        for clause in reading.clauses:
            self._collect(clause, clause.concepts, reading, IN_CLAUSE, best)
        whole = reading.clauses[0]
        if len(reading.clauses) > 1:
            self._collect(whole, reading.concepts, reading, IN_SENTENCE, best)
        if reading.anaphoric and reading.context:
            self._collect(whole, reading.concepts | reading.context, reading, IN_CONTEXT, best)
        return sorted(best.values(), key=lambda c: (c.reach, -c.weight, c.entry.id))

    def _collect(
        self, clause: Clause, concepts: frozenset[str], reading: Reading, reach: int, best: dict[str, Candidate]
    ) -> None:
        tried = {}
        for concept in concepts:
            for order, entry, slots in self._index.get(concept, ()):
                tried[order] = (entry, slots)
        for order in sorted(tried):
            entry, slots = tried[order]
            if not _filled(slots.require, concepts) or not concepts.isdisjoint(slots.without):
                continue
            if not speaks_of(entry.drug, clause.drugs or reading.drugs):
                continue
            fillers = [group & concepts for group in slots.require]
            matched = frozenset().union(*fillers)
            if reach == IN_CONTEXT and not reading.answers and matched.isdisjoint(reading.concepts):
                continue
            rarity = self._rarity[entry.drug]
            weight = sum([max([rarity[c] for c in filler]) for filler in fillers])
            old = best.get(entry.id)
            if old is None or (reach, -weight) < (old.reach, -old.weight):
                best[entry.id] = Candidate(entry, slots, clause, reach, matched, weight)


def _filled(groups: Iterable[frozenset[str]], concepts: frozenset[str]) -> bool:
    """Whether each group has a member among the concepts. A plain loop: this is asked some twenty times a sentence."""
    for group in groups:  # noqa: SIM110
        if group.isdisjoint(concepts):
            return False
    return True


#: Drugs that "ketamine" names, and those that it names together with its approved enantiomer (`drug: both`).
_RACEMIC = frozenset({"ketamine", "arketamine"})
_BOTH = _RACEMIC | {"esketamine"}
_KETAMINE = _BOTH | {"both"}


def speaks_of(drug: str, drugs: frozenset[str]) -> bool:
    """Whether an entry on `drug` can be meant where `drugs` are spoken of. Unnamed, the drug is ketamine."""
    if drug == "both":
        return not drugs or bool(drugs & _BOTH)
    if drug == "ketamine":
        return not drugs or bool(drugs & _RACEMIC)
    return drug in drugs


def akin(drug: str, drugs: frozenset[str]) -> bool:
    """Whether wording alone may suggest an entry on `drug` where `drugs` are spoken of: pages mix up ketamine and its enantiomers
    with each other, but not with another treatment."""
    return drug in drugs or (drug in _KETAMINE and (not drugs or bool(drugs & _BOTH)))
