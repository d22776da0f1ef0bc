"""Sources of an audit: mirrors, WARC and WACZ files whole and broken, lists of addresses and sitemaps from a server here."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import pytest
from crawls import page, record, select, warc
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.audit import audit
from factcheck.capture import Capture, registered_domain
from factcheck.domain import FactcheckError, Page, Skipped
from factcheck.extract import extract
from factcheck.plan import Plan, Progress
from factcheck.polite import Guest
from factcheck.sources import captures, check_sources, weight


def read(source: Path | str, guest: Guest | None = None) -> list[Capture]:
    found = list(captures(str(source), guest or Guest(lambda url: (None, None))))
    for capture in found:
        if isinstance(capture.content, Skipped):
            assert capture.content.reason or capture.unchanged
            assert "\n" not in capture.content.reason
    return found


def reasons(found: list[Capture]) -> dict[str, str | None]:
    return {c.url: c.content.reason if isinstance(c.content, Skipped) else None for c in found}


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# -- folders ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.clinic.co.uk", "clinic.co.uk"),
        ("WWW.Clinic.COM", "clinic.com"),
        ("clinic.com:8080", "clinic.com"),
        ("127.0.0.1", ""),
        ("localhost", ""),
        ("about", ""),
        ("index.html", ""),
    ],
)
def test_registered_domain(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


def test_a_mirror_of_hosts(tmp_path: Path) -> None:
    for name in (
        "www.clinic.com/index.html",
        "www.clinic.com/about",
        "www.clinic.com/index.php?page=2",
        "shop.clinic.com/a/b.htm",
        "other/start.html",
        ".hidden/x.html",
    ):
        write(tmp_path / "m" / name, page(1))
    write(tmp_path / "m/www.clinic.com/logo", b"\x89PNG....")
    write(tmp_path / "m/www.clinic.com/robots.txt", b"User-agent: *")
    assert [(c.site, c.url) for c in read(tmp_path / "m")] == [
        ("other", "other/start.html"),
        ("clinic.com", "shop.clinic.com/a/b.htm"),
        ("clinic.com", "www.clinic.com/about"),
        ("clinic.com", "www.clinic.com/index.html"),
        ("clinic.com", "www.clinic.com/index.php?page=2"),
    ]


def test_a_folder_that_is_one_site(tmp_path: Path) -> None:
    write(tmp_path / "clinic/index.html", page(1))
    write(tmp_path / "clinic/blog/post.html", page(2))
    assert [(c.site, c.url) for c in read(tmp_path / "clinic")] == [
        ("clinic", "clinic/index.html"),
        ("clinic", "clinic/blog/post.html"),
    ]


def test_a_mirror_by_httrack(tmp_path: Path) -> None:
    mark = b"<!-- Mirrored from www.clinic.com/a.php?x=1 by HTTrack Website Copier/3.x [XR&CO'2014], "
    mark += b"Mon, 01 Jan 2024 09:00:00 GMT -->"
    write(tmp_path / "p/index.html", page(0))
    write(tmp_path / "p/hts-log.txt", b"log")
    write(tmp_path / "p/hts-cache/old.html", page(3))
    write(tmp_path / "p/www.clinic.com/a4e5.html", page(1).replace(b"<body>", b"<body>\n" + mark))
    (found,) = read(tmp_path / "p")
    assert (found.site, found.url, found.fetched) == ("clinic.com", "www.clinic.com/a.php?x=1", "2024-01-01T09:00:00Z")


def test_an_empty_folder_and_slips_of_the_pen(tmp_path: Path) -> None:
    (only,) = read(tmp_path)
    assert isinstance(only.content, Skipped)
    with pytest.raises(FactcheckError, match="no such file or folder"):
        check_sources([str(tmp_path / "none")])
    with pytest.raises(FactcheckError, match="https://"):
        check_sources(["www.clinic.com"])


# -- archives --------------------------------------------------------------------------------------------------------

URL = "http://www.clinic.com/{}"


def records() -> list[bytes]:
    return [
        b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
        record(URL.format("a"), page(1)),
        record(URL.format("logo.png"), b"\x89PNG", fields="Content-Type: image/png\r\n"),
        record(URL.format("moved"), b"", status="301 Moved", fields="Location: /a\r\n"),
        record(URL.format("none"), b"<p>nothing", status="404 Not Found"),
        record(URL.format("leaflet"), b"%PDF-1.7", fields="Content-Type: application/pdf\r\n"),
        record(URL.format("packed"), gzip.compress(page(2)), fields="Content-Encoding: gzip\r\n"),
        record(URL.format("z"), page(3)),
    ]


WHOLE = {
    URL.format("a"): None,
    URL.format("none"): "the server answered 404",
    URL.format("leaflet"): "PDF: not supported yet",
    URL.format("packed"): None,
    URL.format("z"): None,
}


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_a_warc_file(tmp_path: Path, name: str) -> None:
    found = read(warc(tmp_path / name, records()))
    assert reasons(found) == WHOLE
    assert {c.site for c in found} == {"clinic.com"}
    assert found[0].fetched == "2026-01-02T03:04:05Z"
    assert found[0].source.startswith(f"{tmp_path / name}@")
    assert [c.content.content for c in found if isinstance(c.content, Page)] == [page(1), page(2), page(3)]
    assert sum(c.weight for c in found) <= weight(str(tmp_path / name))


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_a_truncated_warc_file_gives_its_whole_records(tmp_path: Path, name: str) -> None:
    path = warc(tmp_path / name, records())
    path.write_bytes(path.read_bytes()[:-70])
    found = reasons(read(path))
    assert {u: r for u, r in found.items() if u in WHOLE and u != URL.format("z")} == {
        u: r for u, r in WHOLE.items() if u != URL.format("z")
    }
    assert "cut off after" in str(found[URL.format("z")])


def test_a_damaged_warc_file_gives_the_records_before(tmp_path: Path) -> None:
    path = warc(tmp_path / "x.warc.gz", records())
    content = bytearray(path.read_bytes())
    last = bytes(content).rindex(b"\x1f\x8b")
    content[last + 12 : last + 60] = b"?" * 48
    path.write_bytes(content)
    found = reasons(read(path))
    assert found[URL.format("packed")] is None
    assert any("damaged after byte" in str(r) or "cut off" in str(r) for r in found.values())
    path.write_bytes(b"no archive " * 100)
    (only,) = read(path)
    assert isinstance(only.content, Skipped)
    assert only.content.unreadable


@contextmanager
def memory() -> Iterator[list[int]]:
    """Bytes by which the peak of this process's memory rises; also of what is not allocated by Python. Linux only."""
    status, used = Path("/proc/self/status"), [0]

    def peak() -> int:
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024

    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    yield used
    used[0] = peak() - before


