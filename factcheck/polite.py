"""Addresses -> captures, fetched as a guest does: robots.txt is kept, a host is asked once at a time and with a pause between.

Whole sites are the work of a crawler (docs/crawling.md); this reads a list of pages, or the pages that a sitemap names.
"""

from __future__ import annotations

import gzip
import io
import queue
import threading
import time
import xml.etree.ElementTree as ElementTree
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from factcheck import fetch
from factcheck.capture import URL_WEIGHT, Capture, iso, site_of
from factcheck.domain import Page, Skipped
from factcheck.load import as_page

#: The name by which robots.txt may speak of this program.
AGENT: Final = "factcheck"
#: Seconds between two requests to a host, where its robots.txt asks for no longer ones.
DELAY: Final = 1.0
#: A longer pause than this, asked for by a robots.txt, is not kept but reported: a list of 100 pages would take a day.
MAX_DELAY: Final = 60.0
#: Hosts asked at the same time.
HOSTS: Final = 16
#: Sitemaps that one sitemap may lead to, and addresses taken from them: the protocol's own limit for one file is 50,000.
MAX_SITEMAPS: Final = 500
MAX_URLS: Final = 1_000_000

#: ETag and Last-Modified of a page whose text is at hand.
Validators = Callable[[str], tuple[str | None, str | None]]


@dataclass
class _Host:
    """What is known of one host (scheme, name and port): its rules, and when it may be asked again."""

    robots: Any = None
    refused: str = ""
    delay: float = DELAY
    ready: float = 0.0
    urls: deque[str] = field(default_factory=deque)


