"""URL -> Page. The only module that uses the network, and only for public http and https addresses.

A page may redirect to, or its name may resolve to, an address inside the reader's own network. So every hop is resolved
here, every address it resolves to has to be public, and the connection goes to the very address that was checked: a
name that resolves differently a moment later changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Final

import httpx

from factcheck import __version__
from factcheck.domain import FactcheckError, Page, Skipped

_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may use up."""

    redirects: int = 5
    operation_seconds: float = 10.0  # connecting, or waiting for the next bytes
    total_seconds: float = 30.0  # everything, redirects included
    wire_bytes: int = 10 * _MB
    page_bytes: int = 20 * _MB  # after decompression; the same limit as for files


#: Media types that are read, and as what.
PAGE_TYPES: Final = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
}
_HEADERS: Final = {
    "User-Agent": f"Mozilla/5.0 (compatible; factcheck/{__version__})",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,text/markdown;q=0.9",
    "Accept-Language": "en",
    # What _Inflater can unpack in bounded steps.
    "Accept-Encoding": "gzip, deflate",
}
_SAVE: Final = "open it in a browser, save it as HTML and scan the file"
# Not meant for the public, though `is_global` says so: of the first two in some Python versions, of the last in all.
_SPECIAL: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; one cloud serves its machines' settings here
        "64:ff9b:1::/48",  # local NAT64
        "168.63.129.16/32",  # another cloud's service for its machines
    )
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. `url` is where the redirects led; the header fields are as sent."""

    url: str
    status: int
    content: bytes
    media_type: str
    encoding: str | None
    etag: str | None
    last_modified: str | None


class _Refused(FactcheckError):
    """The fetch ends here; the message becomes the `Skipped` reason."""


def fetch(url: str, limits: Limits | None = None, *, allow_private: bool = False) -> Page | Skipped:
    """Fetch one page.

    Args:
        url: An http or https address.
        limits: What the fetch may use up; by default `Limits()`.
        allow_private: Also connect to loopback, private and link-local addresses.

    Returns:
        The page with its raw bytes, or `Skipped` with the reason. Never raises on what a server does.
    """
    answer = request(url, limits, allow_private=allow_private, check=is_page)
    if isinstance(answer, Skipped):
        return answer
    return Page(url, answer.content, answer.media_type, answer.encoding)


def request(
    url: str,
    limits: Limits | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    check: Callable[[httpx.Response], None] | None = None,
    allow_private: bool = False,
) -> Answer | Skipped:
    """Ask for an address and give what the server sent, whatever its status and type; `fetch` says the rest.

    Args:
        headers: Fields added to the request, If-None-Match say.
        check: Looks at the head of the response before its body is read; may refuse it (`is_page`, `is_page_or_unchanged`).
    """
    limits = limits or Limits()
    try:
        return asyncio.run(_within(url, limits, allow_private, headers or {}, check or (lambda response: None)))
    except _Refused as refused:
        return Skipped(url, str(refused), unreadable=True)


def is_page(response: httpx.Response) -> None:
    """Refuses what is not a page that can be checked."""
    if response.status_code in (401, 403, 429, 503):
        raise _Refused(f"the server refuses to give it to a program ({response.status_code}); {_SAVE}")
    if response.status_code != 200:
        status = f"{response.status_code} {response.reason_phrase}".strip()
        raise _Refused(f"the server answered {status}; check the address")
    media_type, _ = _content_type(response)
    if media_type == "application/pdf":
        raise _Refused("PDF: not supported yet; export as HTML or text")
    if media_type not in PAGE_TYPES:
        raise _Refused(f"content type {media_type}: only HTML, plain text and Markdown are read")


def is_page_or_unchanged(response: httpx.Response) -> None:
    """Like `is_page`, for a request with conditions, which a server may answer with 304."""
    if response.status_code != 304:
        is_page(response)


async def _within(
    url: str, limits: Limits, allow_private: bool, headers: Mapping[str, str], check: Callable[[httpx.Response], None]
) -> Answer:
    try:
        async with asyncio.timeout(limits.total_seconds):
            return await _follow(url, limits, allow_private, headers, check)
    except TimeoutError:
        raise _Refused(f"not read within {limits.total_seconds:g} seconds; try again later, or {_SAVE}") from None
    except httpx.TimeoutException:
        raise _Refused("the server does not answer; try again later") from None
    except (httpx.InvalidURL, UnicodeError):  # httpx reads where a redirect leads before `_parse` does
        raise _Refused("the server redirects to an address that is not valid; check it in a browser") from None
    except httpx.HTTPError as error:
        raise _Refused(f"connection failed ({_one_line(error)}); check the address") from None


async def _follow(
    url: str, limits: Limits, allow_private: bool, headers: Mapping[str, str], check: Callable[[httpx.Response], None]
) -> Answer:
    # No proxy and no .netrc from the environment: a proxy would resolve the name again, past the check.
    async with httpx.AsyncClient(trust_env=False, timeout=limits.operation_seconds) as client:
        hop = _parse(url)
        for _ in range(limits.redirects + 1):
            addresses = await _resolve(hop, allow_private)
            response = await _send(client, hop, addresses, headers)
            try:
                if response.has_redirect_location:
                    hop = _parse(response.headers["Location"], hop)
                    continue
                check(response)
                media_type, charset = _content_type(response)
                return Answer(
                    str(hop),
                    response.status_code,
                    await _body(response, limits) if response.status_code != 304 else b"",
                    PAGE_TYPES.get(media_type, media_type),
                    charset,
                    response.headers.get("ETag"),
                    response.headers.get("Last-Modified"),
                )
            finally:
                await response.aclose()
                client.cookies.clear()
        raise _Refused(f"more than {limits.redirects} redirects; check the address in a browser")


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        parsed = base.join(url) if base else httpx.URL(url)
        host = parsed.host  # decoded only now: "xn--" may stand before what is no name
    except (httpx.InvalidURL, UnicodeError):
        raise _Refused("not a valid address; check it") from None
    if parsed.scheme not in ("http", "https"):
        raise _Refused(f"{parsed.scheme or 'no scheme'}: only http and https are fetched")
    if not host:
        raise _Refused("no host name in the address; check it")
    if parsed.userinfo:
        raise _Refused("user name or password in the address; remove it, or " + _SAVE)
    return parsed


async def _resolve(url: httpx.URL, allow_private: bool) -> list[Address]:
    port = url.port or (443 if url.scheme == "https" else 80)
    host = url.raw_host.decode("ascii")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _Refused(f"no such host: {url.host}; check the address and the network") from None
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found))
    if not allow_private:
        for address in addresses:
            if not _public(address):
                raise _Refused(f"{url.host} is {address}, not a public address; --allow-private lets it be fetched")
    return addresses


def _public(address: Address) -> bool:
    """Whether an address is one that anybody on the internet could mean."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _public(inner)
        if address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    refused = address.is_multicast or address.is_reserved or address.is_link_local
    return address.is_global and not refused


