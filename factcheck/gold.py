"""Gold sentences to measure against: JSON Lines of labeled sentences, or a folder of behavior groups in YAML."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.border import MAX_BYTES, DataError, load_yaml, read_text
from factcheck.domain import Label

Kind = Literal[
    "drug-swap",
    "negation",
    "strength-ladder",
    "numbers",
    "paraphrase",
    "scope",
    "risk",
    "non-claim",
    "outside",
    "compound",
    "context",
    "spelling",
]
#: The part of a behavior suite that is scored without being shown, by the folder that holds it.
UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class GoldLine:
    """A sentence with its gold label. `entries` decide it, most decisive first; `group` is right only if every line of it is."""

    id: str
    text: str
    before: str
    label: Label
    entries: tuple[str, ...] = ()
    group: str | None = None
    kind: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold set, or a part of one that is scored by itself. `digest` is of the bytes of its files; the sentences of a
    `hidden` one are not to be shown."""

    name: str
    lines: tuple[GoldLine, ...]
    digest: str
    hidden: bool


class _Row(BaseModel):
    """A line of JSON Lines gold. Further fields are for its editors."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    before: str | None = None
    label: Label
    entries: tuple[str, ...] = ()
    group: str | None = None
    kind: str | None = None
    ambiguous: bool = False


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    text: str = Field(min_length=1)
    before: str | None = None
    label: Label
    entry: str | None = None


class _Group(BaseModel):
    """A group of a behavior file: lines that differ in one thing each."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    group: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Kind
    lines: tuple[_Line, ...] = Field(min_length=3, max_length=5)


def load_gold(path: Path) -> list[Gold]:
    """Read gold: a `.jsonl` or `.jsonl.gz` file is one part; of a folder of behavior YAML, `unread` is a part of its own.

    A file named `blind*` and whatever lies in a folder `unread` is marked hidden.

    Raises `DataError` naming file and line where something does not fit, an id or group stands twice, or there is nothing.
    """
    if path.is_dir():
        return _folder(path)
    if path.suffix in (".yaml", ".yml"):
        return [_suite(path.stem, [path])]
    return [_lines(path)]


def parent(entry: str) -> str:
    """The id that citations are compared by: `abuse-potential.denied` is split off from `abuse-potential`."""
    return entry.split(".")[0]


def _folder(folder: Path) -> list[Gold]:
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise DataError(f"{folder}: no .yaml file with behavior groups; name a folder that has some, or a .jsonl file")
    root = folder.resolve()
    own = f"{root.parent.name}/{root.name}" if root.name in ("read", UNREAD) else root.name
    parts: dict[str, list[Path]] = {}
    for path in paths:
        below = path.relative_to(folder).parts[:-1]
        parts.setdefault(f"{root.name}/{below[0]}" if below else own, []).append(path)
    seen: dict[str, Path] = {}
    return [_suite(name, files, seen) for name, files in sorted(parts.items())]


def _suite(name: str, paths: Sequence[Path], seen: dict[str, Path] | None = None) -> Gold:
    seen = {} if seen is None else seen
    lines = []
    for path in paths:
        for row in load_yaml(path, _Group):
            if row.group in seen:
                raise DataError(f"{path}: {row.group}: a group of this name stands in {seen[row.group]} already")
            seen[row.group] = path
            lines += [
                GoldLine(
                    f"{row.group}-{n}",
                    line.text,
                    line.before or "",
                    line.label,
                    (line.entry,) if line.entry else (),
                    row.group,
                    row.kind,
                )
                for n, line in enumerate(row.lines, 1)
            ]
    hidden = any(UNREAD in p.resolve().parts for p in paths)
    return Gold(name, tuple(lines), _digest(p.read_bytes() for p in paths), hidden)


def _lines(path: Path) -> Gold:
    lines: dict[str, GoldLine] = {}
    for n, text in enumerate(_text(path).splitlines(), 1):
        if not text.strip():
            continue
        try:
            row = _Row.model_validate(json.loads(text))
        except ValidationError as error:
            first = error.errors()[0]
            raise DataError(f"{path}:{n}: {'.'.join(map(str, first['loc'])) or 'line'}: {first['msg']}") from None
        except ValueError:
            raise DataError(f"{path}:{n}: broken JSON; write one object a line") from None
        if row.id in lines:
            raise DataError(f"{path}:{n}: id {row.id} stands twice")
        lines[row.id] = GoldLine(
            row.id, row.text, row.before or "", row.label, row.entries, row.group, row.kind, row.ambiguous
        )
    if not lines:
        raise DataError(f"{path}: no gold sentences; write one JSON object a line")
    return Gold(path.name, tuple(lines.values()), _digest([path.read_bytes()]), path.name.startswith("blind"))


def _text(path: Path) -> str:
    if path.suffix != ".gz":
        return read_text(path)
    try:
        with gzip.open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{path}: not a whole gzip file") from None
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise DataError(f"{path}: larger than {MAX_BYTES:,} bytes when unpacked")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8 text") from None


def _digest(contents: Iterable[bytes]) -> str:
    """The sha256 of one file, or of the sha256s of several."""
    digests = [hashlib.sha256(content) for content in contents]
    return (
        digests[0].hexdigest()
        if len(digests) == 1
        else hashlib.sha256(b"".join(d.digest() for d in digests)).hexdigest()
    )