class Guest:
    """Fetches pages politely. `delay` is the pause between two requests to a host, in seconds."""

    def __init__(self, validators: Validators, delay: float = DELAY, *, allow_private: bool = False) -> None:
        self._validators = validators
        self._delay = delay
        self._private = allow_private
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def captures(self, urls: Iterable[str]) -> Iterator[Capture]:
        """Each page as its server gives it, hosts side by side, the pages of one host one after the other."""
        waiting: dict[str, deque[str]] = defaultdict(deque)
        for url in dict.fromkeys(urls):
            waiting[_origin(url)].append(url)
        todo = deque(waiting.items())
        done: queue.SimpleQueue[Capture] = queue.SimpleQueue()
        running: set[Future[None]] = set()
        stop = threading.Event()

        def visit(origin: str, pages: deque[str]) -> None:
            while pages and not stop.is_set():
                done.put(self._page(origin, pages.popleft(), stop))

        with ThreadPoolExecutor(HOSTS) as threads:
            try:
                while todo or running:
                    while todo and len(running) < HOSTS:
                        running.add(threads.submit(visit, *todo.popleft()))
                    finished, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                    while not done.empty():
                        yield done.get()
            finally:
                stop.set()
        while not done.empty():
            yield done.get()

    def sitemap(self, url: str) -> Iterator[str | Skipped]:
        """The addresses that a sitemap, and the sitemaps it leads to, name."""
        todo, seen, found = deque([url]), {url}, 0
        while todo:
            where = todo.popleft()
            origin = _origin(where)
            refusal = self._ask(origin, where, threading.Event())
            answer: fetch.Answer | Skipped = (
                Skipped(where, refusal, unreadable=True) if refusal else self._request(where)
            )
            if isinstance(answer, Skipped):
                yield answer
                continue
            if answer.status != 200:
                yield Skipped(where, f"the server answered {answer.status}; check the address", unreadable=True)
                continue
            try:
                for kind, address in _sitemap_addresses(answer.content):
                    if kind == "sitemap" and address not in seen and len(seen) < MAX_SITEMAPS:
                        seen.add(address)
                        todo.append(address)
                    elif kind == "url" and found < MAX_URLS:
                        found += 1
                        yield address
            except (ElementTree.ParseError, zlib.error, OSError, EOFError, ValueError) as error:
                yield Skipped(where, f"not a sitemap ({error}); check the address", unreadable=True)

    def _page(self, origin: str, url: str, stop: threading.Event) -> Capture:
        def made(content: Page | Skipped, answer: fetch.Answer | None = None, *, unchanged: bool = False) -> Capture:
            return Capture(
                site_of(url),
                url,
                url,
                iso(datetime.now(UTC)),
                content,
                URL_WEIGHT,
                etag=answer.etag if answer else None,
                last_modified=answer.last_modified if answer else None,
                unchanged=unchanged,
            )

        refusal = self._ask(origin, url, stop)
        if refusal:
            return made(Skipped(url, refusal, unreadable=True))
        etag, modified = self._validators(url)
        conditions = {}
        if etag:
            conditions["If-None-Match"] = etag
        if modified:
            conditions["If-Modified-Since"] = modified
        check = fetch.is_page_or_unchanged if conditions else fetch.is_page
        answer = self._request(url, headers=conditions, check=check)
        if isinstance(answer, Skipped):
            return made(answer)
        if answer.status == 304:
            return made(Skipped(url, ""), answer, unchanged=True)
        return made(as_page(url, answer.content, answer.media_type, answer.encoding), answer)

    def _ask(self, origin: str, url: str, stop: threading.Event) -> str:
        """Wait for the host's turn. Why it must not be asked, or "" where it may."""
        with self._lock:
            host = self._hosts.setdefault(origin, _Host(delay=self._delay))
        if host.robots is None and not host.refused:
            self._read_robots(origin, host)
        if host.refused:
            return host.refused
        if host.robots and not host.robots.can_fetch(url, AGENT):
            return "its robots.txt asks programs not to read it; save it from a browser, or ask the site"
        stop.wait(max(0.0, host.ready - time.monotonic()))
        return ""

    def _request(self, url: str, **how: Any) -> fetch.Answer | Skipped:
        """Ask a host, whose pause begins when it has answered."""
        answer = fetch.request(url, allow_private=self._private, **how)
        host = self._hosts[_origin(url)]
        host.ready = time.monotonic() + host.delay
        return answer

    def _read_robots(self, origin: str, host: _Host) -> None:
        """By RFC 9309: no robots.txt (4xx) allows all, one that cannot be reached allows nothing."""
        from protego import Protego

        answer = fetch.request(f"{origin}/robots.txt", allow_private=self._private)
        if isinstance(answer, Skipped):
            host.refused = f"its robots.txt cannot be read: {answer.reason}"
        elif answer.status >= 500:
            host.refused = f"its robots.txt cannot be read: the server answered {answer.status}; try again later"
        else:
            host.robots = Protego.parse(answer.content.decode("utf-8", "replace") if answer.status == 200 else "")
            asked = host.robots.crawl_delay(AGENT) or 0.0
            if asked > MAX_DELAY:
                host.refused = (
                    f"its robots.txt asks for {asked:g} seconds between requests; use a crawler for this site"
                )
            host.delay = max(host.delay, asked)
        host.ready = time.monotonic() + host.delay


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _sitemap_addresses(content: bytes) -> Iterator[tuple[str, str]]:
    """("url" or "sitemap", address) for each line of a sitemap: XML, XML packed by gzip, or plain text."""
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(50_000_001)  # the protocol's limit for one sitemap
        if len(content) > 50_000_000:
            raise ValueError("larger than 50 MB")
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from (("url", line) for line in content.decode("utf-8", "replace").split() if line.startswith("http"))
        return
    # Expat from 2.4.1 on stops at entities that grow without measure.
    root = ElementTree.fromstring(content)  # noqa: S314
    for child in root:
        name = child.tag.rpartition("}")[2]
        for part in child:
            if name in ("url", "sitemap") and part.tag.rpartition("}")[2] == "loc" and part.text:
                yield name, part.text.strip()
