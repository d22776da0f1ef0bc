"""Coverage-guided fuzzing of the way from bytes to readings, with atheris: `make fuzz`.

    python tests/fuzz/pages.py [libFuzzer options] [corpus folder]

Begins with the hostile pages of tests/hostile/ and mutates them, guided by which lines of factcheck they reach. An input that
breaks a promise is written to the folder that `-artifact_prefix` names.
"""

from __future__ import annotations

import io
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["factcheck"]):
    from factcheck.domain import Document, Page, Skipped
    from factcheck.extract import extract
    from factcheck.lexicon import Lexicon
    from factcheck.load import load
    from factcheck.paths import data_dir
    from factcheck.read import Reader
    from factcheck.split import split

TESTS = Path(__file__).parent.parent
TYPES = ("text/html", "text/plain", "text/markdown")
#: Seconds of processor time for one input of at most `-max_len` bytes; 2 s per MB is a test of its own (tests/test_limits.py).
MAX_SECONDS = 2.0
READER = Reader(Lexicon.load([data_dir() / "lexicon"]))
SEEDS = [p.read_bytes() for p in sorted((TESTS / "hostile").iterdir())]
#: What a mutation cuts at and puts in: tags, entities, words and single characters.
PIECES = sorted(
    {piece for seed in SEEDS for piece in re.findall(rb"<[^>]{0,80}>?|&[^;]{0,20};|[^<&\s]{1,40}|\s", seed)}
)


def check(data: bytes) -> None:
    """Take one input all the way. The first byte chooses its type and where its charset comes from."""
    kind, content = data[0] if data else 0, data[1:]
    started = time.process_time()
    (page,) = load("-", io.BytesIO(content))
    if kind % 2 or isinstance(page, Skipped):  # what was told to be a page, though nobody would take it for one
        page = Page("-", content, TYPES[kind // 2 % 3], (None, "utf-16", "punycode", "latin-1")[kind // 6 % 4])
    check_page(page)
    assert time.process_time() - started < MAX_SECONDS, "too slow"


def check_page(page: Page) -> None:
    """Extract, split and read a page."""
    found = extract(page)
    if isinstance(found, Skipped):
        assert found.reason.isprintable(), found.reason
    else:
        check_document(found)


def check_document(document: Document) -> None:
    """Offsets are valid from the blocks down to the words."""
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
    for sentence in split(document):
        assert document.text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip()
        reading = READER.read(sentence.text, sentence.before)
        for start, stop in reading.offsets:
            assert 0 <= start < stop <= len(sentence.text)
        for mention in reading.mentions:
            assert 0 <= mention.start < mention.end <= len(reading.words)
        for amount in reading.amounts:
            assert 0 <= amount.start < amount.end <= len(reading.words)


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Half of the time libFuzzer's own mutation, half of the time pieces of pages put in, taken out or put twice."""
    if seed % 2 or len(data) < 2:
        return bytes(atheris.Mutate(data, max_size))
    at, other = (seed >> 1) % len(data), (seed >> 13) % len(data)
    piece = PIECES[(seed >> 5) % len(PIECES)]
    match (seed >> 3) % 4:
        case 0:
            data = data[:at] + piece + data[at:]
        case 1:
            data = data[:at] + piece * (1 + (seed >> 9) % 50) + data[at:]
        case 2:
            data = data[: min(at, other)] + data[max(at, other) :]
        case _:
            data = data[:at] + data[min(at, other) : max(at, other)] + data[at:]
    return data[:max_size]


def fuzz(check: Callable[[bytes], None], seeds: list[bytes]) -> None:
    """Run libFuzzer with the options of the command line. Its last argument, where it is a folder, takes the seeds in."""
    folder = Path(sys.argv[-1])
    if folder.is_dir():
        for number, seed in enumerate(seeds):
            (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup(sys.argv, check, custom_mutator=lambda data, size, seed: mutate(bytes(data), size, seed))
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(check, [b"\0" + page[:4000] for page in SEEDS])
