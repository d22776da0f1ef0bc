"""A folded sentence as tokens, and a table of phrases that finds those that stand in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from sys import intern
from threading import Lock
from typing import Any, NamedTuple

import spacy
from spacy.attrs import LOWER, NORM
from spacy.tokens import Token

#: Characters in a sentence, more than a page can have. spaCy's own limit of 1,000,000 is for parsers, which are not used here.
MAX_LENGTH = 100_000_000
#: Stretches without a space whose tokens are kept at hand, and their longest; pages repeat their words.
_KEPT, _LONGEST = 8_000, 40
#: Longer than any word: a stretch of this length is one token, since spaCy might make a thousand of it.
_WORD = 500
#: New words after which spaCy forgets those that it has met: each takes about 800 bytes, and it keeps all.
_FORGETS = 2_500


class Word(NamedTuple):
    """A token's forms: as written, in lower case, and normal."""

    text: str
    lower: str
    norm: str


class Tokens(NamedTuple):
    """The tokens of a text. Token i stands at offsets `spans[i]` of it."""

    words: list[Word]
    spans: list[tuple[int, int]]


class Tokenizer:
    """spaCy's tokens of English. It takes each stretch between two spaces by itself, so what it makes of one is kept.

    Parameters
    ----------
    normal_form: of a word, where spaCy knows no better ("'s" in "let's" is "us").
    """

    def __init__(self, normal_form: Callable[[str], str]) -> None:
        self.nlp = spacy.blank("en")
        self.nlp.max_length = MAX_LENGTH
        getters: dict[int, Any] = self.nlp.vocab.lex_attr_getters  # type: ignore[attr-defined]
        getters[NORM] = self._normal_form = normal_form
        for unused in set(getters) - {LOWER, NORM}:  # of which working out 20 takes a third of the time of a new word
            del getters[unused]
        self._tokenize = self.nlp.tokenizer  # nine times faster than `make_doc`, which also looks at the text's length
        rules: dict[str, Any] = self.nlp.tokenizer.rules  # type: ignore[union-attr]
        # Words that rules cut, and those that they made, which have norms of their own.
        self._special = frozenset(rules).union(lexeme.text for lexeme in self.nlp.vocab)
        self._kept: dict[str, tuple[tuple[Word, int, int], ...]] = {}
        self._lock, self._zone, self._known = Lock(), ExitStack(), len(self.nlp.vocab)

    def __call__(self, folded: str) -> Tokens:
        """Tokens of a folded text."""
        words: list[Word] = []
        spans: list[tuple[int, int]] = []
        # Where white space is more than single spaces between words, it makes tokens of its own.
        plain = folded.isprintable() and "  " not in folded and folded[:1] != " "
        at, kept = 0, self._kept
        for stretch in folded.split(" ") if plain else (folded,):
            found = kept.get(stretch) if plain else None
            if found is None:
                found = self._read(stretch)
                if plain and len(stretch) <= _LONGEST:
                    if len(kept) >= _KEPT:
                        kept.clear()
                    kept[stretch] = found
            for word, start, end in found:
                words.append(word)
                spans.append((at + start, at + end))
            at += len(stretch) + 1
        return Tokens(words, spans)

    def _read(self, stretch: str) -> tuple[tuple[Word, int, int], ...]:
        """The tokens of a stretch that is not at hand, with the offsets of each."""
        # spaCy cuts at punctuation, before units ("5mg"), and where a rule says so ("cannot").
        whole = stretch.isascii() and (stretch.isalpha() or (stretch.isalnum() and stretch[-1].isdigit()))
        if (whole and stretch not in self._special) or (len(stretch) >= _WORD and " " not in stretch):
            return ((Word(stretch, intern(stretch.lower()), intern(self._normal_form(stretch))), 0, len(stretch)),)
        with self._lock:  # what spaCy forgets must be nobody's
            if len(self.nlp.vocab) - self._known > _FORGETS:
                self._known = len(self.nlp.vocab)
                self._zone.close()
                self._zone.enter_context(self.nlp.memory_zone())
            return tuple((_word(t), t.idx, t.idx + len(t)) for t in self._tokenize(stretch))


def _word(token: Token) -> Word:
    return Word(token.text, intern(token.lower_), intern(token.norm_))


class Phrases:
    """Finds phrases among tokens, by a tree with a word on each branch.

    Parameters
    ----------
    form: which of the forms of a word to compare, its place in `Word`.
    """

    def __init__(self, form: int) -> None:
        self._form = form
        self._tree: dict[str, Any] = {}

    def add(self, phrase: Sequence[Word], name: tuple[str, str]) -> None:
        """Add a phrase under a name, which other phrases may have too."""
        node = self._tree
        for word in phrase:
            node = node.setdefault(word[self._form], {})
        names = node.setdefault(_END, [])
        if name not in names:
            names.append(name)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[int, int, tuple[str, str]]]:
        """Start, negative end and name of every phrase, so that in their order the longest of a start is first."""
        form, tree = self._form, self._tree
        for start, first in enumerate(words):
            node = tree.get(first[form])
            end = start + 1
            while node is not None:
                for name in node.get(_END, ()):
                    yield start, -end, name
                node = node.get(words[end][form]) if end < len(words) else None
                end += 1


#: What ends a phrase in the tree; no word is empty.
_END = ""
