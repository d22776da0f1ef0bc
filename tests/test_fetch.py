"""Fetching: the servers here listen on loopback and are reached by an explicit switch; everything else is refused."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import factcheck.fetch
from factcheck.cli import app
from factcheck.domain import Page, Skipped
from factcheck.fetch import Limits, fetch

HTML = b"<title>T</title><p>Ketamine is an anesthetic.</p>"
Respond = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A web server with one behavior for a test."""

    def __init__(self) -> None:
        self.respond: Respond = lambda handler: answer(handler)
        self.hosts: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.hosts.append(self.headers["Host"])
                outer.respond(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test connect or ask a name server outside this machine, whatever the code under test decides."""
    send, look_up = factcheck.fetch._send, socket.getaddrinfo

    async def guarded(client: Any, url: Any, addresses: list[factcheck.fetch.Address], headers: Any) -> Any:
        assert all(address.is_loopback for address in addresses), f"would connect to {addresses}"
        return await send(client, url, addresses, headers)

    def local(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        if host not in ("localhost", b"localhost"):
            flags |= socket.AI_NUMERICHOST  # numbers are read, names fail without being asked for
        return look_up(host, port, family, type, proto, flags)

    monkeypatch.setattr(factcheck.fetch, "_send", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def answer(handler: BaseHTTPRequestHandler, body: bytes = HTML, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in ({"Content-Type": "text/html", "Content-Length": str(len(body))} | named).items():
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def reason(url: str, limits: Limits | None = None, *, allow_private: bool = True) -> str:
    skipped = fetch(url, limits, allow_private=allow_private)
    assert isinstance(skipped, Skipped), skipped
    assert (skipped.source, skipped.unreadable) == (url, True)
    assert "\n" not in skipped.reason
    return skipped.reason


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let each look-up of a name give the next of these addresses; numbers stay as they are. Returns the names asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not name.endswith(".example"):
            return real(host, port, *args, **kwargs)
        asked.append(name)
        address = answers[min(len(asked), len(answers)) - 1]
        return [item for a in address.split() for item in real(a, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_page(server: Server) -> None:
    server.respond = lambda h: answer(h, Content_Type="text/html; charset=ISO-8859-1")
    assert fetch(server.url, allow_private=True) == Page(server.url, HTML, "text/html", "iso-8859-1")


@pytest.mark.parametrize(
    ("given", "media_type"),
    [
        ("text/plain", "text/plain"),
        ("text/markdown", "text/markdown"),
        ("application/xhtml+xml", "text/html"),
        ("", "text/html"),
    ],
)
def test_content_types(server: Server, given: str, media_type: str) -> None:
    server.respond = lambda h: answer(h, Content_Type=given)
    page = fetch(server.url, allow_private=True)
    assert isinstance(page, Page)
    assert page.media_type == media_type


def test_other_content_types_are_refused(server: Server) -> None:
    server.respond = lambda h: answer(h, Content_Type="application/pdf")
    assert reason(server.url) == "PDF: not supported yet; export as HTML or text"
    server.respond = lambda h: answer(h, Content_Type="video/mp4")
    assert reason(server.url) == "content type video/mp4: only HTML, plain text and Markdown are read"


@pytest.mark.parametrize(
    ("status", "hint"), [(404, "404"), (500, "500"), (204, "204"), (403, "save it as HTML"), (429, "save it as HTML")]
)
def test_refusals_of_the_server(server: Server, status: int, hint: str) -> None:
    server.respond = lambda h: answer(h, b"", status)
    assert hint in reason(server.url)


# -- which addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",  # 127.0.0.1 as one number
        "0x7f000001",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",  # shared by carriers
        "100.100.100.200",  # a cloud's metadata
        "169.254.169.254",  # most clouds' metadata
        "168.63.129.16",  # another's, though the address is public
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",  # 127.0.0.1 through NAT64
        "[2002:7f00:1::]",  # 127.0.0.1 through 6to4
        "[2001:db8::1]",
    ],
)
def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    assert "not a public address" in reason(f"http://{host}/", allow_private=False)


def test_a_name_for_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, "10.1.2.3")
    assert "intranet.example is 10.1.2.3" in reason("http://intranet.example/", allow_private=False)


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, "93.184.215.14 127.0.0.1")
    assert "mixed.example is 127.0.0.1" in reason("http://mixed.example/", allow_private=False)


def test_a_redirect_to_a_private_address_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first hop stands for a public server: only its address counts as public here.
    monkeypatch.setattr(factcheck.fetch, "_public", lambda address: str(address) == "127.0.0.1")
    for target in ("http://10.0.0.1/", "http://[::1]/", "//169.254.169.254/latest/meta-data/"):
        server.respond = lambda h, to=target: answer(h, b"", 302, Location=to)  # type: ignore[misc]
        assert "not a public address" in reason(server.url, allow_private=False)
    assert len(server.hosts) == 3


def test_the_connection_goes_to_the_address_that_was_checked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # A second look-up would lead elsewhere; there must be none.
    asked = resolver(monkeypatch, "127.0.0.1", "127.9.9.9")
    page = fetch(f"http://clinic.example:{server.port}/a", allow_private=True)
    assert isinstance(page, Page)
    assert asked == ["clinic.example"]
    assert server.hosts == [f"clinic.example:{server.port}"]


def test_a_name_that_leads_inside_at_the_second_hop_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: a public address when it is first asked for, then the machine's own metadata."""
    monkeypatch.setattr(factcheck.fetch, "_public", lambda address: str(address) == "127.0.0.1")
    asked = resolver(monkeypatch, "127.0.0.1", "169.254.169.254")
    server.respond = lambda h: answer(h, b"", 302, Location="/latest/meta-data/")
    assert "clinic.example is 169.254.169.254, not a public address" in reason(
        f"http://clinic.example:{server.port}/", allow_private=False
    )
    assert asked == ["clinic.example"] * 2
    assert len(server.hosts) == 1


def test_every_hop_is_resolved_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, "127.0.0.1")
    there = f"http://there.example:{server.port}/"
    server.respond = lambda h: (
        answer(h) if h.headers["Host"].startswith("there") else answer(h, b"", 301, Location=there)
    )
    page = fetch(f"http://here.example:{server.port}/", allow_private=True)
    assert isinstance(page, Page)
    assert page.source == f"http://here.example:{server.port}/"
    assert asked == ["here.example", "there.example"]


