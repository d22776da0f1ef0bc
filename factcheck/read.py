"""What a sentence says: its clauses, and in each the drug, the concepts, the cues of strength and stance, and the numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from factcheck.lexicon import Lexicon, Mention
from factcheck.names import names_in, titled_share, without
from factcheck.quantity import Amount, amounts
from factcheck.words import DEFAULT, fold

_CONJUNCTIONS = frozenset(("and but while whereas although though yet so because since or however").split())
_SUBORDINATORS = frozenset(
    ["while", "whereas", "although", "though", "because", "but", "however", "if", "when", "unless"]
)
_FRONTED = _SUBORDINATORS | {"unlike", "despite", "as", "by", "with", "compared"}
_RELATIVES = frozenset(["which", "who", "that", "where", "whose"])
_ANAPHORS = frozenset(["this", "these", "it", "they", "its", "their", "such", "that", "those", "them"])
_CONTRASTS = frozenset({"than", "unlike", "versus", "vs"})
#: Sentences whose concepts are kept for those that follow them.
_REMEMBERED = 500
#: Tokens on either side of a contrast ("unlike Spravato, ...") in which a drug is what is compared with, not spoken of.
_CONTRAST_REACH = 4


class Clause(NamedTuple):
    """A stretch of tokens [start, end) with what was found in it."""

    start: int
    end: int
    mentions: tuple[Mention, ...]
    concepts: frozenset[str]  # ids of the concepts, with their ancestors
    cues: frozenset[str]  # types of the cues
    drugs: frozenset[str]
    participle: bool = False
    governed_from: int = 0  # where the markers that govern it begin: a participle has those of the clause before


class Reading(NamedTuple):
    """A sentence as read. Token i stands at offsets `offsets[i]` of the sentence."""

    words: tuple[str, ...]  # normal forms
    lowers: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    clauses: tuple[Clause, ...]
    mentions: tuple[Mention, ...]
    concepts: frozenset[str]
    cues: frozenset[str]
    drugs: frozenset[str]  # named in the sentence, else taken over from the sentence before, else empty
    drug_named: bool
    amounts: tuple[Amount, ...]
    question: bool
    unstated: bool  # a question of yes or no, or the lead-in of a list: what it would claim is not said
    names: frozenset[int]  # tokens that are part of a name which no row of the lexicon has ("Harbor", "Tucson")
    titled: float  # share of the words of four letters and more that begin with a capital
    anaphoric: bool  # begins with a pronoun or "these effects": leans on the sentence before
    ancestors: Mapping[str, frozenset[str]]  # of each lexicon row
    context: frozenset[str]  # concepts of the sentence before, where this one leans on it
    heard: Reading | None = None  # of a sentence on a treatment that the model has not met: as if it named ketamine


class Reader:
    """Reads sentences with a lexicon. `unmet` are treatments whose entries are not among those that the model was trained on."""

    def __init__(self, lexicon: Lexicon, unmet: frozenset[str] = frozenset()) -> None:
        self.lexicon = lexicon
        self._drugs = lexicon.drugs
        self._unmet = unmet
        self._met = Reader(lexicon) if unmet else self
        self._said: dict[str, frozenset[str]] = {}
        self._concept_types = {row.id for row in lexicon.rows.values() if row.type not in CUE_TYPES}

    def read(
        self, text: str, before: str = "", subject: frozenset[str] = frozenset(), part: tuple[int, int] | None = None
    ) -> Reading:
        """Read one sentence, or the part of it between two offsets.

        `before` is the sentence before it, for the drug and the matter that a pronoun stands for, `subject` the treatment that
        its page is about where that is not ketamine.
        """
        skip, end = part or (_dateline(text), len(text))
        folded, places = fold(text[skip:end])
        doc = self.lexicon.doc(folded)
        tokens, spans_of = doc
        lowers = tuple([t.lower for t in tokens])
        mentions = tuple([m for m in self.lexicon.find(doc) if m.type != "hedge" or not _past_could(m, lowers)])
        titled = titled_share(text[skip:end] if part else text)
        names, organizations = names_in([t.text for t in tokens], mentions, titled)
        if organizations:
            mentions = without(organizations, mentions)
        if skip or not isinstance(places, range):
            spans_of = [(skip + places[start], skip + places[end - 1] + 1) for start, end in spans_of]
        spans = _clause_spans(lowers, mentions)
        starts = [m.start for m in mentions]
        clauses = tuple(
            self._clause(s, e, lowers, mentions, starts, participle, spans[n - 1][0] if participle and n else s)
            for n, (s, e, participle) in enumerate(spans)
        )
        named = frozenset([m.id for m in mentions if m.id in self._drugs])
        anaphoric = any(w in _ANAPHORS for w in lowers[:4])
        context = self._concepts_of(before) if before else frozenset()
        drugs = named or context & self._drugs or subject
        concepts = clauses[0].concepts if len(clauses) == 1 else frozenset().union(*[c.concepts for c in clauses])
        if not skip:
            self._remember(text, concepts)
        return Reading(
            words=tuple([t.norm for t in tokens]),
            lowers=lowers,
            offsets=tuple(spans_of),
            clauses=clauses,
            mentions=mentions,
            concepts=concepts,
            cues=frozenset([m.type for m in mentions if m.type in CUE_TYPES]),
            drugs=drugs,
            drug_named=bool(named),
            amounts=tuple(amounts(lowers)),
            question=text.rstrip().endswith("?"),
            unstated=_unstated(text),
            names=names,
            titled=titled,
            anaphoric=anaphoric,
            ancestors=self.lexicon.ancestors,
            context=context if anaphoric or not named else frozenset(),
            heard=self._met.read(self._renamed(text[skip:end]), self._renamed(before))
            if drugs and drugs <= self._unmet
            else None,
        )

    def _renamed(self, text: str) -> str:
        """A text with the default treatment's name wherever it names one that the model has not met."""
        folded, places = fold(text)
        doc = self.lexicon.doc(folded)
        parts, end = [], 0
        for m in self.lexicon.find(doc):
            start = places[doc.spans[m.start][0]]
            if m.id in self._unmet and start >= end:
                parts += [text[end:start], DEFAULT]
                end = places[doc.spans[m.end - 1][1] - 1] + 1
        return "".join([*parts, text[end:]])

    def _concepts_of(self, text: str) -> frozenset[str]:
        known = self._said.get(text)
        if known is None:
            mentions = self.lexicon.find(self.lexicon.doc(fold(text)[0]))
            known = frozenset().union(*(self.lexicon.ancestors[m.id] for m in mentions if m.type not in CUE_TYPES))
            self._remember(text, known)
        return known

    def _remember(self, text: str, concepts: frozenset[str]) -> None:
        """Keep what a sentence says: the next one is read with it as its context."""
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said[text] = concepts

    def _clause(
        self,
        start: int,
        end: int,
        lowers: Sequence[str],
        mentions: Sequence[Mention],
        starts: Sequence[int],
        participle: bool,
        governed_from: int,
    ) -> Clause:
        inside = tuple(mentions[bisect_left(starts, start) : bisect_left(starts, end)])
        ancestors = self.lexicon.ancestors
        concepts: set[str] = set()
        for m in inside:
            if m.id in self._concept_types:
                concepts |= ancestors[m.id]
        return Clause(
            start,
            end,
            inside,
            frozenset(concepts),
            frozenset([m.type for m in inside if m.type in CUE_TYPES]),
            _drugs_spoken_of(inside, lowers, self._drugs),
            participle,
            governed_from,
        )


