"""`--watch`: which of the sources changed, as they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from factcheck.domain import FactcheckError


def watchable(sources: Sequence[str]) -> None:
    """Raise `FactcheckError` for a source that is no file or folder."""
    for source in sources:
        if not Path(source).exists():
            raise FactcheckError(f"{source}: cannot be watched; --watch takes files and folders")


def changes(sources: Sequence[str]) -> Iterator[list[str]]:
    """The changed files of each moment, named as `load` names them, until the reader interrupts."""
    paths = [Path(source) for source in sources]
    # Editors replace a file rather than write into it, so its folder is watched.
    folders = {path if path.is_dir() else path.parent for path in paths}
    for found in watch(*folders):
        changed = {Path(name) for change, name in found if change is not Change.deleted}
        named = list(dict.fromkeys(name for path in paths for name in _named(path, changed)))
        if named:
            yield named


def _named(path: Path, changed: set[Path]) -> list[str]:
    if path.is_dir():
        top = path.resolve()
        below = sorted(each.resolve().relative_to(top) for each in changed if each.resolve().is_relative_to(top))
        return [str(path / each) for each in below if not any(part.startswith(".") for part in each.parts)]
    return [str(path)] if path.resolve() in {each.resolve() for each in changed} else []
