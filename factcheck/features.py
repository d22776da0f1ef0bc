"""A reading as named features for the learned heads. Names are stable strings, values 0 to 1.

Sets are walked in sorted order: sums over features then add up in the same order in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from factcheck.domain import Entry, Strength
from factcheck.lexicon import Mention
from factcheck.match import Candidate, clause_of
from factcheck.read import CUE_TYPES, FALSITY, Clause, Reading

Features = dict[str, float]
#: Words that carry the drug's or a condition's name are abstracted in n-grams, so that what is learned of one carries over.
_ABSTRACT = {"drug": "<drug>", "condition": "<condition>", "other_therapy": "<therapy>"}
_WEAKENING = (
    ("hedge", Strength.HEDGED),
    ("qualifier", Strength.QUALIFIED),
    ("evidence", Strength.QUALIFIED),
    ("limit", Strength.QUALIFIED),
)


class Grams(NamedTuple):
    """Words, each once, the pairs of them, and what each counts. Their features are named "w:word" and "b:word word"."""

    words: Iterable[str]
    pairs: Iterable[tuple[str, str]]
    value: float

    def features(self, prefix: str = "") -> Features:
        """Words and pairs as features."""
        f = dict.fromkeys([f"{prefix}w:{word}" for word in self.words], self.value)
        return f | dict.fromkeys([f"{prefix}b:{a} {b}" for a, b in self.pairs], self.value)


#: What the names of the grams of a claim's clause begin with.
CLAIM = "c"


def in_pair(pair: str) -> tuple[str, str]:
    """The two words of a pair. A word has no space in it, unless it is a stretch of spaces, which follows no other."""
    at = len(pair.rstrip(" ")) if pair.endswith(" ") else pair.rindex(" ")
    return pair[:at], pair[at + 1 :]


def grams(reading: Reading) -> Grams:
    """Words and pairs of a sentence as written, case, names and numbers aside."""
    return _grams(_as_written(reading), 1.6)


def _as_written(reading: Reading) -> list[str]:
    """The words of a sentence in lower case; a number and a name, of however many words, are one word each."""
    words = ["<n>" if w[:1].isdigit() else w for w in reading.lowers]
    if not reading.names:
        return words
    for i in reading.names:
        words[i] = "<name>"
    return [w for i, w in enumerate(words) if i not in reading.names or i - 1 not in reading.names]


def claim_grams(reading: Reading, candidate: Candidate | None) -> Grams:
    """Words and pairs of the clause that makes a claim, in normal form; none where it is no one clause."""
    clause = clause_of(reading, candidate)
    if clause is None:
        return Grams((), (), 0.0)
    return _grams(list(_abstracted(reading, clause.start, clause.end)), 1.2)


def _grams(words: list[str], weight: float) -> Grams:
    """Of a sentence or clause, its beginning and end among the words."""
    pairs = dict.fromkeys(zip(["<s>", *words], [*words, "</s>"], strict=True))
    return Grams(dict.fromkeys([*words, "</s>"]), pairs, weight / max(len(words), 1) ** 0.5)


def sentence_features(reading: Reading) -> Features:
    """Features of the whole sentence: words and pairs as written (case and names aside), concepts, cues, and their order."""
    return grams(reading).features() | spoken_features(reading)


def spoken_features(reading: Reading) -> Features:
    """Features of the whole sentence but its words and pairs."""
    f: Features = {"bias": 1.0}
    n = max(len(_as_written(reading)), 1)
    f[f"len:{min(n // 5, 8)}"] = 0.4
    for name in sorted(reading.concepts):
        f[f"c:{name}"] = 0.4
    kinds = [m.type for m in reading.mentions]
    for m in reading.mentions:
        f[f"m:{m.id}"] = 0.3
    for a, b in zip(["^", *kinds], [*kinds, "$"], strict=True):
        f[f"k:{a}>{b}"] = 0.25
    for kind in sorted(set(kinds)):
        f[f"type:{kind}"] = 0.4
    if kinds:
        f[f"subject:{kinds[0]}"] = 0.5
        f[f"subject:{kinds[0]}:{reading.clauses[0].end == len(reading.words)}"] = 0.3
    for i, clause in enumerate(reading.clauses):
        _clause_features(f, "main" if i == 0 else ("tail" if clause.participle else "sub"), clause)
    for amount in reading.amounts:
        f[f"unit:{amount.unit}"] = 0.4
    _strength_features(f, reading)
    f[f"clauses:{min(len(reading.clauses), 4)}"] = 0.2
    f[f"drug:{'+'.join(sorted(reading.drugs)) or 'none'}:{reading.drug_named}"] = 0.4
    if reading.question:
        f["question"] = 1.0
    f["titled"] = reading.titled
    f[f"titled:{reading.titled > 0.6}:{n < 10}"] = 0.5
    if reading.anaphoric:
        f["anaphoric"] = 0.4
    if reading.lowers and reading.lowers[-1] == ":":
        f["colon"] = 1.0
    for name in sorted(reading.context):
        f[f"before:{name}"] = 0.3 if reading.anaphoric else 0.15
    return f


def claim_features(reading: Reading, candidate: Candidate | None, entry: Entry) -> Features:
    """Features of one claim, for its strength and stance: words and cues of its clause."""
    return claim_grams(reading, candidate).features(CLAIM) | cue_features(reading, candidate, entry)


def cue_features(reading: Reading, candidate: Candidate | None, entry: Entry) -> Features:
    """Features of one claim but for the words of its clause: the cues there, before and after what it matched."""
    f: Features = {}
    clause = clause_of(reading, candidate)
    f[f"topic:{entry.topic}"] = 0.3
    f[f"topic-kind:{'risk' if entry.topic in ('safety', 'dependence', 'eligibility') else 'other'}"] = 0.3
    start, end = (clause.governed_from, clause.end) if clause else (0, len(reading.words))
    strength, raised = rule_strength(reading, start, end)
    f[f"rule:{strength.value}"] = 0.8
    f[f"rule:{strength.value}:{raised}"] = 0.5
    if clause is not None:
        matched = candidate.matched if candidate is not None else frozenset()
        negative = candidate.slots.negative if candidate is not None else all(s.negative for s in entry.slots)
        at = [m for m in clause.mentions if m.id in matched or m.type in ("relation", "safety", "effect")]
        first = at[0].start if at else clause.start
        for m in clause.mentions:
            if m.type in CUE_TYPES:
                side = "<" if m.start < first else ">"
                f[f"cl:{m.type}{side}"] = 0.6
                f[f"cl:{m.id}"] = 0.4
        f[f"clause:{'tail' if clause.participle else ('main' if clause.start == 0 else 'sub')}"] = 0.4
        negations = len(negating(clause))
        denies = (negations % 2 == 1) != negative
        doubt = bool(clause.cues & {"doubt", "uncertain"})
        if "permission" in clause.cues:  # "people with psychosis can take it" denies that they should not
            f[f"permits:{entry.topic}:{min(negations, 1)}"] = 1.0
        f[f"neg:{min(negations, 2)}:{negative}"] = 0.8
        f[f"denies:{denies}:{doubt}"] = 1.0
        f[f"denies:{denies}:{entry.id}"] = 0.7
    for m in reading.mentions:
        if m.type in CUE_TYPES:
            f[f"cue:{m.type}"] = 0.3
            f[f"cue:{m.id}"] = 0.2
    return f


def negating(clause: Clause) -> list[Mention]:
    """The negations of a clause, one inside another ("no" in "no evidence") counted once; not one that is part of calling the
    whole false ("not true that")."""
    found: list[Mention] = []
    end = 0
    for m in clause.mentions:
        if m.type == FALSITY or (m.type in _NEGATING and m.start >= end):
            end = max(end, m.end)
            if m.type in _NEGATING:
                found.append(m)
    return found


_NEGATING = frozenset({"negation", "affix", "doubt"})


def rule_strength(reading: Reading, start: int, end: int) -> tuple[Strength, bool]:
    """Strength of tokens [start, end) by the markers of docs/labels.md: the weakest marker, raised a step by hype or boosters.

    Returns the strength and whether it was raised.
    """
    types = {m.type for m in reading.mentions if start <= m.start < end and not _not_all(reading, m, start)}
    base = next((s for kind, s in _WEAKENING if kind in types), None)
    if base is None:
        return (Strength.ABSOLUTE if "absolute" in types else Strength.FLAT), False
    if "proof" in types and base is Strength.QUALIFIED:
        return Strength.FLAT, True
    if types & {"booster", "hype"}:
        return list(Strength)[min(base.rank + 1, Strength.FLAT.rank)], True
    if "absolute" in types and base is Strength.QUALIFIED:
        return Strength.FLAT, True
    return base, False


#: Words for all, of which a negation just before them says that it is not so ("not every", "does not help everyone").
_ALL = frozenset(
    "all always every everyone everybody each completely totally entirely absolutely fully 100% permanent permanently forever "
    "cure cures guarantee guarantees guaranteed".split()
)
_NOT, _JUST_BEFORE = frozenset({"not", "n't", "cannot", "no", "without"}), 3


def _not_all(reading: Reading, mention: Mention, start: int) -> bool:
    """Whether a marker of the absolute is itself negated."""
    if mention.type != "absolute" or reading.lowers[mention.start] not in _ALL:
        return False
    near = reading.lowers[max(start, mention.start - _JUST_BEFORE) : mention.start]
    return not _NOT.isdisjoint(near) and _STOPS.isdisjoint(near)


_STOPS = frozenset({",", "and", "but", "or", ";", ":"})


def _strength_features(f: Features, reading: Reading) -> None:
    """The markers' strength of each clause that says something, alone and with what it says it of."""
    said: set[str] = set()
    for clause in reading.clauses:
        concepts = {m.type for m in clause.mentions if m.type in _SAID} | {
            c for c in clause.concepts if c not in _COMMON
        }
        if not concepts:
            continue
        strength, raised = rule_strength(reading, clause.governed_from, clause.end)
        denied = "denied" if clause.cues & {"negation", "affix", "doubt"} else "said"
        said.add(f"{strength.value}:{denied}")
        f[f"st:{strength.value}:{raised}:{denied}"] = 0.6
        for concept in sorted(concepts):
            f[f"st:{strength.value}:{denied}+{concept}"] = 0.4
    f[f"sts:{'|'.join(sorted(said))}"] = 0.5


