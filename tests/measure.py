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
    for page in (b"<p>Ketamine may help some people.", "<p>Un âne brait là-bas, près de l’été. ".encode() * 5):
        extract(Page("start", page, "text/html"))  # what is loaded late is part of the start as well
    reader.read("Ketamine may help some people.")
    for name in names:
        sys.stdout.flush()
        if os.fork() == 0:
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
    document = extract(page)
    if not isinstance(document, Skipped):
        for sentence in split(document):
            assert document.text[sentence.start : sentence.end] == sentence.text
            reader.read(sentence.text, sentence.before)
    return {
        "seconds_per_mb": round((time.process_time() - started) / len(page.content) * 1e6, 3),
        "times_the_page": round((_peak() - before) / len(page.content), 2),
    }


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
