"""Word documents and text PDFs, made here, read to the sentences that a reader sees."""

from __future__ import annotations

import io
import random
import sys
import time
import zipfile
import zlib
from pathlib import Path

import docx
import pytest

from factcheck import office
from factcheck.domain import BlockKind, Document, Page, Skipped
from factcheck.extract import extract
from factcheck.load import load


def document(path: Path) -> Document:
    (page,) = load(str(path))
    assert isinstance(page, Page), page
    assert page.converted
    found = extract(page)
    assert isinstance(found, Document), found
    return found


def blocks(found: Document) -> list[tuple[BlockKind, str]]:
    return [(b.kind, found.text[b.start : b.end]) for b in found.blocks]


def skipped(path: Path) -> Skipped:
    (found,) = load(str(path))
    assert isinstance(found, Skipped)
    return found


# -- Word ----------------------------------------------------------------------------------------------------------------


def word(path: Path) -> Path:
    made = docx.Document()
    made.add_heading("Our ketamine program", 1)
    made.add_paragraph("Ketamine is ").add_run("FDA-approved").bold = True
    made.paragraphs[-1].add_run(" for depression. We <b>care</b> & listen to every patient.")
    made.add_paragraph("Someone has to drive you home.", style="List Bullet")
    made.add_paragraph("You rest in a quiet room.", style="List Bullet")
    table = made.add_table(2, 2)
    for cell, text in zip(
        table._cells, ["Treatment", "Time until relief", "Ketamine infusion", "Hours to days"], strict=True
    ):
        cell.text = text
    made.save(str(path))
    return path


def test_a_word_document(tmp_path: Path) -> None:
    found = document(word(tmp_path / "copy.docx"))
    assert found.title == "Our ketamine program"
    assert blocks(found) == [
        (BlockKind.HEADING, "Our ketamine program"),
        (BlockKind.PARAGRAPH, "Ketamine is FDA-approved for depression. We <b>care</b> & listen to every patient."),
        (BlockKind.LIST_ITEM, "Someone has to drive you home."),
        (BlockKind.LIST_ITEM, "You rest in a quiet room."),
        *((BlockKind.TABLE_CELL, t) for t in ("Treatment", "Time until relief", "Ketamine infusion", "Hours to days")),
    ]


def test_a_word_document_is_known_by_its_content(tmp_path: Path) -> None:
    (page,) = load("-", io.BytesIO(word(tmp_path / "copy.docx").read_bytes()))
    assert isinstance(page, Page)


def test_broken_and_hostile_word_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 and no more")
    assert skipped(path).reason.startswith("Word document: broken")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<broken")
    assert skipped(path).reason.startswith("Word document: broken")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "no document")
    assert "not supported" in skipped(path).reason
    monkeypatch.setattr(office, "MAX_UNPACKED", 1_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "a" * 100_000)
    assert "unpacks to more" in skipped(path).reason


