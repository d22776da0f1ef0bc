"""Rows of words as files hold them, text as it is folded before words are sought, and what a page is about by its words alone.

Nothing here needs spaCy, which takes a second to import.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from factcheck.border import DataError, LexiconRow, load_yaml
from factcheck.domain import Document
from factcheck.lookalikes import INVISIBLE, PLAIN

#: The treatment meant where none is named.
DEFAULT = "ketamine"

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


class WordRows(NamedTuple):
    """The rows of a lexicon by id."""

    concepts: Mapping[str, LexiconRow]
    cues: Mapping[str, LexiconRow]
    subjects: Mapping[str, LexiconRow]

    @property
    def ids(self) -> frozenset[str]:
        """Of concepts and cues: what an entry may ask for."""
        return frozenset([*self.concepts, *self.cues])


def load_rows(folders: Sequence[Path]) -> WordRows:
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
    return WordRows(**kinds)


class Subjects:
    """The names by which pages show what they are about. Raises `DataError` where one stands for what is no treatment."""

    def __init__(self, rows: WordRows) -> None:
        drugs = frozenset(row.id for row in (*rows.concepts.values(), *rows.cues.values()) if row.type == "drug")
        # Each name with the treatment that it stands for; none for a word that several share ("infusion").
        self._names = {
            fold(p)[0].lower(): _treatment(row, drugs) for row in rows.subjects.values() for p in row.phrases
        }

    def named(self, text: str) -> bool:
        """Whether a text names anywhere a treatment that the set could be about; yes if no `subjects*.yaml` say."""
        lower = fold(text)[0].lower()
        return not self._names or any(name in lower for name in self._names)

    def meant(self, text: str) -> frozenset[str]:
        """The treatment that a text names most often, for sentences that name none; empty for ketamine, which is the default."""
        lower = fold(text)[0].lower()
        counts: Counter[str] = Counter()
        for name, treatment in self._names.items():
            if treatment:
                counts[treatment] += lower.count(name)
        first = max(sorted(counts), key=lambda t: (counts[t], t == DEFAULT), default=DEFAULT)
        return frozenset() if first == DEFAULT or not counts[first] else frozenset({first})


def naming(document: Document) -> str:
    """Where a page names what it is about: address, title and text."""
    return f"{document.source}\n{document.title}\n{document.text}"


def _treatment(row: LexiconRow, drugs: frozenset[str]) -> str:
    treatments = set(row.is_a)
    if not treatments <= drugs or len(treatments) > 1:
        raise DataError(f"{row.id}: is_a: of a subject it names one row of type drug, not {', '.join(row.is_a)}")
    return treatments.pop() if treatments else ""