async def _send(
    client: httpx.AsyncClient, url: httpx.URL, addresses: list[Address], headers: Mapping[str, str]
) -> httpx.Response:
    """The response's head, from the first of the addresses that takes the connection."""
    failure: httpx.HTTPError | None = None
    for address in addresses:
        request = client.build_request(
            "GET",
            url.copy_with(host=str(address), fragment=None),
            headers={**_HEADERS, **headers, "Host": url.netloc.decode("ascii")},
            # The certificate has to be the named host's, though the connection is by number.
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            return await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error
    raise failure or _Refused(f"no address found for {url.host}; check the address")


def _content_type(response: httpx.Response) -> tuple[str, str | None]:
    message = Message()
    # A page sent without a type is read as browsers read it.
    message["Content-Type"] = response.headers.get("Content-Type") or "text/html"
    return message.get_content_type(), message.get_content_charset()


async def _body(response: httpx.Response, limits: Limits) -> bytes:
    inflater = _Inflater(response.headers.get("Content-Encoding", ""))
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += inflater.feed(chunk, limits.page_bytes + 1 - len(body))
            if len(body) > limits.page_bytes or response.num_bytes_downloaded > limits.wire_bytes:
                raise _Refused(f"larger than {_size(limits)}; save the article alone as HTML and scan the file")
    except zlib.error:
        raise _Refused("the server sent a broken compressed page; try again, or " + _SAVE) from None
    if not inflater.complete:
        raise _Refused("the connection ended before the page was complete; try again")
    return bytes(body)


def _size(limits: Limits) -> str:
    return f"{limits.page_bytes / _MB:g} MB ({limits.wire_bytes / _MB:g} MB as sent)"


class _Inflater:
    """Unpacks one layer of gzip or deflate, never more than the caller has room for."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise _Refused(f"content encoding {_one_line(name)}: not supported; {_SAVE}")
        # 32 added to the window size: the header says whether it is gzip or zlib.
        self._zlib = zlib.decompressobj(32 + zlib.MAX_WBITS) if name not in ("", "identity") else None

    def feed(self, chunk: bytes, room: int) -> bytes:
        return self._zlib.decompress(chunk, room) if self._zlib else chunk

    @property
    def complete(self) -> bool:
        return self._zlib is None or self._zlib.eof


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:120] or type(text).__name__
