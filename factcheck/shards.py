"""The sources of an audit -> shards: pages with the hash of their content, read ahead in a thread of its own."""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from factcheck.capture import Capture
from factcheck.domain import Page
from factcheck.polite import Guest
from factcheck.schema import row_id
from factcheck.sources import captures, weight

#: Pages and bytes of a shard. One is extracted in about a second, so that little is lost with a worker.
SHARD_PAGES: Final = 100
SHARD_BYTES: Final = 4_000_000
#: Seconds after which a shard goes on its way though it is not full: pages may come slowly from the web.
SHARD_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Read:
    """A capture with the hash of its content, and the id of the document that extraction makes of it."""

    capture: Capture
    hash: str | None = None
    document_id: int | None = None


class Reader:
    """Reads the sources in a thread of its own, at most two shards ahead."""

    def __init__(self, sources: Sequence[str], guest: Guest) -> None:
        self._sources = sources
        self._guest = guest
        self._shards: queue.Queue[list[Read] | BaseException | None] = queue.Queue(2)
        self._stop = threading.Event()
        self.finished = False
        self.total = sum(weight(source) for source in sources)

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Read no further."""
        self._stop.set()

    def next(self, *, wait: bool) -> list[Read] | None:
        """The next shard; None where there is none now, or no more (`finished`). Raises what reading has raised."""
        if self.finished:
            return None
        try:
            shard = self._shards.get(timeout=0.2) if wait else self._shards.get_nowait()
        except queue.Empty:
            return None
        if isinstance(shard, BaseException):
            raise shard
        self.finished = shard is None
        return shard

    def _work(self) -> None:
        try:
            for shard in self._cut():
                self._put(shard)
            self._put(None)
        except BaseException as error:
            self._put(error)

    def _put(self, item: list[Read] | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._shards.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def _cut(self) -> Iterator[list[Read]]:
        shard: list[Read] = []
        size, since = 0, time.monotonic()
        for capture in self._captures():
            if self._stop.is_set():
                return
            shard.append(_hashed(capture))
            size += len(capture.content.content) if isinstance(capture.content, Page) else 0
            if len(shard) >= SHARD_PAGES or size >= SHARD_BYTES or time.monotonic() - since >= SHARD_SECONDS:
                yield shard
                shard, size, since = [], 0, time.monotonic()
        if shard:
            yield shard

    def _captures(self) -> Iterator[Capture]:
        for source in self._sources:
            yield from captures(source, self._guest)


def _hashed(capture: Capture) -> Read:
    page = capture.content
    if not isinstance(page, Page):
        return Read(capture)
    digest = hashlib.sha256(page.content).hexdigest()
    # The same bytes read as another type, or in another encoding, are another text.
    return Read(capture, digest, row_id(digest, page.media_type, page.encoding or ""))
