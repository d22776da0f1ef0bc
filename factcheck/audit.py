"""Many pages into a store: read, extract, judge, write; each once, in parallel, and to be stopped at any moment.

A page's content is extracted once, however many addresses have it; a sentence in its context is judged once, however many pages
have it. What is known from the store is not done again. Tasks go to a pool in shards; this process alone writes.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from factcheck import __version__
from factcheck.capture import Capture, iso
from factcheck.domain import Label, Page, ReferenceSet, Skipped
from factcheck.identity import Settings, extractor_digest, judge_digest
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.polite import DELAY, Guest
from factcheck.pool import Crashed, DaskPool, LokyPool, Pool
from factcheck.reference import as_it_stood, load_reference
from factcheck.rows import PageRow
from factcheck.schema import row_id
from factcheck.sources import captures, check_sources, weight
from factcheck.store import Store
from factcheck.work import Content, Extracted, Text, extract_pages, judge_sentences, unjudged, unread

#: Pages and bytes of a shard. One is extracted in about a second, so that little is lost with a worker.
SHARD_PAGES: Final = 100
SHARD_BYTES: Final = 4_000_000
#: Sentences of a judging task: a second or two.
BATCH: Final = 1_000
#: Seconds between commits: what a kill may cost, beside the tasks that run.
COMMIT_SECONDS: Final = 2.0
#: Seconds after which a shard goes on its way though it is not full: pages may come slowly from the web.
SHARD_SECONDS: Final = 2.0
#: Into how many pieces a shard is cut that has ended its worker: from 100 pages to one in two cuts.
PIECES: Final = 10

_DEADLY = "reading it ends the worker process (out of memory, or a crash in a library); set aside"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to audit, and how.

    Attributes:
        jobs: Processes on this machine. scheduler: Address of a Dask scheduler to use instead. dask: Use Dask on this machine.
        keep_pages: Keep the bytes of each page in the store.
        delay: Seconds between two requests to a host.
        allow_private: Also fetch from loopback and private addresses; for tests with a server of their own.
    """

    sources: tuple[str, ...]
    store: Path
    settings: Settings = field(default_factory=Settings)
    jobs: int = 1
    dask: bool = False
    scheduler: str | None = None
    keep_pages: bool = False
    delay: float = DELAY
    allow_private: bool = False


@dataclass(slots=True)
class Counts:
    """What a run has done so far. The names are those of the columns of `runs`."""

    pages: int = 0
    pages_extracted: int = 0
    pages_unchanged: int = 0
    pages_unreadable: int = 0
    sentences_judged: int = 0
    sentences_rejudged: int = 0