@pytest.mark.parametrize(
    ("name", "module", "said"), [("a.docx", "mammoth", "Word document"), ("a.pdf", "pdfminer", "PDF")]
)
def test_without_the_extra_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, said: str
) -> None:
    path = tmp_path / name
    if name == "a.docx":
        word(path)
    else:
        path.write_bytes(pdf([[("Ketamine is safe.", 72, 700, 11)]]))
    for loaded in [each for each in sys.modules if each.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    found = skipped(path)
    assert found.reason == f"{said}: install the extra: pip install 'factcheck[office]'"
    assert found.unreadable


# -- PDF -----------------------------------------------------------------------------------------------------------------


def pdf(pages: list[list[tuple[str, float, float, float]]]) -> bytes:
    """A PDF of pages of (text, x, y, size), set in Helvetica."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        drawn = "\n".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET" for text, x, y, size in lines)
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return (out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{out.index('xref')}\n%%EOF").encode()


def page(number: int, *lines: str) -> list[tuple[str, float, float, float]]:
    set_lines = [(text, 72.0, 700.0 - 14 * n, 11.0) for n, text in enumerate(lines) if text]
    return [("Alder Hollow Clinic", 72, 760, 9), *set_lines, (f"Page {number} of 3", 280, 30, 9)]


def test_a_pdf_with_running_titles_and_wrapped_lines(tmp_path: Path) -> None:
    path = tmp_path / "copy.pdf"
    first = page(
        1,
        "Ketamine is FDA-approved for depression, and our pa-",
        "tients say that it has changed their lives for the",
        "better.",
        "",
        "Someone has to drive you home after the session, and",
    )
    first.insert(1, ("Our ketamine program", 72, 730, 18))
    path.write_bytes(
        pdf(
            [
                first,
                page(2, "you should rest that day.", "", "A second paragraph stands here."),
                page(3, "The end of the copy is here."),
            ]
        )
    )
    assert blocks(document(path)) == [
        (BlockKind.HEADING, "Our ketamine program"),
        (
            BlockKind.PARAGRAPH,
            "Ketamine is FDA-approved for depression, and our patients say that it has changed their lives for the better.",
        ),
        (BlockKind.PARAGRAPH, "Someone has to drive you home after the session, and you should rest that day."),
        (BlockKind.PARAGRAPH, "A second paragraph stands here."),
        (BlockKind.PARAGRAPH, "The end of the copy is here."),
    ]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    left = [(f"Left column line {n} goes on", 60.0, 700.0 - 14 * n, 11.0) for n in range(6)]
    right = [(f"right column line {n} goes on", 330.0, 700.0 - 14 * n, 11.0) for n in range(6)]
    path.write_bytes(pdf([[line for pair in zip(left, right, strict=True) for line in pair]]))
    text = document(path).text
    assert text.index("Left column line 5") < text.index("right column line 0")


def test_pdfs_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[]]))
    assert "no text in it" in skipped(path).reason
    path.write_bytes(b"%PDF-1.7\nbroken")
    assert skipped(path).reason.startswith("PDF: broken")
    path.write_bytes(b"%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt << /Filter /Standard >> >>")
    assert skipped(path).reason.startswith("PDF: ")


def flate(drawn: bytes, layers: int, more: int = 0) -> bytes:
    """A PDF of one page whose drawing is packed in so many layers, and in so many more already."""
    for _ in range(layers):
        drawn = zlib.compress(drawn, 9)
    start, end = pdf([[]]).split(b"<< /Length 0 >>\nstream\n\nendstream")
    filters = " ".join(["/FlateDecode"] * (layers + more))
    return start + f"<< /Length {len(drawn)} /Filter [{filters}] >>\nstream\n".encode() + drawn + b"\nendstream" + end


def test_packed_pdfs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(flate(b"BT /F 11 Tf 72 700 Td (Ketamine may help some people.) Tj ET", layers=2))
    assert "Ketamine may help" in document(path).text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit a process's memory or time")
def test_a_pdf_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    packer = zlib.compressobj(9)
    spaces = b"".join(packer.compress(b" " * 10_000_000) for _ in range(200)) + packer.flush()
    path.write_bytes(flate(spaces, layers=2, more=1))
    assert path.stat().st_size < 100_000
    started = time.monotonic()
    assert skipped(path).reason == "PDF: takes too much memory or time to unpack; export as HTML or text"
    assert time.monotonic() - started < 60


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit a process's memory or time")
def test_documents_that_take_too_long_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_SECONDS", 2)
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(word(path)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    body = parts["word/document.xml"].replace(
        b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 1_000_000
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in (parts | {"word/document.xml": body}).items():
            archive.writestr(each, content)
    assert skipped(path).reason == "Word document: takes too much memory or time to unpack; export as HTML or text"


def test_nothing_is_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pdfminer").mkdir()
    (tmp_path / "pdfminer" / "__init__.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[("Ketamine may help some people.", 72, 700, 11)]]))
    assert "Ketamine may help" in document(path).text


def test_damaged_documents_are_skipped_or_read(tmp_path: Path) -> None:
    chance = random.Random(7)
    whole = pdf([page(1, "Ketamine is safe.", "It is (not) \\\\ new.")]), word(tmp_path / "whole.docx").read_bytes()
    for content in whole:
        for _ in range(60):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 12)):
                damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
            (found,) = load("-", io.BytesIO(bytes(damaged)))
            assert isinstance(found, Page | Skipped)
