"""Word documents and text PDFs -> HTML, which is then read as any page is. Needs the extra `factcheck[office]`.

Both formats are packed, in several layers if their author likes, and the libraries unpack what they are given. So that is done
in a process of its own, which may take so much memory and so much time (`python -m factcheck.office`).
"""

from __future__ import annotations

import importlib.util
import io
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from factcheck.domain import FactcheckError

if TYPE_CHECKING:
    from pdfminer.layout import LTPage, LTTextBox

#: The largest that a document's parts may unpack to; an article's text is below 1 MB.
MAX_UNPACKED: Final = 100_000_000
#: Address space of the process that converts a document, in bytes; a report of 500 pages takes a third of it.
MAX_MEMORY: Final = 1_500_000_000
#: Its processor time in seconds, and three times that by the clock.
MAX_SECONDS: Final = 30
#: PDF pages that are read; copy for a web page has a few.
MAX_PAGES: Final = 500
#: A line set larger than the text by this factor is a heading. Set by judgment; body text and its emphasis share a size.
HEADING: Final = 1.15
#: Lines that stand at the head or foot of at least this share of the pages are running titles.
_RUNNING: Final = 0.5

_INSTALL: Final = "install the extra: pip install 'factcheck[office]'"
_BROKEN: Final = "Word document: broken; open it in Word, save it anew, or export as HTML or text"
_FOOTER: Final = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)


class _Unreadable(FactcheckError):
    """A document that cannot be read; the message is the reason and what to do."""


def to_html(content: bytes) -> str:
    """The document's text as HTML: headings, paragraphs, lists and tables (Word), headings and paragraphs (PDF).

    Raises `FactcheckError` with the reason and what to do where the document is broken, locked, has no text or takes more than
    its share of memory or time, or where the extra is not installed.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _apart("PDF", "pdfminer", content)
    if content.startswith(b"PK\x03\x04"):
        _look_into(content)
        return _apart("Word document", "mammoth", content)
    raise _Unreadable("neither a Word document nor a PDF, whatever its name says; export as HTML or text")


def _apart(kind: str, library: str, content: bytes) -> str:
    """Convert a document in a process of its own, within its limits."""
    if importlib.util.find_spec(library) is None:
        raise _Unreadable(f"{kind}: {_INSTALL}")
    command = [sys.executable, "-P", "-m", "factcheck.office", library, str(MAX_MEMORY), str(MAX_SECONDS)]
    try:
        run = subprocess.run(command, input=content, capture_output=True, timeout=3 * MAX_SECONDS, check=False)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired:
        run = None
    if run is not None and run.returncode == 0:
        return run.stdout.decode()
    if run is not None and run.returncode == _REFUSED:
        raise _Unreadable(run.stderr.decode())
    raise _Unreadable(f"{kind}: takes too much memory or time to unpack; export as HTML or text")


#: How the process ends that found a reason why a document cannot be read.
_REFUSED: Final = 3


def _main(library: str, memory: int, seconds: int) -> int:
    """Convert what comes in on standard input. Limits are kept by the system, where it keeps any (not on Windows)."""
    try:
        import resource
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        html = {"pdfminer": _from_pdf, "mammoth": _from_word}[library](sys.stdin.buffer.read())
    except _Unreadable as error:
        sys.stderr.write(str(error))
        return _REFUSED
    sys.stdout.buffer.write(html.encode())
    return 0


def _look_into(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _Unreadable(_BROKEN) from None
    if "word/document.xml" not in parts:
        raise _Unreadable("Office document or zip archive: not supported; export as HTML or text, or unpack it")
    if sum(parts.values()) > MAX_UNPACKED:
        raise _Unreadable(f"Word document: unpacks to more than {MAX_UNPACKED // 1_000_000} MB; split it")


def _from_word(content: bytes) -> str:
    import mammoth

    try:
        # Pictures are left out: their data would fill the page, and a picture named by address would be opened.
        converted = mammoth.convert_to_html(io.BytesIO(content), convert_image=lambda _: [], external_file_access=False)
    except MemoryError:
        raise
    except Exception:  # whatever a broken archive or its XML makes the library raise
        raise _Unreadable(_BROKEN) from None
    return _page(str(converted.value))


def _from_pdf(content: bytes) -> str:
    from pdfminer.high_level import extract_pages
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        pages = [list(_lines(page)) for page in extract_pages(io.BytesIO(content), maxpages=MAX_PAGES)]
    except PDFPasswordIncorrect:
        raise _Unreadable("PDF: locked by a password; save it without one") from None
    except MemoryError:
        raise
    except Exception:  # whatever a broken or hostile file makes the library raise
        raise _Unreadable("PDF: broken; print it to a new PDF, or export as HTML or text") from None
    _drop_running(pages)
    lines = [line for page in pages for line in page]
    if not lines:
        raise _Unreadable("PDF: no text in it, a scan perhaps; run text recognition on it first")
    return _page("\n".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in _paragraphs(lines)))


class _Line(NamedTuple):
    text: str
    size: float  # in points
    first: bool  # of its box, so that a paragraph may begin here


def _lines(page: LTPage) -> Iterator[_Line]:
    from pdfminer.layout import LTChar, LTTextBox, LTTextLine

    def size(line: LTTextLine) -> float:
        sizes = Counter(round(each.size, 1) for each in line if isinstance(each, LTChar))
        return sizes.most_common(1)[0][0] if sizes else 0.0

    for box in page:
        if isinstance(box, LTTextBox):
            yield from (
                _Line(text, size(line), n in _breaks(box))
                for n, line in enumerate(box)
                if isinstance(line, LTTextLine) and (text := " ".join(line.get_text().split()))
            )


def _breaks(box: LTTextBox) -> set[int]:
    """The lines of a box before which there is more room than between most of its lines: paragraphs that layout ran together."""
    lines = list(box)
    gaps = [round(one.y0 - other.y1, 1) for one, other in pairwise(lines)]
    usual = Counter(gaps).most_common(1)[0][0] if gaps else 0.0
    return {0, *(n for n, gap in enumerate(gaps, 1) if gap > usual + 0.25 * lines[n].height)}


def _drop_running(pages: list[list[_Line]]) -> None:
    """Drop page numbers, and what most pages repeat, from the first and last line of each page."""
    edges = Counter(text for page in pages for text in {line.text for line in (page[:1] + page[-1:])})
    often = max(2, _RUNNING * len(pages))
    for page in pages:
        for at in (-1, 0):
            if page and (_FOOTER.fullmatch(page[at].text) or edges[page[at].text] >= often):
                del page[at]


def _paragraphs(lines: list[_Line]) -> Iterator[tuple[str, str]]:
    """Lines joined to paragraphs, also over a page's end, each with its tag; hyphens at line ends are undone."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    tag, joined = "", ""
    for line in lines:
        kind = "h2" if line.size > HEADING * body else "p"
        runs_on = kind == tag and (not line.first or (joined[-1] not in ".!?:" and line.text[0].islower()))
        if joined and runs_on:
            joined = joined[:-1] + line.text if _is_hyphenated(joined, line.text) else f"{joined} {line.text}"
            continue
        if joined:
            yield tag, joined
        tag, joined = kind, line.text
    if joined:
        yield tag, joined


def _is_hyphenated(joined: str, following: str) -> bool:
    return len(joined) > 1 and joined[-1] in "-\u2010\u00ad" and joined[-2].isalpha() and following[0].islower()


def _page(body: str) -> str:
    return f"<!DOCTYPE html><html><body><main>{body}</main></body></html>"


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