#: An answer that cannot be read, and why: 80 bytes of Brotli stand for more than a page may have, as do 400 kB of gzip.
DAMAGED = [
    (b"3\r\nabc\r\nzzz\r\n", "Transfer-Encoding: chunked\r\n", "damaged"),
    (b"\x5b\xff\xff\x7f" * 20, "Content-Encoding: br\r\n", "damaged"),
    (gzip.compress(page(1))[:200], "Content-Encoding: gzip\r\n", "the compressed page has no end"),
    (page(1), "Content-Encoding: gzip, br\r\n", "content encoding 'gzip, br': not supported"),
    (b"x", "X: " + "y" * 100_000 + "\r\n", "damaged"),
    (gzip.compress(bytes(100_000_000)), "Content-Encoding: gzip\r\n", "larger than the limit of 20 MB"),
    (zlib.compress(bytes(100_000_000)), "Content-Encoding: deflate\r\n", "larger than the limit of 20 MB"),
    (brotli.compress(bytes(100_000_000)), "Content-Encoding: br\r\n", "larger than the limit of 20 MB"),
]


@pytest.mark.parametrize(("body", "fields", "reason"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_answer_or_a_bomb_costs_that_page_only(tmp_path: Path, body: bytes, fields: str, reason: str) -> None:
    bad = record(URL.format("bad"), body, fields=fields)
    path = warc(tmp_path / "x.warc.gz", [record(URL.format("a"), page(1)), bad, record(URL.format("z"), page(3))])
    with memory() as used:
        found = reasons(read(path))
    assert list(found) == [URL.format(name) for name in ("a", "bad", "z")]
    assert found[URL.format("a")] is found[URL.format("z")] is None
    assert reason in str(found[URL.format("bad")])
    assert used[0] < 90_000_000


def test_an_answer_that_its_crawler_has_unpacked(tmp_path: Path) -> None:
    path = warc(tmp_path / "x.warc", [record(URL.format("a"), page(1), fields="Content-Encoding: gzip\r\n")])
    (only,) = read(path)
    assert isinstance(only.content, Page)
    assert only.content.content == page(1)


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_packed_answers(tmp_path: Path, coding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = record(URL.format("a"), pack(page(1)), fields=f"content-encoding: {coding}\r\n")
    (only,) = read(warc(tmp_path / "x.warc", [packed]))
    assert isinstance(only.content, Page)
    assert only.content.content == page(1)


def test_a_wacz_file(tmp_path: Path) -> None:
    inner = warc(tmp_path / "data.warc.gz", records())
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.write(inner, "archive/data.warc.gz")
    found = read(tmp_path / "x.wacz")
    assert reasons(found) == WHOLE
    assert found[0].source.startswith(f"{tmp_path / 'x.wacz'}!archive/data.warc.gz@")
    (tmp_path / "y.wacz").write_bytes((tmp_path / "x.wacz").read_bytes()[:-40])
    (only,) = read(tmp_path / "y.wacz")
    assert "damaged WACZ file" in str(reasons([only]))


#: What archives are made of, and cuts through it.
PIECES = [piece for whole in records() for piece in (whole, whole[: len(whole) // 2], whole[len(whole) // 2 :])] + [
    gzip.compress(whole) for whole in records()
]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=6),
    st.sampled_from(["x.warc", "x.warc.gz", "x.wacz"]),
    st.booleans(),
)
def test_any_bytes_as_an_archive(pieces: list[bytes], name: str, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        content = b"".join(pieces)
        if name.endswith(".wacz") and packed:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("archive/data.warc", content)
        else:
            path.write_bytes(gzip.compress(content) if packed else content)
        for capture in read(path):
            assert isinstance(capture.content, Page | Skipped)
            if isinstance(capture.content, Page):
                extract(capture.content)


def test_a_folder_of_archives(tmp_path: Path) -> None:
    for n in range(2):
        warc(tmp_path / f"{n}.warc.gz", [record(URL.format(n), page(n))])
    assert [c.url for c in read(tmp_path)] == [URL.format(0), URL.format(1)]


# -- a server on loopback ------------------------------------------------------------------------------------------


class Server:
    """A site with robots.txt, a sitemap, and pages with validators."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float, dict[str, str]]] = []
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, time.monotonic(), dict(self.headers)))
                status, fields, body = outer.pages.get(self.path, (404, {}, b"<p>none"))
                if fields.get("ETag") and self.headers["If-None-Match"] == fields["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, path: str, body: bytes, status: int = 200, **fields: str) -> None:
        self.pages[path] = (status, {k.replace("_", "-"): v for k, v in fields.items()}, body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def guest(delay: float = 0.02) -> Guest:
    return Guest(lambda url: (None, None), delay, allow_private=True)


def test_a_list_of_addresses_as_robots_txt_allows(server: Server, tmp_path: Path) -> None:
    server.put("/robots.txt", b"User-agent: *\nDisallow: /private\nDisallow: /*.php$\nAllow: /private/open\n")
    for path in ("/a", "/private/x", "/private/open", "/x.php", "/x.php?y=1"):
        server.put(path, page(1))
    listed = ["/a", "/private/x", "/private/open", "/x.php", "/x.php?y=1", "/missing", "/a"]
    (tmp_path / "urls.txt").write_text("# pages\n\n" + "\n".join(server.url + p for p in listed))
    found = reasons(read(tmp_path / "urls.txt", guest()))
    assert {u.removeprefix(server.url): (r or "")[:27] for u, r in found.items()} == {
        "/a": "",
        "/private/x": "its robots.txt asks program",
        "/private/open": "",
        "/x.php": "its robots.txt asks program",
        "/x.php?y=1": "",
        "/missing": "the server answered 404 Not",
    }
    asked = [path for path, *_ in server.asked]
    assert asked[0] == "/robots.txt"
    assert sorted(asked) == sorted(["/robots.txt", "/a", "/private/open", "/x.php?y=1", "/missing"])
    assert "factcheck" in server.asked[0][2]["User-Agent"]
    assert weight(str(tmp_path / "urls.txt")) == sum(c.weight for c in read(tmp_path / "urls.txt", guest())) + 50_000


@pytest.mark.parametrize(("rules", "least"), [(b"", 0.1), (b"User-agent: *\nCrawl-delay: 0.3", 0.3)])
def test_a_pause_between_requests_to_a_host(server: Server, rules: bytes, least: float) -> None:
    server.put("/robots.txt", rules)
    list(guest(0.1).captures(f"{server.url}/{n}" for n in range(3)))
    times = [when for _, when, _ in server.asked]
    assert len(times) == 4
    assert min(b - a for a, b in pairwise(times)) >= least * 0.9


def test_a_robots_txt_that_cannot_be_read_forbids_all(server: Server) -> None:
    server.put("/robots.txt", b"", 503)
    (only,) = read(f"{server.url}/a", guest())
    assert "its robots.txt cannot be read" in str(reasons([only]))
    assert [path for path, *_ in server.asked] == ["/robots.txt"]


def test_a_sitemap_of_sitemaps(server: Server) -> None:
    head = '<?xml version="1.0"?><{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    index = head.format("sitemapindex") + "".join(
        f"<sitemap><loc>{server.url}/{n}</loc></sitemap>"
        for n in ("one.xml.gz", "two.txt", "broken.xml", "sitemap.xml")
    )
    server.put("/robots.txt", b"", 404)
    server.put("/sitemap.xml", (index + "</sitemapindex>").encode(), Content_Type="application/xml")
    one = head.format("urlset") + f"<url><loc> {server.url}/a </loc><lastmod>2024</lastmod></url></urlset>"
    server.put("/one.xml.gz", gzip.compress(one.encode()), Content_Type="application/octet-stream")
    server.put("/two.txt", f"{server.url}/b\n".encode(), Content_Type="text/plain")
    server.put("/broken.xml", b"<urlset><url>")
    server.put("/a", page(1))
    server.put("/b", page(2))
    found = reasons(read(f"{server.url}/sitemap.xml", guest()))
    assert "not a sitemap" in str(found.pop(f"{server.url}/broken.xml"))
    assert found == {f"{server.url}/a": None, f"{server.url}/b": None}


def fetched(server: Server, store: Path, *paths: str) -> Progress:
    urls = tuple(server.url + path for path in paths)
    return audit(Plan(urls, store, delay=0.02, allow_private=True))


def test_unchanged_pages_are_not_sent_again(server: Server, tmp_path: Path) -> None:
    server.put("/a", page(1), ETag='"one"')
    server.put("/b", page(2), Last_Modified="Mon, 01 Jan 2024 09:00:00 GMT")
    store = tmp_path / "audit.db"
    assert fetched(server, store, "/a", "/b").counts.pages_extracted == 2
    server.asked.clear()
    again = fetched(server, store, "/a", "/b").counts
    assert (again.pages_extracted, again.pages_unchanged, again.sentences_judged) == (0, 2, 0)
    sent = {path: fields for path, _, fields in server.asked}
    assert sent["/a"]["If-None-Match"] == '"one"'
    assert sent["/b"]["If-Modified-Since"] == "Mon, 01 Jan 2024 09:00:00 GMT"
    server.put("/a", page(7), ETag='"two"')
    assert fetched(server, store, "/a").counts.pages_extracted == 1
    assert select(store, "SELECT etag, skipped FROM pages WHERE url LIKE '%/a'") == [('"two"', None)]


# -- a real crawler ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("wget"), reason="wget is not installed")
def test_what_wget_writes(server: Server, tmp_path: Path) -> None:
    """The two commands of docs/crawling.md: a WARC file, and a mirror, of the same site."""
    links = b'<a href="/about">About</a> <a href="/deep/page.html?x=1">Page</a> <a href="/logo.png">Logo</a>'
    server.put("/", page(1, links.decode()))
    server.put("/about", page(2))
    server.put("/deep/page.html?x=1", page(3))
    server.put("/logo.png", b"\x89PNG....", Content_Type="image/png")
    common = ["wget", "-q", "--recursive", "--level=5", "--no-verbose", server.url + "/"]
    warc_options = ["--warc-file=site", "--delete-after", "--no-directories"]
    subprocess.run([*common, *warc_options], cwd=tmp_path, check=False, timeout=60)
    (tmp_path / "mirror").mkdir()
    subprocess.run([*common, "--adjust-extension"], cwd=tmp_path / "mirror", check=False, timeout=60)
    archived = {c.url: c.content for c in read(tmp_path / "site.warc.gz")}
    archived = {u: c for u, c in archived.items() if isinstance(c, Page)}
    assert {u.removeprefix(server.url) for u in archived} == {"/", "/about", "/deep/page.html?x=1"}
    assert archived[f"{server.url}/about"].content == page(2)
    mirrored = {c.url.partition("/")[2]: c.content for c in read(tmp_path / "mirror")}
    assert mirrored["about.html"].content == page(2)  # type: ignore[union-attr]
    assert len(mirrored) == 3
