"""A page as some source of an audit gives it, and which site it belongs to. Folders of HTML are read here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from factcheck.domain import Page, Skipped
from factcheck.load import MARKUP, OFFICE, SAMPLE, UNSUPPORTED, from_file, os_reason

#: What an address weighs in the progress bar beside files, which weigh what they are long: a common page's length.
URL_WEIGHT: Final = 50_000
_HTML: Final = frozenset((".html", ".htm", ".xhtml", ".shtml"))
#: Files of a mirror that hold no page, and that are many: they are not opened.
_ASSETS: Final = frozenset(
    ".css .js .mjs .map .json .xml .rss .txt .png .jpg .jpeg .gif .webp .avif .svg .ico .bmp .woff .woff2 .ttf .eot .otf"
    " .mp3 .mp4 .webm .mov .avi .zip .gz .tar .tmp .log".split()
)
#: "<!-- Mirrored from www.example.org/a.html by HTTrack Website Copier/3.x [XR&CO'2014], Mon, 01 Jan 2024 09:00:00 GMT -->"
_HTTRACK: Final = re.compile(
    rb"<!-- Mirrored from (\S{1,2000}) by HTTrack [^,>]{1,80}, \w{3}, (\d\d \w{3} \d{4} [\d:]{8}) GMT -->"
)
#: What HTTrack puts beside the sites it has copied; the index page there is its own.
_HTTRACK_MARKS: Final = ("hts-log.txt", "hts-cache")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page, or why it could not be read.

    Attributes:
        url: Its address; for a file of a mirror its path below the mirror, which begins with the host's name.
        source: Where it was found: a file, or a WARC file with the record's offset.
        fetched: When, in UTC ("2024-01-31T09:00:00Z"), as far as the source says.
        weight: Its share in the work of the run, in bytes of the source, for the progress bar.
        newest: It is one of several captures of its address, of which the newest counts.
        unchanged: The server said that it is as it was; `content` is not a page then.
    """

    site: str
    url: str
    source: str
    fetched: str | None
    content: Page | Skipped
    weight: int = 0
    newest: bool = False
    etag: str | None = None
    last_modified: str | None = None
    unchanged: bool = False


def iso(when: datetime) -> str:
    """A time in UTC, to the second, as the store writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def site_of(url: str) -> str:
    """The registered domain of an address, or its host where it has none ("localhost", "127.0.0.1")."""
    host = urlsplit(url).hostname or ""
    return registered_domain(host) or host


@lru_cache(maxsize=10_000)
def registered_domain(host: str) -> str:
    """ "www.example.co.uk" -> "example.co.uk", by the public suffix list; "" where there is none."""
    return str(_suffixes().extract_str(host.split(":")[0].split("+")[0]).top_domain_under_public_suffix.lower())


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    from tldextract import TLDExtract

    # The list that comes with the package: no download, no cache folder, the same sites everywhere.
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def folder_weight(folder: Path) -> int:
    """Bytes of all files that `from_folder` would open."""
    return sum(_size(path) for path in _files(folder, []))


def from_folder(folder: Path) -> Iterator[Capture]:
    """The pages of a folder, a mirror made by wget or HTTrack for example, files before folders, each by name.

    Where the folder holds pages itself it is one site, named like it; otherwise each folder in it is one. A folder that is
    named like a host belongs to that host's registered domain.
    """
    denied: list[OSError] = []
    single: bool | None = None
    found = False
    for path in _files(folder, denied):
        parts = path.relative_to(folder).parts
        suffix = path.suffix.lower()
        if suffix in _HTML or suffix in OFFICE:
            content = from_file(path, named=False)
        elif suffix in UNSUPPORTED:
            content = Skipped(str(path), UNSUPPORTED[suffix])
        elif _looks_like_html(path):
            content = from_file(path, named=False)
        else:
            continue
        found = True
        host = parts[0] if len(parts) > 1 and registered_domain(parts[0]) else ""
        if single is None and not host:
            single = any(p.suffix.lower() in _HTML for p in folder.iterdir() if p.is_file())
        if host:
            site, url = registered_domain(host), "/".join(parts)
        elif single or len(parts) == 1:
            name = folder.resolve().name
            site, url = registered_domain(name) or name, "/".join((name, *parts))
        else:
            site, url = parts[0], "/".join(parts)
        when: str | None = None
        if isinstance(content, Page) and (mark := _HTTRACK.search(content.content)):
            url = mark[1].decode("utf-8", "replace")
            site = registered_domain(url.split("/")[0]) or site
            when = _httrack_time(mark[2].decode("ascii"))
        yield Capture(site, url, str(path), when or _modified(path), content, _size(path))
    for error in denied:
        where = str(error.filename or folder)
        name = folder.resolve().name
        yield Capture(name, where, where, None, Skipped(where, os_reason(error), unreadable=where == str(folder)))
    if not found and not denied:
        yield Capture(folder.name, str(folder), str(folder), None, Skipped(str(folder), "no page in this folder"))


def _files(folder: Path, denied: list[OSError]) -> Iterator[Path]:
    """The files that may hold pages. Links to folders are not followed: they can lead in a circle."""
    httrack = any((folder / name).exists() for name in _HTTRACK_MARKS)
    for where, below, names in os.walk(folder, onerror=denied.append):
        below[:] = sorted(name for name in below if not name.startswith(".") and name != "hts-cache")
        for name in sorted(names):
            path = Path(where, name)
            if name.startswith(".") or path.suffix.lower() in _ASSETS or (httrack and Path(where) == folder):
                continue
            if path.is_file() or not path.exists():  # no pipe or device: reading it could wait for ever
                yield path


def _looks_like_html(path: Path) -> bool:
    """Whether a file without a known ending (a page saved as "about", "index.php?page=2") holds HTML."""
    try:
        with path.open("rb") as file:
            return bool(MARKUP.search(file.read(SAMPLE).replace(b"\0", b"")))
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _modified(path: Path) -> str | None:
    """When a file was last written; wget sets it to the page's own time where the server tells one."""
    try:
        return iso(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, ValueError, OverflowError):
        return None


def _httrack_time(text: str) -> str | None:
    try:
        return iso(datetime.strptime(text, "%d %b %Y %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        return None
