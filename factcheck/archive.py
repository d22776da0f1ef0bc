"""WARC and WACZ files -> captures. Truncated and damaged files give the records that are whole, and a line on the rest."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from factcheck.capture import Capture, iso, site_of
from factcheck.domain import Skipped
from factcheck.fetch import PAGE_TYPES
from factcheck.load import MAX_BYTES, as_page, os_reason

#: Types of documents that a reader might believe to have been checked.
_DOCUMENTS: Final = {
    "application/pdf": "PDF: not supported yet",
    "application/msword": "Word document: not supported",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document: not supported",
}
#: A page that redirects is no page; the one it leads to has a record of its own.
_REDIRECTS: Final = range(300, 400)
#: What unpacking raises.
_DAMAGE: Final = (OSError, ValueError, zlib.error)


def is_archive(path: Path) -> bool:
    """Whether a file's name is that of a WARC or WACZ file."""
    return path.name.lower().endswith((".warc", ".warc.gz", ".wacz"))


def from_archive(path: Path) -> Iterator[Capture]:
    """The pages of a WARC or WACZ file, in its order."""
    try:
        if path.name.lower().endswith(".wacz"):
            yield from _wacz(path)
        else:
            with path.open("rb") as file:
                yield from _warc(file, str(path))
    except OSError as error:
        yield _unread(str(path), os_reason(error))


def _wacz(path: Path) -> Iterator[Capture]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.startswith("archive/") and is_archive(Path(n))]
            if not names:
                yield _unread(str(path), "no WARC file in it; is it a WACZ file?")
            for name in names:
                with archive.open(name) as file:
                    yield from _warc(file, f"{path}!{name}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        yield _unread(str(path), f"damaged WACZ file ({error}); make it anew, or unpack what is left of it")


def _warc(file: IO[bytes], name: str) -> Iterator[Capture]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource
    end = 0
    try:
        # The body is decoded only once it is known to be whole.
        for record in ArchiveIterator(file, record_types=wanted, parse_http=False):
            position, end = end, record.stream_pos
            capture = _capture(record, f"{name}@{record.stream_pos}", end - position)
            if capture:
                yield capture
    except (OSError, ValueError) as error:  # what fastwarc raises on a damaged stream
        reason = f"damaged after byte {end} ({error}); the records before were read, get the file again for the rest"
        yield _unread(name, reason)


def _capture(record: Any, source: str, weight: int) -> Capture | None:
    """A record as a page; None for what is none, an image or a redirect for example."""
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    if not url.startswith(("http://", "https://")):
        return None
    fetched = iso(record.record_date) if record.record_date else None

    def made(content: Any) -> Capture:
        return Capture(site_of(url), url, source, fetched, content, weight, newest=True)

    if record.content_length > 2 * MAX_BYTES:
        return made(Skipped(url, f"larger than the limit of {MAX_BYTES // 1_000_000} MB"))
    raw = record.reader.read()
    whole = len(raw) == record.content_length
    if not record.is_http:
        media_type, encoding, status = (
            (record.headers.get("Content-Type") or "").split(";")[0].strip().lower(),
            None,
            200,
        )
        body = raw
    else:
        record.set_bytes_content(raw)
        try:
            # Decoded by itself it would unpack a body whole, however large, and damage would end the archive.
            record.parse_http(auto_decode="none")
        except _DAMAGE as error:
            return made(Skipped(url, f"its answer is damaged ({error})"))
        if record.http_headers is None:
            return None
        status = record.http_headers.status_code or 0
        media_type, encoding = (record.http_content_type or "text/html").lower(), record.http_charset
        try:
            body = b"" if media_type not in PAGE_TYPES else _body(record)
        except _DAMAGE as error:
            return made(Skipped(url, f"its answer is damaged ({error})"))
    if status in _REDIRECTS:
        return None
    if media_type in _DOCUMENTS:
        return made(Skipped(url, _DOCUMENTS[media_type]))
    if media_type not in PAGE_TYPES:
        return None
    if status != 200:
        return made(Skipped(url, f"the server answered {status}"))
    if not whole:
        return made(
            Skipped(url, f"cut off after {len(raw)} of {record.content_length} bytes; the archive is not whole")
        )
    return made(as_page(url, body, PAGE_TYPES[media_type], encoding, named=False))


def _body(record: Any) -> bytes:
    """The body of an answer, unpacked up to the limit of a page and a byte. Raises one of `_DAMAGE` where it cannot be."""
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    packed = record.reader.read()
    if (record.http_headers.get("Transfer-Encoding") or "").strip().lower() == "chunked":
        packed = ChunkedReader(io.BytesIO(packed)).read()
    coding = (record.http_headers.get("Content-Encoding") or "identity").strip().lower()
    # Crawlers that unpack what they store leave the field as the server sent it.
    if coding in ("identity", "") or (coding in ("gzip", "x-gzip") and not packed.startswith(b"\x1f\x8b")):
        return bytes(packed)
    if coding in ("gzip", "x-gzip", "deflate"):
        unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)  # 32: the header says which of the two it is
        body = unpacker.decompress(packed, MAX_BYTES + 1)
        if not unpacker.eof and len(body) <= MAX_BYTES:
            raise ValueError("the compressed page has no end")
        return body
    if coding == "br":
        return bytes(BrotliReader(io.BytesIO(packed)).read(MAX_BYTES + 1))
    raise ValueError(f"content encoding {' '.join(coding.split())[:40]!r}: not supported")


def _unread(name: str, reason: str) -> Capture:
    return Capture(Path(name).name, name, name, None, Skipped(name, reason, unreadable=True))
