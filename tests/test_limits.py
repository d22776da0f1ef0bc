"""Hostile pages: no crash, at most 2 s of processor time per MB, memory at most 20 times the page, and offsets that are valid.

What is measured is the way from bytes to readings, in a process of its own for each page. `make limits` takes every page at its
full size; `make test` takes them smaller, and some at full size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hostilepages import BIG, MB, kept

from factcheck.domain import Document, Page, Skipped
from factcheck.extract import extract
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.read import Reader
from factcheck.split import split

SECONDS_PER_MB = 2.0
#: Machines that run tests are busy and their processors shared.
SLACK = 2.5
TIMES_THE_PAGE = 20.0
EVERYTHING = bool(os.environ.get("FACTCHECK_LIMITS"))
#: The names whose memory `make test` measures.
LARGE = [
    "attributes", "attributes as crowded as they may be", "word of one megabyte", "zero-width in words", "quotes open",
    "negations", "footnotes", "json values", "bullets", "text: one line", "headings as crowded as they may be",
    "rows as crowded as they may be", "foreign lines as crowded as they may be", "words that differ", "entities unknown",
]  # fmt: skip


@cache
def measured(names: tuple[str, ...], size: int) -> dict[str, dict[str, float]]:
    """Seconds per MB, and peak of memory as a multiple of the page, for each name."""
    run = subprocess.run(
        [sys.executable, Path(__file__).parent / "measure.py", str(size), *names],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: json.loads(line) for name, line in zip(names, run.stdout.splitlines(), strict=True)}


@pytest.mark.parametrize("name", BIG)
def test_time(name: str) -> None:
    for size in (MB * 19 // 20, MB * 21 // 20) if EVERYTHING else (MB // 10,):
        found = measured(tuple(BIG), size)[name]
        assert found["seconds_per_mb"] <= SECONDS_PER_MB * SLACK


@pytest.mark.parametrize("name", BIG if EVERYTHING else LARGE)
def test_memory(name: str) -> None:
    found = measured(tuple(BIG) if EVERYTHING else tuple(LARGE), MB * 21 // 20)[name]
    assert found["times_the_page"] <= TIMES_THE_PAGE


#: Kept pages that are not read, and why: no text in them, more control characters than text has, or nothing but scraps.
REFUSED = {"no-body.html": "no text", "controls.txt": "binary", "markup.md": "not in English"}


@pytest.mark.parametrize("name", kept())
def test_kept_pages_are_read_with_valid_offsets(name: str) -> None:
    content, media_type = kept()[name]
    found = extract(Page(name, content, media_type))
    if name in REFUSED:
        assert isinstance(found, Skipped)
        assert REFUSED[name] in found.reason
        return
    assert isinstance(found, Document), found
    assert "Ketamine" in found.text
    reader = _reader()
    for sentence in split(found):
        assert found.text[sentence.start : sentence.end] == sentence.text
        reading = reader.read(sentence.text, sentence.before)
        assert all(0 <= start < end <= len(sentence.text) for start, end in reading.offsets)


@cache
def _reader() -> Reader:
    return Reader(Lexicon.load([data_dir() / "lexicon"]))
