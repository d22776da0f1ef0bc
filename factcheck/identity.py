"""What a stored result depends on, as short digests: another digest means that the work has to be done again.

A page's sentences depend on the code and on the names of the subject, a verdict also on the model, the lexicon, the reference
set and the day of judging. The code counts as a whole: that a change is without effect could only be known by running it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from factcheck import __version__
from factcheck.domain import FactcheckError
from factcheck.paths import data_dir, models_dir

#: The shipped model's folder, as in `check.DEFAULT_MODEL`; not imported from there, since that loads spaCy.
_MODEL = "base"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to judge: folders of entries added to the shipped set, a model other than the shipped, the day of judging."""

    reference: tuple[Path, ...] = ()
    model: Path | None = None
    as_of: date | None = None


@cache
def extractor_digest(reference: tuple[Path, ...] = ()) -> str:
    """Of all that a page's sentences depend on: the code of this package, and the names by which a page is on the subject.

    Parameters
    ----------
    reference: folders added to the shipped set.

    Raises `FactcheckError` where a file cannot be read.
    """
    package = Path(__file__).parent
    code = _digest(package, sorted(package.rglob("*.py")), __version__)
    found = ((folder, sorted(folder.glob("subjects*.yaml"))) for folder in (data_dir() / "lexicon", *reference))
    names = (_digest(folder, paths) for folder, paths in found if paths)
    return hashlib.sha256(" ".join((code, *names)).encode()).hexdigest()[:16]


def judge_digest(settings: Settings) -> str:
    """Of all that a verdict depends on.

    Raises `FactcheckError` where a folder cannot be read.
    """
    data = data_dir()
    digest = hashlib.sha256(f"{extractor_digest(settings.reference)} {settings.as_of}".encode())
    folders = [(data / "lexicon", "*.yaml"), (data / "reference", "*.yaml"), (data / "disclosures", "*.yaml")]
    folders += [(folder, "*.yaml") for folder in settings.reference]
    folders.append((settings.model or models_dir() / _MODEL, "*.npz"))
    for folder, pattern in folders:
        digest.update(_digest(folder, sorted(folder.glob(pattern))).encode())
    return digest.hexdigest()[:16]


def _digest(root: Path, paths: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FactcheckError(f"{path}: cannot be read ({error.strerror}); check the path") from None
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