#: Lexicon types that are cues, not concepts.
CUE_TYPES = frozenset(
    (
        "hedge qualifier limit evidence proof booster hype absolute negation affix doubt uncertain falsity goal offer cta "
        "clinic person reader article contrast compare practice attribution verb_negation permission"
    ).split()
)


#: "Can ketamine cure depression?" and "The benefits of ketamine include:" claim nothing; a question to the reader ("Are you tired
#: of ...?") may presuppose a claim, as one with why and how does.
_YES_OR_NO = frozenset("is are was were do does did can could will would should has have may might".split())
_READER = frozenset({"you", "we", "i"})
_LEADING_IN = frozenset(
    "are be for include includes including following below with involve involves feature features".split()
)


def _unstated(text: str) -> bool:
    sentence = text.strip()
    words = sentence[:-1].lower().split()
    if len(words) < 2 or not {".", "!", ";", ":"}.isdisjoint(sentence[:-1]):
        return False
    if sentence.endswith("?"):
        return words[0] in _YES_OR_NO and words[1] not in _READER
    return sentence.endswith(":") and "?" not in sentence and words[-1] in _LEADING_IN


#: The type of cues that call what a sentence says false, as a whole ("it is a myth that").
FALSITY = "falsity"

#: A dateline ("BEND, Ore., March 3, 2024 (Newswire) - "): place, month and day, and a dash within the first 160 characters.
_DATELINE = re.compile(
    r"\A(?!(?:On|In|Since|By|From|Until|After|Before|As)\b)[^\n]{0,120}?"
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\s\d{1,2}\b[^\n]{0,60}?(?:[—–]|--|\s-\s)\s*"
)