def test_the_next_address_is_tried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, "127.0.0.2 127.0.0.1")  # nothing listens on the first
    assert isinstance(fetch(f"http://clinic.example:{server.port}/", allow_private=True), Page)


def test_the_certificate_has_to_be_the_named_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        resolver(monkeypatch, "127.0.0.1")
        thread = threading.Thread(target=lambda: asked.append(_server_name(listener)), daemon=True)
        thread.start()
        assert "connection failed" in reason(f"https://clinic.example:{listener.getsockname()[1]}/")
        thread.join(5)
    assert asked == ["clinic.example"]


def _server_name(listener: socket.socket) -> str | None:
    """The name in the first TLS message of a client, which is then turned away."""
    connection, _ = listener.accept()
    with connection:
        hello = connection.recv(4096)
    return "clinic.example" if b"clinic.example" in hello else None


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("ftp://example.org/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("http://", "no host name"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://[::1", "not a valid address"),
        ("http://no-such-host.invalid/", "no such host"),
    ],
)
def test_bad_addresses(url: str, hint: str) -> None:
    assert hint in reason(url)


def test_a_redirect_to_another_scheme_is_refused(server: Server) -> None:
    server.respond = lambda h: answer(h, b"", 302, Location="file:///etc/passwd")
    assert "only http and https" in reason(server.url)
    server.respond = lambda h: answer(h, b"", 302, Location="http://[::1")
    assert "Invalid URL in location header" in reason(server.url)


# -- the switch ------------------------------------------------------------------------------------------------------


def test_a_private_address_is_scanned_if_asked(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    run = CliRunner().invoke(app, ["scan", server.url])
    assert run.exit_code == 2
    assert server.hosts == []
    assert "127.0.0.1, not a public address; --allow-private lets it be fetched" in run.stderr
    run = CliRunner().invoke(app, ["scan", server.url, "--allow-private", "--format", "json", "--all"])
    assert run.exit_code == 0
    assert json.loads(run.stdout)["pages"][0]["text"].startswith("Ketamine is an anesthetic.")
    assert len(server.hosts) == 1


def test_a_private_address_is_audited_if_asked(server: Server, tmp_path: Path) -> None:
    server.respond = lambda h: answer(h, b"" if h.path == "/robots.txt" else HTML)
    store = str(tmp_path / "a.db")
    run = CliRunner().invoke(app, ["audit", server.url, "--store", store, "--jobs", "1"])
    assert run.exit_code == 2
    assert server.hosts == []
    assert "not a public address" in run.stderr
    run = CliRunner().invoke(app, ["audit", server.url, "--store", store, "--jobs", "1", "--allow-private"])
    assert run.exit_code == 0, run.stderr
    assert "1 pages: 1 extracted" in run.stderr


# -- limits ----------------------------------------------------------------------------------------------------------


def test_redirects_end(server: Server) -> None:
    server.respond = lambda h: answer(h, b"", 302, Location="/again")
    assert "more than 5 redirects" in reason(server.url)
    assert len(server.hosts) == 6


def test_silence_ends(server: Server) -> None:
    server.respond = lambda h: time.sleep(2)
    assert "does not answer" in reason(server.url, Limits(operation_seconds=0.2))


def test_dripping_ends(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)  # each byte in time for the one limit, but never for the other
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    server.respond = drip
    before = time.monotonic()
    assert "not read within 0.5 seconds" in reason(server.url, Limits(operation_seconds=5, total_seconds=0.5))
    assert time.monotonic() - before < 1.5


def test_size_as_sent(server: Server) -> None:
    server.respond = lambda h: answer(h, b"x" * 50_000)
    assert "larger than" in reason(server.url, Limits(wire_bytes=20_000, page_bytes=10**9))


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed(server: Server, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    server.respond = lambda h: answer(h, pack(HTML), Content_Encoding=encoding)
    page = fetch(server.url, allow_private=True)
    assert isinstance(page, Page)
    assert page.content == HTML
    server.respond = lambda h: answer(h, pack(HTML)[:-9], Content_Encoding=encoding)
    assert "before the page was complete" in reason(server.url)
    server.respond = lambda h: answer(h, b"not packed at all", Content_Encoding=encoding)
    assert "broken compressed page" in reason(server.url)


def test_size_after_decompression(server: Server) -> None:
    bomb = gzip.compress(b"x" * 50_000_000)
    server.respond = lambda h: answer(h, bomb, Content_Encoding="gzip")
    assert len(bomb) < 100_000
    assert "larger than 20 MB" in reason(server.url)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip"])
def test_other_encodings_are_refused(server: Server, encoding: str) -> None:
    server.respond = lambda h: answer(h, Content_Encoding=encoding)
    assert f"content encoding {encoding}: not supported" in reason(server.url)


def test_a_connection_that_ends_early(server: Server) -> None:
    server.respond = lambda h: answer(h, Content_Length="5000", Connection="close")
    assert "connection failed" in reason(server.url)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "connection failed" in reason(f"http://127.0.0.1:{port}/")
