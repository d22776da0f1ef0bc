"""Whether a data file is the one that was delivered: by the record of the installed package, or by a list that lies beside it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

#: A list of SHA-256 hashes as `sha256sum *.yaml > SHA256SUMS` writes it. Where a folder has one, it holds for its files.
SUMS: Final = "SHA256SUMS"
_NOT_LISTED: Final = "not listed"


def mismatch(path: Path, content: bytes) -> str | None:
    """What is wrong with a file's content, in one clause with both hashes; None where nothing is, or nothing is known of it."""
    expected, source = _recorded().get(path.resolve()), "the installed package"
    if expected is None:
        sums = _listed(path.parent)
        if sums is None:
            return None
        expected, source = sums.get(path.name, _NOT_LISTED), str(path.parent / SUMS)
    found = hashlib.sha256(content).hexdigest()
    if found == expected:
        return None
    shown = expected if expected == _NOT_LISTED else f"{expected[:12]}…"
    return f"sha256 is {found[:12]}…, {source} says {shown}; damaged or swapped, not loaded"


@cache
def _recorded() -> dict[Path, str]:
    """The hashes that the wheel's RECORD gives (PEP 376); of a checkout, installed as editable, it names no data file."""
    try:
        files = distribution("factcheck").files or ()
    except PackageNotFoundError:
        return {}
    return {
        Path(str(file.locate())).resolve(): base64.urlsafe_b64decode(file.hash.value + "=").hex()
        for file in files
        if file.hash is not None and file.hash.mode == "sha256" and file.suffix in (".yaml", ".json", ".npz")
    }


def _listed(folder: Path) -> dict[str, str] | None:
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return {name.lstrip(" *"): digest.lower() for digest, _, name in (line.partition(" ") for line in lines)}
