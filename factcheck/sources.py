"""What a user names -> captures: folders, single pages, WARC and WACZ files, files of addresses, sitemaps, addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from factcheck.archive import from_archive, is_archive
from factcheck.capture import URL_WEIGHT, Capture, folder_weight, from_folder, registered_domain, site_of
from factcheck.domain import FactcheckError, Skipped
from factcheck.load import from_file
from factcheck.polite import Guest

#: How many first lines of a text file have to hold an address for it to be taken as a list of them.
_PEEK = 20


def check_sources(sources: Sequence[str]) -> None:
    """Raise `FactcheckError` on a source that is neither a path nor an address: a slip of the pen ends the run at once."""
    for source in sources:
        if not _is_url(source) and not Path(source).exists():
            raise FactcheckError(
                f"{source}: no such file or folder; check the path, or write https:// before an address"
            )


def weight(source: str) -> int:
    """How much work a source is, in bytes of its pages; a sitemap's is not known before it is read, and 0."""
    if _is_url(source):
        return 0 if _is_sitemap(source) else URL_WEIGHT
    path = Path(source)
    if path.is_dir():
        return folder_weight(path) + sum(p.stat().st_size for p in _archives(path))
    if not is_archive(path) and _is_list(path):
        return URL_WEIGHT * len(_addresses(path))
    return path.stat().st_size if path.exists() else 0


def captures(source: str, guest: Guest) -> Iterator[Capture]:
    """Every page of a source."""
    if _is_url(source):
        yield from _from_sitemap(source, guest) if _is_sitemap(source) else guest.captures([source])
        return
    path = Path(source)
    if path.is_dir():
        archives = _archives(path)
        for archive in archives:
            yield from from_archive(archive)
        if not archives or folder_weight(path):
            yield from from_folder(path)
    elif is_archive(path):
        yield from from_archive(path)
    elif _is_list(path):
        yield from guest.captures(_addresses(path))
    else:
        name = path.resolve().parent.name
        yield Capture(registered_domain(name) or name, str(path), str(path), None, from_file(path, named=True))


def _from_sitemap(source: str, guest: Guest) -> Iterator[Capture]:
    urls: list[str] = []
    for found in guest.sitemap(source):
        if isinstance(found, Skipped):
            yield Capture(site_of(found.source), found.source, source, None, found)
        else:
            urls.append(found)
    yield from guest.captures(urls)


def _archives(folder: Path) -> list[Path]:
    """WARC and WACZ files in a folder and those below it: crawlers write several."""
    return sorted(p for p in folder.rglob("*") if is_archive(p) and p.is_file())


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _is_sitemap(url: str) -> bool:
    path = url.partition("?")[0].partition("#")[0].lower()
    return path.endswith((".xml", ".xml.gz"))


def _is_list(path: Path) -> bool:
    """A text file whose first line that is no comment is an address."""
    if path.suffix.lower() in (".html", ".htm", ".xhtml"):
        return False
    try:
        with path.open("rb") as file:
            lines = [line.strip().lower() for line in islice(file, _PEEK)]
    except OSError:
        return False
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return first.startswith((b"http://", b"https://"))


def _addresses(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.strip() for line in lines if _is_url(line.strip())]
