"""Coverage-guided fuzzing of WARC and WACZ files, and of the pages in them, with atheris: `make fuzz`.

    python tests/fuzz/archives.py [libFuzzer options] [corpus folder]

Mutates archives of a few records; packed ones are mutated before they are packed, and as they stand.
"""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import atheris
import pages

sys.path.insert(0, str(pages.TESTS))
with atheris.instrument_imports(include=["factcheck"]):
    from factcheck.archive import from_archive
    from factcheck.domain import Page, Skipped

from crawls import record

URL = "http://www.clinic.com/a"
HTML = b"<title>T</title><p>Ketamine may help some people with their depression, say the nurses.</p>"
#: By the first byte of an input, times what `WRAPPED` does.
NAMES = ("x.warc", "x.warc.gz", "x.wacz")
SEEDS = [
    record(URL, HTML) + record(URL, b"<p>none", status="404 Not Found"),
    record(URL, b"5\r\nKetam\r\n0\r\n\r\n", fields="Transfer-Encoding: chunked\r\n"),
    record(URL, gzip.compress(HTML, mtime=0), fields="Content-Encoding: gzip\r\n"),
    record(URL, zlib.compress(HTML), fields="Content-Encoding: deflate\r\n"),
    record(URL, b"\x0b\x02\x80Ketam\x03", fields="Content-Encoding: br\r\n"),
    record(URL, b"%PDF-1.7", fields="Content-Type: application/pdf\r\n"),
    record(URL, HTML, status="301 Moved", fields="Location: /b\r\nContent-Type: text/html; charset=utf-16\r\n"),
    b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: <http://a.com/>\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 9\r\n\r\nKetamine.\r\n\r\n",
    b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
]


def check(data: bytes) -> None:
    """Read one archive and its pages. The first byte chooses its name, and whether it is packed here."""
    kind, content = data[0] if data else 0, data[1:]
    path = FOLDER / NAMES[kind % 3]
    path.write_bytes(WRAPPED[kind % 3](content) if kind // 3 % 2 == 0 else content)
    started = time.process_time()
    for capture in from_archive(path):
        assert capture.url
        assert capture.weight >= 0
        if isinstance(capture.content, Page):
            pages.check_page(capture.content)
        else:
            assert isinstance(capture.content, Skipped)
            assert capture.content.reason
            assert "\n" not in capture.content.reason
    assert time.process_time() - started < pages.MAX_SECONDS, "too slow"


def wacz(content: bytes) -> bytes:
    """A WACZ file with one WARC file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.warc", content)
    return packed.getvalue()


WRAPPED = (lambda content: content, lambda content: gzip.compress(content, 1), wacz)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        whole = [bytes([form]) + seed for seed in SEEDS for form in range(3)]
        packed = [bytes([3 + form]) + WRAPPED[form](seed) for seed in SEEDS for form in (1, 2)]
        pages.fuzz(check, whole + packed)
