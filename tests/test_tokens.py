"""Tokens that are kept are spaCy's, and the tree of phrases finds all that stand in a text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import factcheck.tokens
from factcheck.lexicon import normal_form
from factcheck.paths import data_dir
from factcheck.tokens import Phrases, Tokenizer, Word
from factcheck.words import fold

TOKENIZE = Tokenizer(normal_form)
PAGES = sorted((data_dir() / "gold" / "pages").glob("*/page.html"))


def check(text: str) -> None:
    tokens = TOKENIZE(text)
    doc = TOKENIZE.nlp.tokenizer(text)
    assert tokens.words == [Word(t.text, t.lower_, t.norm_) for t in doc]
    assert tokens.spans == [(t.idx, t.idx + len(t)) for t in doc]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Let's see: it's 5 p.m., isn't it?",
        "A  gap,   and \t a tab ",
        " led by a space",
        "70% of patients (n=12) :) felt $1,200.50/mg better... e.g. in the U.S.",
        "https://example.org/a?b=c and a@example.org; 10mg/kg",
        "Ketamine 疼痛\u3000works",
    ],
)
def test_tokens_are_those_of_spacy(text: str) -> None:
    for _ in range(2):  # made, then kept
        check(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)
def test_tokens_of_pages_are_those_of_spacy(page: Path) -> None:
    for line in page.read_text(encoding="utf-8", errors="replace").splitlines():
        check(fold(line.strip())[0])


@given(st.text(alphabet=" ab.,'’:;()-/$%1Zé\n", max_size=40))
def test_tokens_of_any_text_are_those_of_spacy(text: str) -> None:
    check(text)


@given(st.text(alphabet="abcmkgGT059Zé", min_size=1, max_size=6))
def test_tokens_of_any_word_are_those_of_spacy(word: str) -> None:
    check(f"{word} {word.capitalize()}")


def test_tokens_of_special_words_are_those_of_spacy() -> None:
    for word in sorted(TOKENIZE._special):
        check(f"{word} x")


def test_spacy_forgets_the_words_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factcheck.tokens, "_FORGETS", 100)
    tokenize = Tokenizer(normal_form)
    before = len(tokenize.nlp.vocab.strings)
    found = [tokenize(f"word-{n} {n}mg").words for n in range(1_000)]
    assert len(tokenize.nlp.vocab.strings) < before + 500
    assert [tokenize(f"word-{n} {n}mg").words for n in range(1_000)] == found


def test_every_phrase_is_found_the_longest_of_a_start_first() -> None:
    phrases = Phrases(Word._fields.index("norm"))
    for phrase, name in (("off label", "a"), ("off label use", "b"), ("label use", "c"), ("off label use", "d")):
        phrases.add(TOKENIZE(phrase).words, (name, "word"))
    found = sorted(phrases.find(TOKENIZE("Its off label uses").words))
    assert [(start, -end, name) for start, end, (name, _) in found] == [
        (1, 4, "b"),
        (1, 4, "d"),
        (1, 3, "a"),
        (2, 4, "c"),
    ]
