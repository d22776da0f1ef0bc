"""Prints, for each named hostile page, what it takes to read it. `python tests/measure.py SIZE NAME ...`"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from hostilepages import BIG, TYPES

from factcheck.domain import Page, Skipped
from factcheck.extract import extract
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.read import Reader
from factcheck.split import split


def main(size: int, names: list[str]) -> None:
    """Measure each page in a fork, so that what one takes is not there already for the next."""
    reader = Reader(Lexicon.load([data_dir() / "lexicon"]))
    _start(reader)
    for name in names:
        sys.stdout.flush()
        if os.fork() == 0:
            _start(reader)  # once more: a fork has none of its libraries' pages in memory at first
            found = _measure(reader, Page(name, BIG[name](size), TYPES.get(name, "text/html")))
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.wait()
        if status:
            raise SystemExit(f"{name}: died with {status}")


def _measure(reader: Reader, page: Page) -> dict[str, float]:
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, started = _peak(), time.process_time()
    _read(reader, page)
    return {
        "seconds_per_mb": round((time.process_time() - started) / len(page.content) * 1e6, 3),
        "times_the_page": round((_peak() - before) / len(page.content), 2),
    }


def _start(reader: Reader) -> None:
    """What is loaded late is part of the start as well."""
    sample = data_dir() / "demo" / "clinic.html"
    for content in (sample.read_bytes(), "<p>Un âne brait là-bas, près de l’été. ".encode() * 5):
        _read(reader, Page("start", content, "text/html"))


def _read(reader: Reader, page: Page) -> None:
    document = extract(page)
    if not isinstance(document, Skipped):
        for sentence in split(document):
            assert document.text[sentence.start : sentence.end] == sentence.text
            reader.read(sentence.text, sentence.before)


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
