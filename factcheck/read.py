"""What a sentence says: its clauses, and in each the drug, the concepts, the cues of strength and stance, and the numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from factcheck.clauses import clause_spans, drugs_spoken_of
from factcheck.lexicon import Lexicon, Mention
from factcheck.names import names_in, titled_share, without
from factcheck.quantity import Amount, amounts
from factcheck.words import DEFAULT, fold

_ANAPHORS = frozenset(["this", "these", "it", "they", "its", "their", "such", "that", "those", "them"])
#: What a short answer begins with, and its tokens at most.
_ANSWERING = frozenset("yes no yep nope not never none absolutely certainly definitely sure indeed correct".split())
_SHORT = 7
#: Sentences whose concepts are kept for those that follow them.
_REMEMBERED = 500


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
    titled: float  # share of the longer words that begin with a capital: see `titled_share`
    anaphoric: bool  # begins with a pronoun or "these effects": leans on the sentence before
    answers: bool  # a short answer to the question before it: all that it claims stands there
    ancestors: Mapping[str, frozenset[str]]  # of each lexicon row
    context: frozenset[str]  # concepts of the sentence before, where this one leans on it
    heard: Reading | None = None  # what the learned heads are given instead, where the set was added to


class Reader:
    """Reads sentences with a lexicon.

    Parameters
    ----------
    unmet: treatments whose entries are not among those that the model was trained on. met: reads with the rows that it was
    trained on, where the lexicon has more.
    """

    def __init__(self, lexicon: Lexicon, unmet: frozenset[str] = frozenset(), met: Reader | None = None) -> None:
        self.lexicon = lexicon
        self._drugs = lexicon.drugs
        self._unmet = unmet
        self._met = met
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
        spans = clause_spans(lowers, mentions)
        starts = [m.start for m in mentions]
        clauses = tuple(
            self._clause(s, e, lowers, mentions, starts, participle, spans[n - 1][0] if participle and n else s)
            for n, (s, e, participle) in enumerate(spans)
        )
        named = frozenset([m.id for m in mentions if m.id in self._drugs])
        answers = before.endswith("?") and len(lowers) <= _SHORT and not _ANSWERING.isdisjoint(lowers[:1])
        anaphoric = answers or any(w in _ANAPHORS for w in lowers[:4])
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
            answers=answers,
            ancestors=self.lexicon.ancestors,
            context=context if anaphoric or not named else frozenset(),
            heard=self._heard(text[skip:end], before, subject, drugs, mentions),
        )

    def _heard(
        self, text: str, before: str, subject: frozenset[str], drugs: frozenset[str], mentions: Sequence[Mention]
    ) -> Reading | None:
        """The sentence as the learned heads should hear it, where that is not as it was read."""
        if self._met is None:
            return None
        if drugs and drugs <= self._unmet:
            return self._met.read(self._renamed(text), self._renamed(before))
        known = self._met.lexicon.rows
        return self._met.read(text, before, subject) if any(m.id not in known for m in mentions) else None

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
            drugs_spoken_of(inside, lowers, self._drugs),
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
