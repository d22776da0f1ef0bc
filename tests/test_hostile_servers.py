"""Servers that try to get in, to keep a fetch for ever or to fill the memory. All listen on loopback."""

from __future__ import annotations

import gzip
import io
import socket
import ssl
import threading
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

import factcheck.fetch
from factcheck.domain import Page, Skipped
from factcheck.extract import extract
from factcheck.fetch import Limits, fetch
from factcheck.load import load

HTML = b"<title>T</title><p>Ketamine is an anesthetic that nurses and doctors have used for many years.</p>"
Talk = Callable[[socket.socket], None]


@contextmanager
def listening(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on loopback that answers each connection by `talk`. Gives its port."""
    ending = threading.Event()

    def connection(client: socket.socket) -> None:
        with suppress(OSError), closing(context.wrap_socket(client, server_side=True) if context else client) as peer:
            peer.settimeout(10)
            talk(peer)

    def accept(listener: socket.socket) -> None:
        while not ending.is_set():
            with suppress(TimeoutError):
                client, _ = listener.accept()
                threading.Thread(target=connection, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=accept, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        ending.set()
        thread.join()


def sends(head: str, *body: bytes, endless: bool = False, pause: float = 0.0) -> Talk:
    """Reads a request, sends the head and then the body; again and again if `endless`."""

    def talk(peer: socket.socket) -> None:
        peer.recv(65_536)
        peer.sendall(head.replace("\n", "\r\n").encode())
        while True:
            for part in body:
                peer.sendall(part)
                time.sleep(pause)
            if not endless:
                return

    return talk


def page(body: bytes = HTML, **headers: str) -> Talk:
    fields = {"Content-Type": "text/html", "Content-Length": str(len(body)), "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return sends("HTTP/1.1 200 OK\n" + "".join(f"{k}: {v}\n" for k, v in fields.items()) + "\n", body)


def outcome(talk: Talk, limits: Limits | None = None) -> Page | str:
    with listening(talk) as port:
        found = fetch(f"http://127.0.0.1:{port}/", limits, allow_private=True)
    return found.reason if isinstance(found, Skipped) else found


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that fetching trusts, in place of the public ones; names in .test lead to loopback."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "ca.pem"))
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".test") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return made


def over_tls(certificate: trustme.LeafCert, name: str, newest: ssl.TLSVersion | None = None) -> Page | Skipped:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    certificate.configure_cert(context)
    with listening(page(), context) as port:
        return fetch(f"https://{name}:{port}/", allow_private=True)


def test_a_certificate_that_fits_is_taken(authority: trustme.CA) -> None:
    assert isinstance(over_tls(authority.issue_cert("clinic.test"), "clinic.test"), Page)


def refused(found: Page | Skipped) -> str:
    assert isinstance(found, Skipped)
    assert found.unreadable
    return found.reason


@pytest.mark.usefixtures("authority")
def test_a_certificate_of_its_own_is_refused() -> None:
    reason = refused(over_tls(trustme.CA().issue_cert("clinic.test"), "clinic.test"))
    assert "CERTIFICATE_VERIFY_FAILED" in reason


def test_another_hosts_certificate_is_refused(authority: trustme.CA) -> None:
    reason = refused(over_tls(authority.issue_cert("other.test"), "clinic.test"))
    assert "Hostname mismatch" in reason
    reason = refused(over_tls(authority.issue_cert("127.0.0.1"), "clinic.test"))  # the address is not the name
    assert "Hostname mismatch" in reason


def test_an_expired_certificate_is_refused(authority: trustme.CA) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = authority.issue_cert("clinic.test", not_before=yesterday - timedelta(days=9), not_after=yesterday)
    assert "certificate has expired" in refused(over_tls(expired, "clinic.test"))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_an_outdated_protocol_is_refused(authority: trustme.CA) -> None:
    assert "connection failed" in refused(
        over_tls(authority.issue_cert("clinic.test"), "clinic.test", ssl.TLSVersion.TLSv1_1)
    )


# -- time ------------------------------------------------------------------------------------------------------------

OK = "HTTP/1.1 200 OK\nContent-Type: text/html\n"


def silent(peer: socket.socket) -> None:
    time.sleep(3)


@pytest.mark.parametrize(
    "talk",
    [
        silent,
        sends("HTTP/1.1 2", b"0", endless=True, pause=0.05),
        sends("HTTP/1.1 200 OK\nX: ", b"x", endless=True, pause=0.05),
        sends("", b"HTTP/1.1 100 Continue\r\n\r\n", endless=True, pause=0.01),
        sends(OK + "Content-Length: 99999\n\n", b"x", endless=True, pause=0.05),
        sends(OK + "Transfer-Encoding: chunked\n\n", b"1\r\nx\r\n", endless=True, pause=0.05),
        sends(OK + "Transfer-Encoding: chunked\n\n0\nX: ", b"x", endless=True, pause=0.05),
        sends(OK + "Content-Encoding: gzip\n\n", gzip.compress(b"")[:10], b"", endless=True, pause=0.05),
    ],
    ids=["silence", "status", "header", "continue", "body", "chunks", "trailer", "gzip"],
)
def test_a_slow_server_is_left_in_time(talk: Talk) -> None:
    started = time.monotonic()
    found = outcome(talk, Limits(operation_seconds=5, total_seconds=0.5))
    assert isinstance(found, str)
    assert time.monotonic() - started < 3


def test_a_handshake_that_never_ends_is_left_in_time() -> None:
    with listening(silent) as port:
        started = time.monotonic()
        found = fetch(f"https://127.0.0.1:{port}/", Limits(5, 5, 0.5), allow_private=True)
        assert "not read within 0.5 seconds" in refused(found)
        assert time.monotonic() - started < 3


def test_redirects_share_one_limit_of_time() -> None:
    def talk(peer: socket.socket) -> None:
        peer.recv(65_536)
        time.sleep(0.2)
        peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")

    found = outcome(talk, Limits(redirects=100, total_seconds=0.7))
    assert found.startswith("not read within 0.7 seconds")  # type: ignore[union-attr]


# -- size ------------------------------------------------------------------------------------------------------------


def memory_of(talk: Talk, limits: Limits | None = None) -> tuple[Page | str, int]:
    tracemalloc.start()
    try:
        return outcome(talk, limits), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ZEROS = b"\0" * 200_000_000
BOMB = gzip.compress(ZEROS, 9)


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (BOMB, {"Content_Encoding": "gzip"}, "larger than 20 MB"),
        (zlib.compress(ZEROS, 9), {"Content_Encoding": "deflate"}, "larger than 20 MB"),
        (gzip.compress(BOMB), {"Content_Encoding": "gzip, gzip"}, "content encoding gzip, gzip: not supported"),
        # 80 bytes of Brotli can stand for a gigabyte; nothing here unpacks it, as nothing asked for it.
        (b"\x5b\xff\xff\x7f" * 20, {"Content_Encoding": "br"}, "content encoding br: not supported"),
        (b"\x28\xb5\x2f\xfd" * 20, {"Content_Encoding": "zstd"}, "content encoding zstd: not supported"),
    ],
    ids=["gzip", "deflate", "gzip in gzip", "brotli", "zstd"],
)
def test_a_bomb_does_not_go_off(body: bytes, headers: dict[str, str], reason: str) -> None:
    found, peak = memory_of(page(body, **headers))
    assert isinstance(found, str)
    assert found.startswith(reason)
    assert (
        peak < 90_000_000
    )  # the limit of 20 MB, while it is put together, beside the server's own copy of what it sends


def test_brotli_is_not_asked_for() -> None:
    asked: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        asked.append(peer.recv(65_536))
        peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    outcome(talk)
    assert b"accept-encoding: gzip, deflate\r\n" in asked[0].lower()


def test_a_zip_file_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.html", ZEROS[:50_000_000])
    assert outcome(page(packed.getvalue(), Content_Type="application/zip")).startswith(  # type: ignore[union-attr]
        "content type application/zip"
    )
    with listening(page(packed.getvalue())) as port:  # as HTML, which it is not
        found = fetch(f"http://127.0.0.1:{port}/", allow_private=True)
    assert isinstance(found, Page)
    (sniffed,) = load("-", io.BytesIO(found.content))
    assert isinstance(sniffed, Skipped)
    assert "zip archive" in sniffed.reason


@pytest.mark.parametrize(
    "talk",
    [
        sends(OK + "\n", b"x" * 65_536, endless=True),
        sends(OK + "Transfer-Encoding: chunked\n\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n", endless=True),
        sends(OK, b"X: " + b"y" * 997 + b"\r\n", endless=True),
        sends("HTTP/1.1 200 ", b"O" * 65_536, endless=True),
        sends("HTTP/1.1 302 Found\nLocation: http://127.0.0.1/", b"a" * 65_536, endless=True),
    ],
    ids=["body", "chunks", "headers", "reason", "location"],
)
def test_an_endless_answer_is_cut_off(talk: Talk) -> None:
    found, peak = memory_of(talk, Limits(total_seconds=20))
    assert isinstance(found, str)
    assert "not read within" not in found  # its size ended it, not the time
    assert peak < 60_000_000


def test_a_redirect_with_an_endless_body_is_not_read() -> None:
    started = time.monotonic()
    head = "HTTP/1.1 302 Found\nLocation: ftp://example.org/\n\n"
    assert "only http and https" in outcome(sends(head, b"x" * 65_536, endless=True))  # type: ignore[operator]
    assert time.monotonic() - started < 5


# -- heads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk",
    [
        sends("", b""),
        sends("nonsense\n\n"),
        sends("", bytes(range(256)) * 40),
        sends("HTTP/1.1 200 OK\nContent-Length: -1\n\n"),
        sends("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\nxx"),
        sends(OK + "Transfer-Encoding: chunked\n\nzzz\n"),
        sends("HTTP/1.1 302 Found\nLocation: http://[::1\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: \x00\x01\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: http://a\u0661.example:99999999/\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: //\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: javascript:alert(1)\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: http://xn--a.invalid/\n\n"),
        sends("HTTP/1.1 302 Found\nLocation: http://" + "a" * 300 + ".invalid/\n\n"),
    ],
)
def test_nonsense_is_one_line(talk: Talk) -> None:
    found = outcome(talk, Limits(total_seconds=10))
    assert isinstance(found, str)
    assert found.isprintable()


@pytest.mark.parametrize(
    "encoding",
    [
        "no-such",
        "hex",
        "base64",
        "punycode",
        "idna",
        "unicode_escape",
        "utf-7",
        "undefined",
        "\u00e9",
        "'\"",
        "a" * 999,
    ],
)
def test_the_charset_of_a_server_cannot_do_harm(encoding: str) -> None:
    found = outcome(page(HTML * 9 + b"\xff", Content_Type=f"text/html; charset={encoding}"))
    assert isinstance(found, Page)
    assert "Ketamine is an anesthetic" in extract(found).text  # type: ignore[union-attr]


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60))
def test_any_content_type(header: str) -> None:
    import httpx

    response = httpx.Response(200, headers=[(b"Content-Type", header.encode("latin-1"))])
    with suppress(factcheck.fetch._Refused):
        factcheck.fetch._content_type(response)
