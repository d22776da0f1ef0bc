"""Every regular expression of the package takes linear time on input that tries: they are found by looking, none is listed."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from factcheck.domain import Page
from factcheck.extract import extract
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.read import Reader
from factcheck.split import sentence_spans

ROOT = Path(__file__).parent.parent / "factcheck"
#: The longer input is so many times the shorter: quadratic time would be its square, 64.
TIMES, LONGER = 8, 64_000
#: Below this no growth is measured: 64,000 characters in 10 ms are 6 MB a second.
FAST = 0.01
#: Seconds per MB that an expression may take at most, whatever its growth.
SECONDS_PER_MB = 2.0
SLACK = 2.5
WORDS = re.compile(r"[A-Za-z]{2,}")
#: Bait: what openings and middles of the patterns are made of, and what they wait for in vain.
BAIT = [
    "a", "A", "1", " ", "\t", "\n", ".", ",", "-", "–", ":", ";", "'", '"', "“", "(", "[", "<", "<a ", "<!--", "&",
    "/", "*", "•", "•  ", "a ", "A ", "a.", "a. ", "A b. ", "1.", "1. ", "1, ", "1 of 1 ", "1-1", "$1", "[1,", "[1] ",
    "x.[1]", "¹", "=", "a=", "a='", "a=\"", "http://", "a@", "{", "}", "{}", "/*", "---\n", "<meta ", "charset",
    "\u200b", "\u202e", "é", "е", "_", "nav-", "Jan 1 ", "is", "s", "not ", "1.1", "%", "1%", "<div ", "</", "<p>a",
    "# ", "| ", "rect(", "0 ", "-9", "px", "; ", "\r\n", "\0", "ed", "ing", "aesth",
]  # fmt: skip


def expressions() -> dict[str, re.Pattern[Any]]:
    """All compiled expressions that the package's modules hold, also within collections, by where they stand."""
    found: dict[str, re.Pattern[Any]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for name, value in vars(module).items():
            if not isinstance(value, ModuleType):
                for pattern in _within(value):
                    found.setdefault(f"{module.__name__}.{name} {pattern.pattern[:40]!r}", pattern)
    return found


def _within(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        for item in [*value, *value.values()]:
            yield from _within(item, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3 and len(value) < 1000:
        for item in value:
            yield from _within(item, depth + 1)


EXPRESSIONS = expressions()


def bait(pattern: re.Pattern[Any]) -> list[str]:
    """Units to repeat: the common ones, and the words that the expression waits for, alone and with what breaks them off."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    words = sorted(set(WORDS.findall(source)))[:6]
    return BAIT + [word + end for word in words for end in ("", " ", "-", ":")]


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    subject: Any = text if isinstance(pattern.pattern, str) else text.encode()
    started = time.process_time()
    for count, _ in enumerate(pattern.finditer(subject)):
        if count > len(text):
            break
    return time.process_time() - started


def test_expressions_are_found() -> None:
    assert len(EXPRESSIONS) >= 50
    modules = {name.rpartition(" ")[0].split(".")[1] for name in EXPRESSIONS}
    assert {
        "blocks",
        "extract",
        "language",
        "lexicon",
        "load",
        "maincontent",
        "markup",
        "read",
        "split",
        "style",
    } <= modules


def test_an_expression_of_quadratic_time_would_be_found() -> None:
    quadratic = re.compile(r"a+b")
    assert seconds(quadratic, "a" * 20_000) > 4 * seconds(quadratic, "a" * 5_000)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_time_is_linear(name: str) -> None:
    pattern = EXPRESSIONS[name]
    for unit in bait(pattern):
        short = (unit * (LONGER // TIMES // len(unit) + 1))[: LONGER // TIMES] + "\x00"
        few = seconds(pattern, short)
        if few < FAST / TIMES / 4:
            continue  # quadratic or not, 64,000 characters would take 20 ms at most
        long = (unit * (LONGER // len(unit) + 1))[:LONGER] + "\x00"
        many = seconds(pattern, long)
        if many < FAST:
            continue
        growth = many / min(few, *(seconds(pattern, short) for _ in range(2)))
        assert many / LONGER * 1e6 <= SECONDS_PER_MB * SLACK, f"{unit!r}: {many / LONGER * 1e6:.1f} s per MB"
        assert growth < TIMES * 3, f"{unit!r}: {TIMES} times the text takes {growth:.0f} times the time"


def _reader() -> Reader:
    return Reader(Lexicon.load([data_dir() / "lexicon"]))


def _phrases() -> list[str]:
    """Some phrases of the lexicon, whole and without the last word: a matcher has to begin anew with each."""
    rows = _reader().lexicon.rows.values()
    phrases = sorted({phrase.removeprefix("=") for row in rows for phrase in row.phrases})[::40]
    return [f"{phrase} " for phrase in phrases] + [
        phrase.rpartition(" ")[0] + " " for phrase in phrases if " " in phrase
    ]


#: Characters that a stage is given, and four times as many: quadratic time would be 16 times as long. Sentences are found in
#: windows of 20,000 characters, below which they do take quadratic time.
FIRST, FOUR = 20_000, 4


@pytest.mark.parametrize("stage", ["read", "sentences", "page"])
def test_stages_take_linear_time(stage: str) -> None:
    def page(text: str) -> object:
        return extract(Page("-", text.encode(), "text/html"))

    run: Callable[[str], object] = {"read": _reader().read, "sentences": sentence_spans, "page": page}[stage]

    def took(text: str) -> float:
        started = time.process_time()
        run(text)
        return time.process_time() - started

    took("Ketamine is not approved. " * 100)  # what is loaded late
    for unit in BAIT + _phrases():
        long = (unit * (FIRST * FOUR // len(unit) + 1))[: FIRST * FOUR]
        many = took(long)
        if many < FAST * 5:
            continue
        few = max(took(long[:FIRST]) for _ in range(3))
        growth = min(many, *(took(long) for _ in range(2))) / few
        assert growth < FOUR * 2.5, f"{unit!r}: {FOUR} times the text takes {growth:.0f} times the time"


def test_patterns_within_functions_are_compiled_outside_or_harmless() -> None:
    """`re.sub("...", ...)` within functions is not seen by looking at modules; those that there are have no repetition to try."""
    for path in sorted(ROOT.rglob("*.py")):
        for source in re.findall(
            r"re\.(?:sub|search|match|fullmatch|split|findall|finditer)\(\s*r?[\"'](.*?)[\"'],", path.read_text()
        ):
            assert not re.search(r"[*+}].*[*+}]", source), f"{path.name}: {source}"
