"""File, folder, standard input or URL -> pages. What cannot be read is a `Skipped` with the reason, never an exception."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from factcheck.domain import FactcheckError, Page, Skipped

#: The largest file that is read. An article's HTML is well below 5 MB; beyond this it is an export of a whole site.
MAX_BYTES: Final = 20_000_000

_MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
#: Documents that office.py reads.
OFFICE: Final = (".docx", ".pdf")
_EXPORT: Final = "export as HTML or text"
#: Documents that an editor might believe to have been checked, so a folder's report names them.
UNSUPPORTED: Final = {
    ".doc": f"Word document: not supported; {_EXPORT}",
    ".odt": f"OpenDocument text: not supported; {_EXPORT}",
    ".rtf": f"RTF: not supported; {_EXPORT}",
    ".mhtml": "web archive: not supported; save the page as 'HTML only'",
    ".webarchive": "web archive: not supported; save the page as HTML",
}
_SIGNATURES: Final = (
    (b"\xd0\xcf\x11\xe0", f"Office document: not supported; {_EXPORT}"),
    (b"{\\rtf", UNSUPPORTED[".rtf"]),
    (b"\x1f\x8b", "gzip archive: not supported; unpack it first"),
    (b"bplist00", UNSUPPORTED[".webarchive"]),
    (b"\x89PNG", "image: not supported; give the page that shows it"),
    (b"\xff\xd8\xff", "image: not supported; give the page that shows it"),
    (b"GIF8", "image: not supported; give the page that shows it"),
)
_UNICODE_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL: Final = bytes(set(range(32)) - {0x09, 0x0A, 0x0C, 0x0D, 0x1B})  # 0x1B: used by ISO-2022 encodings
SAMPLE: Final = 8192
# Binaries start at about a tenth of control bytes; text that a bad export has scarred stays far below a fiftieth.
_BINARY_SHARE: Final = 0.02
_SCHEME: Final = re.compile(r"\A([a-z][a-z0-9+.-]+):", re.IGNORECASE)
#: What the beginning of an HTML file looks like.
MARKUP: Final = re.compile(
    rb"<(?:!doctype|html|head|body|title|meta|div|p|h[1-6]|span|a|section|article|main)\b", re.IGNORECASE
)


def load(source: str, stdin: BinaryIO | None = None, *, allow_private: bool = False) -> Iterator[Page | Skipped]:
    """Read what a source names.

    Args:
        source: A file, a folder (read with all folders below it), an http or https URL, or `-` for standard input.
        stdin: What `-` reads; by default the process's standard input.
        allow_private: Also fetch from loopback and private addresses.

    Yields:
        Each page in sorted order, or `Skipped` for what cannot be checked. `Skipped.unreadable` marks a source that was
        named and could not be read; files found in a folder are not named.
    """
    if source == "-":
        yield _from_stream(stdin or sys.stdin.buffer)
    elif _is_url(source):
        yield _from_url(source, allow_private=allow_private)
    else:
        yield from _from_path(source)


def _is_url(source: str) -> bool:
    scheme = _SCHEME.match(source)
    return bool(scheme and source.startswith("//", scheme.end()) and not Path(source).exists())


def _from_stream(stream: BinaryIO) -> Page | Skipped:
    try:
        return as_page("-", stream.read(MAX_BYTES + 1), None)
    except OSError as error:
        return Skipped("-", os_reason(error), unreadable=True)


def _from_url(url: str, *, allow_private: bool) -> Page | Skipped:
    from factcheck.fetch import fetch  # an HTTP client takes a tenth of a second to import

    page = fetch(url, allow_private=allow_private)
    return page if isinstance(page, Skipped) else as_page(url, page.content, page.media_type, page.encoding)


def _from_path(source: str) -> Iterator[Page | Skipped]:
    path = Path(source)
    try:
        folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        yield Skipped(source, _missing(source), unreadable=True)
    except (OSError, ValueError) as error:
        yield Skipped(source, os_reason(error), unreadable=True)
    else:
        if folder:
            yield from _from_folder(path)
        else:
            yield from_file(path, named=True)


def _missing(source: str) -> str:
    if " " in source.strip() and not Path(source).suffix:
        return "no such file or folder; to check a sentence, use: factcheck check"
    if source.lower().startswith("www."):
        return "no such file or folder; for a web page, write https:// before it"
    return "no such file or folder; check the path"


def _from_folder(folder: Path) -> Iterator[Page | Skipped]:
    denied: list[Skipped] = []

    def deny(error: OSError) -> None:
        where = str(error.filename or folder)
        denied.append(Skipped(where, os_reason(error), unreadable=where == str(folder)))

    empty = True
    # Links to folders are not followed: they can lead in a circle, or out of what was named.
    for where, below, names in os.walk(folder, onerror=deny):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            suffix = path.suffix.lower()
            if name.startswith(".") or (suffix not in (*_MEDIA_TYPES, *OFFICE, *UNSUPPORTED)):
                continue
            if path.exists() and not path.is_file():
                continue  # a pipe or a device: reading it could wait for ever
            empty = False
            yield from_file(path, named=False)
    yield from denied
    if empty and not denied:
        yield Skipped(
            str(folder), "no .html, .txt, .md, .docx or .pdf file in this folder; name a folder that has pages"
        )


def from_file(path: Path, *, named: bool) -> Page | Skipped:
    """A file as a page; `named` marks one that the user named, which has to be readable."""
    source, suffix = str(path), path.suffix.lower()
    if suffix in UNSUPPORTED:
        return Skipped(source, UNSUPPORTED[suffix], unreadable=named)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Skipped(source, _too_large(size), unreadable=named)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # a pipe has no size to ask for
    except OSError as error:
        return Skipped(source, os_reason(error), unreadable=named)
    if suffix in OFFICE and content.strip():
        return _from_office(source, content, named=named)
    return as_page(source, content, _MEDIA_TYPES.get(suffix), named=named)


def as_page(
    source: str, content: bytes, media_type: str | None, encoding: str | None = None, *, named: bool = True
) -> Page | Skipped:
    """A page of what was read, its type sniffed where nothing gives it."""
    if len(content) > MAX_BYTES:
        return Skipped(source, _too_large(len(content)), unreadable=named)
    if not content.strip():
        return Skipped(source, "empty; nothing to check")
    if content.startswith(b"PK\x03\x04") or content[:1024].lstrip().startswith(b"%PDF-"):
        return _from_office(source, content, named=named)
    reason = _binary(content)
    if reason:
        return Skipped(source, reason, unreadable=named)
    if media_type is None:
        sample = content[:SAMPLE].replace(b"\0", b"")  # UTF-16 looks like Latin-1 without its zeros
        media_type = "text/html" if MARKUP.search(sample) else "text/plain"
    return Page(source, content, media_type, encoding or _wide(content))


def _from_office(source: str, content: bytes, *, named: bool) -> Page | Skipped:
    from factcheck.office import to_html

    try:
        return Page(source, to_html(content).encode(errors="replace"), "text/html", "utf-8", converted=True)
    except FactcheckError as error:
        return Skipped(source, str(error), unreadable=named)


def _binary(content: bytes) -> str | None:
    for signature, reason in _SIGNATURES:
        if content.startswith(signature):
            return reason
    if content.startswith(_UNICODE_MARKS) or _wide(content):
        return None
    sample = content[:SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    if controls > len(sample) * _BINARY_SHARE:
        return f"binary file, not text; {_EXPORT}"
    return None


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of English text is zero."""
    sample = content[: SAMPLE // 2 * 2]
    if content.startswith(_UNICODE_MARKS) or len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) > 0 or max(even, odd) < len(sample) * 0.4:
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _too_large(size: int) -> str:
    shown = "" if size == MAX_BYTES + 1 else f"{size / 1e6:.0f} MB, "
    return f"{shown}larger than the limit of {MAX_BYTES // 1_000_000} MB; split it, or save the article alone"


def os_reason(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in one line."""
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for this user"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read ({text.lower()}); check the path"
