"""Files, folders and standard input: what is read, and what a reader is told about the rest."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from factcheck.domain import Page, Skipped
from factcheck.load import MAX_BYTES, load

HTML = b"<!DOCTYPE html><title>T</title><p>Ketamine is an anesthetic.</p>"


def only(source: str | Path, stdin: bytes | None = None) -> Page | Skipped:
    (item,) = load(str(source), io.BytesIO(stdin) if stdin is not None else None)
    return item


def write(path: Path, content: bytes = HTML) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.HTM", "text/html"),
        ("a.xhtml", "text/html"),
        ("a.txt", "text/plain"),
        ("a.md", "text/markdown"),
        ("saved-page", "text/html"),  # no known ending: sniffed
        ("a.php", "text/html"),
    ],
)
def test_the_ending_gives_the_type(tmp_path: Path, name: str, media_type: str) -> None:
    path = write(tmp_path / name)
    assert only(path) == Page(str(path), HTML, media_type)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (HTML, "text/html"),
        (b"\n\n<div class='x'>Ketamine</div>", "text/html"),
        (HTML.decode().encode("utf-16"), "text/html"),
        (b"Ketamine is an anesthetic. 3 < 4 and 5 > 4.", "text/plain"),
        (b"<3 ketamine", "text/plain"),
    ],
)
def test_standard_input_is_sniffed(content: bytes, media_type: str) -> None:
    page = only("-", content)
    assert isinstance(page, Page)
    assert (page.source, page.media_type) == ("-", media_type)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_not_binary(encoding: str) -> None:
    page = only("-", HTML.decode().encode(encoding))
    assert isinstance(page, Page)
    assert (page.encoding, page.media_type) == (encoding, "text/html")


def test_other_encodings_are_left_to_extraction() -> None:
    page = only("-", "Ketamine – “dissociative” – café".encode("cp1252"))
    assert isinstance(page, Page)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"anything", "neither a Word document nor a PDF"),
        ("a.html", b"%PDF-1.7 ...", "PDF: broken"),
        ("a.docx", b"PK\x03\x04", "Word document: broken"),
        ("a.txt", b"PK\x03\x04....", "Word document: broken"),
        ("a.txt", b"\xd0\xcf\x11\xe0....", "Office document"),
        ("a.txt", b"{\\rtf1 ...", "RTF"),
        ("a.html", b"\x1f\x8b\x08....", "gzip archive"),
        ("a.mhtml", b"From: <Saved by a browser>", "web archive"),
        ("a.html", b"bplist00....", "web archive"),
        ("a.html", b"\x89PNG\r\n\x1a\n....", "image"),
        ("a.txt", b"\xff\xd8\xff\xe0....", "image"),
        ("a.txt", b"GIF89a....", "image"),
        ("a.txt", bytes(range(256)) * 40, "binary file"),
        ("a.txt", b"\x7fELF" + b"\0" * 100, "binary file"),
    ],
)
def test_what_is_not_a_page_is_named(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    skipped = only(write(tmp_path / name, content))
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith(reason)
    assert skipped.unreadable
    assert "\n" not in skipped.reason


def test_a_few_stray_control_bytes_do_not_make_a_binary() -> None:
    assert isinstance(only("-", HTML * 5 + b"\x00\x01"), Page)


@pytest.mark.parametrize("content", [b"", b" \n\t "])
def test_empty(tmp_path: Path, content: bytes) -> None:
    skipped = only(write(tmp_path / "a.html", content))
    assert skipped == Skipped(str(tmp_path / "a.html"), "empty; nothing to check")


def test_missing(tmp_path: Path) -> None:
    skipped = only(tmp_path / "none.html")
    assert skipped == Skipped(str(tmp_path / "none.html"), "no such file or folder; check the path", unreadable=True)


def test_missing_with_a_hint() -> None:
    for source, hint in (("Ketamine is safe", "factcheck check"), ("www.example.org", "https://")):
        skipped = only(source)
        assert isinstance(skipped, Skipped)
        assert hint in skipped.reason


@pytest.mark.parametrize("source", ["a\0b.html", "x" * 5000])
def test_impossible_paths(source: str) -> None:
    skipped = only(source)
    assert isinstance(skipped, Skipped)
    assert skipped.unreadable


def test_too_large_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.html")
    os.truncate(path, 50_000_000)
    skipped = only(path)
    assert skipped == Skipped(
        str(path), "50 MB, larger than the limit of 20 MB; split it, or save the article alone", unreadable=True
    )


def test_too_large_standard_input() -> None:
    skipped = only("-", b"x" * (MAX_BYTES + 5))
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("larger than the limit of 20 MB")
    assert isinstance(only("-", b"x" * MAX_BYTES), Page)


def test_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.html")

    def deny(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", deny)  # the user who runs the tests may be allowed everything
    assert only(path) == Skipped(str(path), "permission denied; make it readable for this user", unreadable=True)


def test_a_folder_is_read_in_order_with_the_folders_below(tmp_path: Path) -> None:
    for name in ("b.html", "a.txt", "sub/c.md", "a-sub/z.htm", "style.css", ".hidden/x.html", ".x.html", "logo.png"):
        write(tmp_path / name)
    assert [item.source for item in load(str(tmp_path))] == [
        str(tmp_path / name) for name in ("a.txt", "b.html", "a-sub/z.htm", "sub/c.md")
    ]


def test_documents_in_a_folder_are_reported_but_were_not_named(tmp_path: Path) -> None:
    write(tmp_path / "a.html")
    write(tmp_path / "b.pdf", b"%PDF-1.7")
    page, skipped = load(str(tmp_path))
    assert isinstance(page, Page)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("PDF")
    assert not skipped.unreadable


def test_a_folder_without_pages(tmp_path: Path) -> None:
    write(tmp_path / "style.css")
    skipped = only(tmp_path)
    assert isinstance(skipped, Skipped)
    assert "no .html, .txt, .md, .docx or .pdf file" in skipped.reason
    assert not skipped.unreadable


def test_link_loops_and_pipes_in_a_folder_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path / "a.html")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.html").symlink_to(tmp_path / "self.html")
    (tmp_path / "gone.html").symlink_to(tmp_path / "nowhere.html")
    os.mkfifo(tmp_path / "pipe.html")
    found = {Path(item.source).name: type(item) for item in load(str(tmp_path))}
    assert found == {"a.html": Page, "gone.html": Skipped, "self.html": Skipped}


@pytest.mark.parametrize("url", ["ftp://example.org/a.html", "file:///etc/passwd", "javascript://x"])
def test_other_schemes_are_refused(url: str) -> None:
    skipped = only(url)
    assert isinstance(skipped, Skipped)
    assert "only http and https" in skipped.reason
    assert skipped.unreadable
