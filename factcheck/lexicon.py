"""The lexicon: rows of words from `data/lexicon/`, and a matcher that finds them in a sentence.

Rows match on a normal form that folds case, British and American spelling and regular inflection (the first step of Porter's
stemmer, 1980: plurals, -ed, -ing), so that one phrase in the data covers "treats", "treated" and "treating".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from factcheck.border import DataError, LexiconRow, load_yaml
from factcheck.lookalikes import INVISIBLE, PLAIN
from factcheck.tokens import Phrases, Tokenizer, Tokens, Word

# One character for one, so that offsets into the folded text are offsets into the sentence. Hyphens become spaces, so
# that "FDA-approved" and "FDA approved" read the same. Look-alikes of Latin letters are read as a reader sees them.
_FOLD = PLAIN | str.maketrans(
    {
        **dict.fromkeys("‘’ʼ′`´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("-‐‑‒–−\u00a0\u2009\u202f\t\n\r", " "),
        "—": ";",
    }
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
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


#: Two sentences glued without a space ("relieve.Most people").
_GLUED = re.compile(r"[.!?](?<=[a-z)\]%][.!?])(?=[A-Z][a-z])")


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Fold typography, and part glued sentences.

    Returns the folded text and, for each of its characters, the offset in `text`.
    """
    plain = text.isascii() and text.isprintable()  # most sentences are, and need two characters folded
    folded = text.replace("-", " ").replace("`", "'") if plain else text.translate(_FOLD)
    glued = {m.start() for m in _GLUED.finditer(folded)}
    if not glued and (plain or not _INVISIBLE.search(folded)):
        return folded, range(len(folded) + 1)
    out: list[str] = []
    places: list[int] = []
    for i, char in enumerate(folded):
        if not _INVISIBLE.match(char):
            out.append(char)
            places.append(i)
            if i in glued:
                out.append(" ")
                places.append(i)
    return "".join(out), [*places, len(text)]


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

#: The treatment meant where none is named.
DEFAULT = "ketamine"


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
    concepts, cues: the validated rows. subjects: rows of names that show what a page is about.
    """

    def __init__(
        self, concepts: Iterable[LexiconRow], cues: Iterable[LexiconRow], subjects: Iterable[LexiconRow] = ()
    ) -> None:
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
        # Each name of a subject with the treatment that it stands for; none for a word that several share ("infusion").
        self._subjects = {fold(p)[0].lower(): self._treatment(row) for row in subjects for p in row.phrases}
        self.names = frozenset(row.id for row in rows if row.type in NAMING)
        self.ancestors = {row.id: self._ancestors(row.id) for row in rows}

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Lexicon:
        """Read `concepts*.yaml`, `cues*.yaml` and `subjects*.yaml` of each folder.

        Later folders add rows, or phrases to rows of the same id.

        Raises `DataError` with file and row where one does not fit.
        """
        kinds: dict[str, dict[str, LexiconRow]] = {"concepts": {}, "cues": {}, "subjects": {}}
        for folder in folders:
            for kind, rows in kinds.items():
                for path in sorted(folder.glob(f"{kind}*.yaml")):
                    for row in load_yaml(path, LexiconRow):
                        old = rows.get(row.id)
                        rows[row.id] = row if old is None else old.merged(row)
        return cls(*(rows.values() for rows in kinds.values()))

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
        return _as_subject(mentions)

    def names_subject(self, text: str) -> bool:
        """Whether a text names anywhere a treatment that the set could be about; yes if no `subjects*.yaml` say."""
        lower = fold(text)[0].lower()
        return not self._subjects or any(name in lower for name in self._subjects)

    def subject(self, text: str) -> frozenset[str]:
        """The treatment that a text names most often, for sentences that name none; empty for ketamine, which is the default."""
        lower = fold(text)[0].lower()
        counts: Counter[str] = Counter()
        for name, treatment in self._subjects.items():
            if treatment:
                counts[treatment] += lower.count(name)
        first = max(sorted(counts), key=lambda t: (counts[t], t == DEFAULT), default=DEFAULT)
        return frozenset() if first == DEFAULT or not counts[first] else frozenset({first})

    def _treatment(self, row: LexiconRow) -> str:
        treatments = set(row.is_a)
        if not treatments <= self.drugs or len(treatments) > 1:
            raise DataError(f"{row.id}: is_a: of a subject it names one row of type drug, not {', '.join(row.is_a)}")
        return treatments.pop() if treatments else ""

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


#: The row of drugs that no entry is about.
_OTHER_DRUG = "other_drug"


def _as_subject(mentions: list[Mention]) -> list[Mention]:
    """Without those that take a treatment that entries are about for another therapy: a pack's name for it comes first."""
    if all(m.type != "other_therapy" for m in mentions):
        return mentions
    named = {i for m in mentions if m.type == "drug" and m.id != _OTHER_DRUG for i in range(m.start, m.end)}
    return [m for m in mentions if m.type != "other_therapy" or named.isdisjoint(range(m.start, m.end))]
