"""Sentences to label, or to try an entry on: from pages, from JSON Lines, or from the store of an audit."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from factcheck.domain import Document, FactcheckError, Page, Sentence, Skipped
from factcheck.extract import extract
from factcheck.lines import read_lines
from factcheck.load import load
from factcheck.split import split

#: What every SQLite file begins with.
_SQLITE = b"SQLite format 3\0"
_NO_STORE = (
    "not the store of an audit, or made by another version; name one made with: factcheck audit SOURCE --store FILE"
)
#: The first page, by address, on which a sentence stands.
_ON = (
    "SELECT sentences.text, sentences.context, (SELECT MIN(pages.url) FROM occurrences"
    " JOIN pages ON pages.document_id = occurrences.document_id WHERE occurrences.sentence_id = sentences.id)"
    " FROM sentences WHERE label IS NOT NULL AND reason <> 'off topic'"
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A sentence with what stands before it, and the page, or the group of its file, that it comes from."""

    sentence: Sentence
    group: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two sentences the same: text and context."""
        return self.sentence.text, self.sentence.before


def gather(
    source: str,
    say: Callable[[str], None],
    *,
    about: Callable[[Document], bool] = lambda _: True,
    most: int | None = None,
) -> list[Gathered]:
    """The sentences of a source, each once.

    Args:
        source: A store of `factcheck audit`; a `.jsonl` file of objects with `text` and perhaps `before` and `group`, whose
            labels are not looked at; or whatever `factcheck scan` takes.
        say: Told, in one line, of each page that cannot be read.
        about: Whether a page is to be read; those that a store has as off topic are not.
        most: Of a store, no more sentences than this: half of them those with the least confidence, half drawn evenly.

    Raises:
        FactcheckError: The source is a file that cannot be read, or a database that is no store.
    """
    if is_store(source):
        found = stored(Path(source), most)
    elif source.endswith(".jsonl"):
        found = _lines(Path(source))
    else:
        found = _pages(source, say, about)
    unique: dict[tuple[str, str], Gathered] = {}
    for item in found:
        unique.setdefault(item.key, item)
    return list(unique.values())


def is_store(source: str) -> bool:
    """Whether a source is an SQLite file."""
    path = Path(source)
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except (OSError, ValueError):
        return False


def stored(path: Path, most: int | None = None) -> Iterator[Gathered]:
    """The judged sentences of an audit's store (docs/store.md), in the order of their ids; with `most`, as `gather` says.

    An id is a hash of its sentence, so that their order is as good as a draw, and the same every time.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if most is None:
                yield from map(_stored, connection.execute(f"{_ON} ORDER BY id"))
                return
            least = f"{_ON} ORDER BY confidence, id LIMIT ?"
            even = f"{_ON} ORDER BY id LIMIT ?"
            yield from map(_stored, connection.execute(least, (most // 2,)).fetchall())
            yield from map(_stored, connection.execute(even, (most - most // 2,)).fetchall())
    except sqlite3.OperationalError as error:
        busy = "locked" in str(error) or "busy" in str(error)
        raise FactcheckError(f"{path}: {'in use by another program; try again' if busy else _NO_STORE}") from None
    except sqlite3.DatabaseError:
        raise FactcheckError(f"{path}: {_NO_STORE}") from None


def _stored(row: tuple[str, str, str | None]) -> Gathered:
    text, before, url = row
    return Gathered(_sentence(text, before), _group(url) if url else _group(text))


def _lines(path: Path) -> Iterator[Gathered]:
    try:
        with path.open("rb") as file:
            given = read_lines(file, str(path))
    except OSError as error:
        raise FactcheckError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from None
    for g in given:
        group = g.fields.get("group")
        yield Gathered(g.sentence, group if isinstance(group, str) and group else _group(g.sentence.text))


def _pages(source: str, say: Callable[[str], None], about: Callable[[Document], bool]) -> Iterator[Gathered]:
    for item in load(source):
        document = extract(item) if isinstance(item, Page) else item
        if isinstance(document, Skipped):
            if document.unreadable:
                raise FactcheckError(f"{document.source}: {document.reason}")
            say(f"{document.source}: {document.reason}")
        elif not about(document):
            say(f"{document.source}: names no treatment that the reference set is about")
        else:
            for sentence in split(document):
                yield Gathered(_sentence(*sentence.judged_on), _group(document.source))


def _sentence(text: str, before: str) -> Sentence:
    return Sentence(text, 0, len(text), before=before)


def _group(name: str) -> str:
    """A short name for a page, or for a sentence that comes alone: folds of a training keep what shares it together."""
    return f"page-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