def _dateline(text: str) -> int:
    """How many characters of a dateline to leave unread: its dates, times and names say nothing of the treatment."""
    match = _DATELINE.match(text[:200])
    return match.end() if match and len(text) - match.end() > 20 else 0


def _past_could(mention: Mention, lowers: Sequence[str]) -> bool:
    """ "Could not", "could never" speak of the past ("what ten years of talking could not do"), and hedge nothing."""
    return lowers[mention.start] == "could" and lowers[mention.end : mention.end + 1] in (
        ("not",),
        ("never",),
        ("n't",),
    )


def _drugs_spoken_of(mentions: Sequence[Mention], lowers: Sequence[str], names: frozenset[str]) -> frozenset[str]:
    """The drugs that a clause speaks of: not one that it only compares with, nor "ketamine" as Spravato's kind."""
    drugs: dict[str, bool] = {}
    for m in mentions:
        if m.id in names:
            run_up = lowers[max(0, m.start - _CONTRAST_REACH) : m.start]
            compared = any(w in _CONTRASTS for w in run_up) and "," not in run_up
            drugs[m.id] = drugs.get(m.id, False) or not compared
    spoken = {d for d, yes in drugs.items() if yes} or set(drugs)
    if {"ketamine", "esketamine"} <= spoken:
        first = next(m.id for m in mentions if m.id in spoken)
        if first == "esketamine" and not any(w in ("and", "or", "/") for w in lowers):
            spoken.discard("ketamine")
    return frozenset(spoken)


def _clause_spans(lowers: Sequence[str], mentions: Sequence[Mention]) -> list[tuple[int, int, bool]]:
    """Cut a sentence into clauses: at semicolons and colons, at a comma before a conjunction, relative or participle, and at
    subordinating words. A cut that would leave no lexicon mention behind it is not made, so lists stay whole."""
    cuts: list[tuple[int, bool]] = []
    n = len(lowers)
    for i, word in enumerate(lowers):
        following = lowers[i + 1] if i + 1 < n else ""
        if word in (";", ":", "(", ")", ".", "?", "!") and i + 1 < n:
            cuts.append((i + 1, False))
        elif word == "," and i + 1 < n:
            participle = following.endswith("ing") and len(following) > 4
            finite = i + 2 < n and following in _CONJUNCTIONS and _starts_clause(lowers, i + 2)
            fronted = not cuts and lowers[0] in _FRONTED
            if following in _RELATIVES or participle or finite or following in _SUBORDINATORS or fronted:
                cuts.append((i + 1, participle))
        elif (i > 2 and word in _SUBORDINATORS and lowers[i - 1] != "," and word not in ("but", "when", "if")) or (
            i > 2 and word in ("which", "but") and lowers[i - 1] != "," and following != "also"
        ):
            cuts.append((i, False))
    starts = [m.start for m in mentions]
    spans = []
    begin, kind = 0, False
    for cut, participle in cuts:
        if cut - begin >= 2 and bisect_left(starts, begin) < bisect_left(starts, cut) < len(starts):
            spans.append((begin, cut, kind))
            begin, kind = cut, participle
    spans.append((begin, n, kind))
    return spans


_AUXILIARIES = frozenset(
    ("is are was were has have had can may might could will would should does do did must").split()
)


def _starts_clause(lowers: Sequence[str], i: int) -> bool:
    """Whether the words from i on look like a clause of their own: an auxiliary or a verb in -s within the next few words."""
    for j in range(i, min(i + 6, len(lowers))):
        if lowers[j] == ",":
            return False
        if lowers[j] in _AUXILIARIES:
            return True
    return False