#: Types whose mention makes a clause say something; and concepts too common to tell claims apart.
_SAID = frozenset(["relation", "mechanism", "onset", "duration", "safety", "effect", "outcome", "population"])
_COMMON = frozenset({"ketamine", "brain", "session", "iv"})


def _clause_features(f: Features, place: str, clause: Clause) -> None:
    for cue in sorted(clause.cues):
        f[f"{place}:{cue}"] = 0.4
    relations = {m.type for m in clause.mentions if m.type not in CUE_TYPES}
    for relation in sorted(relations):
        f[f"{place}:{relation}"] = 0.3
        for cue in sorted(clause.cues):
            f[f"in:{cue}+{relation}"] = 0.3
    kinds = [m.type for m in clause.mentions]
    if kinds:
        f[f"{place}:subject:{kinds[0]}"] = 0.4
        f[f"{place}:start:{'>'.join(kinds[:3])}"] = 0.3


def _abstracted(reading: Reading, start: int = 0, end: int | None = None) -> Iterator[str]:
    """Normal forms of tokens [start, end), names of drugs, conditions and other therapies replaced by their type, other names by
    one word each."""
    end = len(reading.words) if end is None else end
    cover: dict[int, tuple[int, str]] = {}
    for m in reading.mentions:
        sign = _ABSTRACT.get(m.type)
        if sign and m.end > cover.get(m.start, (0, ""))[0]:
            cover[m.start] = (m.end, sign)
    i = start
    while i < end:
        if i in cover:
            i, sign = max(cover[i][0], i + 1), cover[i][1]
            yield sign
            continue
        word = reading.words[i]
        if i not in reading.names:
            yield "<n>" if word[:1].isdigit() else word
        elif i - 1 not in reading.names:
            yield "<name>"
        i += 1
