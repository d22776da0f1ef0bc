"""The lexicon: rows of words from `data/lexicon/`, and a matcher that finds them in a sentence.

Rows match on a normal form that folds case, British and American spelling and regular inflection (the first step of Porter's
stemmer, 1980: plurals, -ed, -ing), so that one phrase in the data covers "treats", "treated" and "treating".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from factcheck.border import LexiconRow
from factcheck.tokens import Phrases, Tokenizer, Tokens, Word
from factcheck.words import fold, load_rows

_BRITISH = (
    (re.compile(r"aesth"), "esth"),
    (re.compile(r"is(e[sd]?|ing|ation|ations|er|ers)$"), r"iz\1"),
    (re.compile(r"our(s|ed|ing)?$"), r"or\1"),
    (re.compile(r"ll(ed|ing|er|ers|or|ors)$"), r"l\1"),
    (re.compile(r"haem"), "hem"),
    (re.compile(r"oedema"), "edema"),
    (re.compile(r"tre$"), "ter"),
)
_VOWEL = re.compile(r"[aeiouy]")
_KEEP = frozenset(
    (
        "this does has was his us its as is always less unless perhaps during nothing anything something being "
        "thus bring none"
    ).split()
)


def normal_form(word: str) -> str:
    """Fold case, spelling and regular inflection of one word."""
    w = word.lower()
    if len(w) < 4 or w in _KEEP or not w.isalpha():
        return w
    for pattern, replacement in _BRITISH:
        w = pattern.sub(replacement, w)
    if w.endswith("ies"):
        w = w[:-3] + "y"
    elif w.endswith("s") and not w.endswith(("ss", "us", "is")):
        w = w[:-1]
    for suffix in ("ed", "ing"):
        stem = w[: -len(suffix)]
        if w.endswith(suffix) and len(stem) >= 3 and _VOWEL.search(stem):
            w = stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "lsz" else stem
            break
    return w[:-1] if len(w) > 3 and w.endswith("e") else w


#: Row types that name something in particular, not a way of speaking of it.
NAMING = frozenset({"condition", "other_therapy", "comparator", "substance", "authority", "place", "mechanism"})


class Mention(NamedTuple):
    """A lexicon row found in a sentence: token span [start, end), row id, row type."""

    start: int
    end: int
    id: str
    type: str


class Lexicon:
    """Finds concepts and cues in text.

    Parameters
    ----------
    concepts, cues: the validated rows.
    """

    def __init__(self, concepts: Iterable[LexiconRow], cues: Iterable[LexiconRow]) -> None:
        self._tokenize = Tokenizer(normal_form)
        self.nlp = self._tokenize.nlp
        self._normal, self._exact = Phrases(Word._fields.index("norm")), Phrases(Word._fields.index("lower"))
        rows = [*concepts, *cues]
        self.rows: dict[str, LexiconRow] = {row.id: row for row in rows}
        for row in rows:
            for phrase in row.phrases:
                table = self._exact if phrase.startswith("=") else self._normal
                table.add(self.doc(fold(phrase.removeprefix("="))[0]).words, (row.id, row.type))
        self.drugs = frozenset(row.id for row in rows if row.type == "drug")
        self.names = frozenset(row.id for row in rows if row.type in NAMING)
        self.ancestors = {row.id: self._ancestors(row.id) for row in rows}

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Lexicon:
        """Read the rows of each folder (`words.load_rows`).

        Raises `DataError` with file and row where one does not fit.
        """
        rows = load_rows(folders)
        return cls(rows.concepts.values(), rows.cues.values())

    def only(self, ids: frozenset[str]) -> Lexicon:
        """A lexicon of some of the rows."""
        return Lexicon([row for row in self.rows.values() if row.id in ids], ())

    def doc(self, folded: str) -> Tokens:
        """Tokens of a folded text."""
        return self._tokenize(folded)

    def find(self, doc: Tokens) -> list[Mention]:
        """Every row that matches, in order; of overlapping matches of one row only the longest."""
        covered: dict[str, int] = {}
        mentions = []
        for start, back, (row_id, kind) in sorted([*self._normal.find(doc.words), *self._exact.find(doc.words)]):
            if -back > covered.get(row_id, 0):
                covered[row_id] = -back
                mentions.append(Mention(start, -back, row_id, kind))
        return _as_subject(_apart(mentions))

    def _ancestors(self, row_id: str) -> frozenset[str]:
        seen = {row_id}
        todo = [row_id]
        while todo:
            row = self.rows.get(todo.pop())
            for parent in row.is_a if row else ():
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return frozenset(seen)


def _apart(mentions: list[Mention]) -> list[Mention]:
    """Without hedges that are part of the name of something ("potential" in "potential for abuse")."""
    if all(m.type != "hedge" for m in mentions):
        return mentions
    named = [(m.start, m.end) for m in mentions if m.type == "safety"]
    return [m for m in mentions if m.type != "hedge" or not any(s <= m.start and m.end <= e for s, e in named)]


#: The row of drugs that no entry is about.
_OTHER_DRUG = "other_drug"


def _as_subject(mentions: list[Mention]) -> list[Mention]:
    """Without those that take a treatment that entries are about for another therapy: a pack's name for it comes first."""
    if all(m.type != "other_therapy" for m in mentions):
        return mentions
    named = {i for m in mentions if m.type == "drug" and m.id != _OTHER_DRUG for i in range(m.start, m.end)}
    return [m for m in mentions if m.type != "other_therapy" or named.isdisjoint(range(m.start, m.end))]