@dataclass(slots=True)
class Progress:
    """How far a run is. `done` and `total` are bytes of the sources."""

    counts: Counts = field(default_factory=Counts)
    done: int = 0
    total: int = 0
    flagged: int = 0  # different sentences that were found overstated or contradicted in this run
    unreadable_sources: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """A capture with the hash of its content, and the id of the document that extraction makes of it."""

    capture: Capture
    hash: str | None = None
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """A shard of one kind of work. `alone` is one that runs with nothing beside it, since it is suspected."""

    contents: tuple[Content, ...] = ()
    texts: tuple[Text, ...] = ()
    alone: bool = False

    def pieces(self) -> list[_Task]:
        """The shard in smaller ones; none if it is a single page or sentence."""
        items = len(self.contents or self.texts)
        if items < 2:
            return []
        step = -(-items // PIECES)
        return [
            replace(self, contents=self.contents[i : i + step], texts=self.texts[i : i + step])
            for i in range(0, items, step)
        ]


def audit(plan: Plan, watch: Callable[[Progress], None] = lambda _: None) -> Progress:
    """Read all pages of the sources into the store. `watch` is called often with how far it is.

    Raises `StoreError`, `PoolError` and other `FactcheckError`s; what was written until then stays, and running the same
    plan again goes on from there.
    """
    check_sources(plan.sources)
    judge = judge_digest(plan.settings)
    with Store.open(plan.store) as store:
        return _Run(plan, store, judge, watch).run()


class _Run:
    """One run: the state between the reader's thread, the pool and the store."""

    def __init__(self, plan: Plan, store: Store, judge: str, watch: Callable[[Progress], None]) -> None:
        self._plan = plan
        self._store = store
        self._judge = judge
        self._extractor = extractor_digest()
        self._watch = watch
        self._progress = Progress()
        self._counts = self._progress.counts
        self._pool: Pool | None = None
        self._keys = count()
        self._tasks: dict[int, _Task] = {}
        self._suspects: deque[_Task] = deque()
        self._waiting: dict[int, list[PageRow]] = {}
        self._texts: deque[Text] = deque()
        self._pending: dict[int, bool] = {}  # sentences on their way to a verdict; True where an earlier judge had one
        self._backlog: int | None = -1  # the last id of the store's sentences that was looked at; None at their end
        self._committed = time.monotonic()
        self._run_id = 0

    def run(self) -> Progress:
        plan = self._plan
        reference = _reference(plan.settings)
        self._run_id = self._store.begin_run(
            {
                "started": iso(datetime.now(UTC)),
                "sources": json.dumps(plan.sources),
                "tool": __version__,
                "model": str(plan.settings.model or "base"),
                "reference": reference.digest,
                "as_of": str(plan.settings.as_of or reference.reviewed),
                "extractor": self._extractor,
                "judge": self._judge,
            }
        )
        self._store.put_entries(_entry_rows(reference))
        reader = _Reader(plan, self._extractor)
        self._progress.total = reader.total
        reader.start()
        try:
            while self._fill(reader):
                self._collect()
                self._commit()
        finally:
            reader.stop()
            if self._pool:
                self._pool.close()
        self._store.drop_unused()
        self._store.update_run(self._run_id, {"finished": iso(datetime.now(UTC)), **asdict(self._counts)})
        self._store.commit()
        self._watch(self._progress)
        return self._progress

    # -- giving work -----------------------------------------------------------------------------------------------------

    def _fill(self, reader: _Reader) -> bool:
        """Give the pool what it has room for. False where all is done."""
        if self._suspects:
            if not self._tasks:
                self._submit(replace(self._suspects.popleft(), alone=True))
            return True
        room = 2 * (self._pool.size if self._pool else self._plan.jobs)
        while len(self._tasks) < room:
            self._take_backlog()
            if len(self._texts) >= BATCH:
                self._submit_texts()
                continue
            shard = reader.next(wait=not self._tasks and not self._texts)
            if shard is not None:
                self._take_shard(shard)
            elif self._texts and not self._tasks:
                self._submit_texts()
            elif reader.finished:
                return bool(self._tasks)
            else:
                break
            self._commit()
        return True

    def _submit(self, task: _Task) -> None:
        if self._pool is None:  # a run that finds all unchanged starts no process
            plan = self._plan
            dask = plan.dask or plan.scheduler is not None
            self._pool = DaskPool(plan.scheduler, plan.jobs) if dask else LokyPool(plan.jobs)
        key = next(self._keys)
        self._tasks[key] = task
        if task.contents:
            self._pool.submit(key, extract_pages, task.contents, self._extractor)
        else:
            self._pool.submit(key, judge_sentences, task.texts, self._plan.settings, self._judge)

    def _submit_texts(self) -> None:
        self._submit(_Task(texts=tuple(self._texts.popleft() for _ in range(min(BATCH, len(self._texts))))))

    def _take_backlog(self) -> None:
        """Sentences of the store that this judge has not seen: of an interrupted run, or of another model's."""
        while self._backlog is not None and len(self._texts) < BATCH:
            rows = self._store.unjudged(self._judge, self._backlog, BATCH)
            self._backlog = rows[-1][0] if rows else None
            for sentence_id, text, context, before in rows:
                self._queue_text(Text(sentence_id, text, context), before)

    def _queue_text(self, text: Text, before: bool = False) -> None:
        if text.id not in self._pending:
            self._pending[text.id] = before
            self._texts.append(text)

    def _take_shard(self, shard: Sequence[_Read]) -> None:
        ids = list({read.document_id for read in shard if read.document_id is not None})
        known = self._store.extracted(ids, self._extractor)
        contents = []
        for read in shard:
            capture, document_id = read.capture, read.document_id
            if capture.unchanged:
                self._store.touch(capture.url, capture.fetched, self._run_id)
                self._counts.pages_unchanged += 1
                self._count_page(capture)
                continue
            page = _page_row(read)
            if document_id is None or not isinstance(capture.content, Page):
                self._store.put_page(page, self._run_id)
                self._counts.pages_unreadable += 1
                if isinstance(capture.content, Skipped) and capture.content.unreadable:
                    self._progress.unreadable_sources.append(capture.content)
            elif document_id in known:
                self._store.put_page(replace(page, skipped=known[document_id]), self._run_id)
                if self._plan.keep_pages:
                    self._store.keep_content(document_id, capture.content.content)
                self._counts.pages_unchanged += 1
            elif document_id in self._waiting:
                self._waiting[document_id].append(page)
            else:
                self._waiting[document_id] = [page]
                contents.append(Content(document_id, capture.content))
            self._count_page(capture)
        if contents:
            self._submit(_Task(contents=tuple(contents)))

    def _count_page(self, capture: Capture) -> None:
        self._counts.pages += 1
        self._progress.done += capture.weight

    # -- taking results --------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Write what has come back. Waits a moment for the first result, and not for the next."""
        timeout = 0.1
        while self._tasks and self._pool and (key := self._pool.done(timeout)) is not None:
            timeout = 0.0
            task = self._tasks.pop(key)
            try:
                result = self._pool.result(key)
            except Crashed:
                self._suspect(task)
                continue
            if task.contents:
                self._put_extracted(result, task)
            else:
                self._put_verdicts(result)

    def _suspect(self, task: _Task) -> None:
        """A task whose worker died runs again by itself, then in pieces; a single page or sentence is set aside."""
        pieces = task.pieces() if task.alone else [task]
        if pieces:
            self._suspects.extend(pieces)
        elif task.contents:
            (content,) = task.contents
            self._put_extracted(Extracted((unread(content, _DEADLY),), ()), task)
        else:
            (text,) = task.texts
            self._put_verdicts([unjudged(text, _DEADLY)])

    def _put_extracted(self, result: Extracted, task: _Task) -> None:
        self._store.put_sentences((s.id, s.text, s.context) for s in result.sentences)
        judged = self._store.judged([s.id for s in result.sentences], self._judge)
        for text in result.sentences:
            if text.id not in judged:
                self._queue_text(text)
        content = {c.id: c.page.content for c in task.contents}
        for document in result.documents:
            self._store.put_document(document, self._extractor)
            if self._plan.keep_pages:
                self._store.keep_content(document.id, content[document.id])
            for page in self._waiting.pop(document.id, ()):
                self._store.put_page(replace(page, skipped=document.skipped), self._run_id)
                self._counts.pages_extracted += 1

    def _put_verdicts(self, verdicts: Sequence[Any]) -> None:
        self._store.put_verdicts(verdicts, self._judge)
        for verdict in verdicts:
            if self._pending.pop(verdict.sentence_id, False):
                self._counts.sentences_rejudged += 1
            else:
                self._counts.sentences_judged += 1
            self._progress.flagged += Label(verdict.label).flagged

    def _commit(self) -> None:
        self._watch(self._progress)
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self._store.update_run(self._run_id, asdict(self._counts))
            self._store.commit()
            self._committed = time.monotonic()


class _Reader:
    """Reads the sources in a thread of its own, at most two shards ahead."""

    def __init__(self, plan: Plan, extractor: str) -> None:
        self._plan = plan
        self._extractor = extractor
        self._shards: queue.Queue[list[_Read] | BaseException | None] = queue.Queue(2)
        self._stop = threading.Event()
        self.finished = False
        self.total = sum(weight(source) for source in plan.sources)

    def start(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def next(self, *, wait: bool) -> list[_Read] | None:
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

    def _put(self, item: list[_Read] | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._shards.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def _cut(self) -> Iterator[list[_Read]]:
        shard: list[_Read] = []
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
        guest = Guest(self._validators, self._plan.delay, allow_private=self._plan.allow_private)
        for source in self._plan.sources:
            yield from captures(source, guest)

    def _validators(self, url: str) -> tuple[str | None, str | None]:
        with Store.read(
            self._plan.store
        ) as store:  # called from other threads, which may not use the writer's connection
            return store.validators(url, self._extractor)


def _hashed(capture: Capture) -> _Read:
    page = capture.content
    if not isinstance(page, Page):
        return _Read(capture)
    digest = hashlib.sha256(page.content).hexdigest()
    # The same bytes read as another type, or in another encoding, are another text.
    return _Read(capture, digest, row_id(digest, page.media_type, page.encoding or ""))


def _page_row(read: _Read) -> PageRow:
    capture = read.capture
    return PageRow(
        capture.site,
        capture.url,
        capture.source,
        capture.fetched,
        read.hash,
        read.document_id,
        capture.content.reason if isinstance(capture.content, Skipped) else None,
        capture.etag,
        capture.last_modified,
        capture.newest,
    )


def _reference(settings: Settings) -> ReferenceSet:
    root = data_dir()
    lexicon = Lexicon.load([root / "lexicon", *settings.reference])
    entries = load_reference([root / "reference", *settings.reference], frozenset(lexicon.rows))
    return as_it_stood(entries, settings.as_of or entries.reviewed)


def _entry_rows(reference: ReferenceSet) -> Iterator[tuple[str, str, str, str, str, str]]:
    for entry in reference.entries.values():
        sources = [
            {"title": s.title, "publisher": s.publisher, "year": s.year, "url": s.url, "identifier": s.identifier}
            for s in entry.sources
        ]
        yield entry.id, entry.claim, entry.truth, entry.grade.value, entry.licensed, json.dumps(sources)
