"""Many pages into a store: read, extract, judge, write; each once, in parallel, and to be stopped at any moment.

A page's content is extracted once, however many addresses have it; a sentence in its context is judged once, however many pages
have it. What is known from the store is not done again. Tasks go to a pool in shards; this process alone writes.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from factcheck import __version__
from factcheck.capture import iso
from factcheck.domain import BlockKind, Channel, Disclosed, Label, Page, ReferenceSet, Skipped
from factcheck.identity import Settings, extractor_digest, judge_digest
from factcheck.paths import data_dir
from factcheck.plan import Plan, Progress
from factcheck.polite import Guest
from factcheck.reference import as_it_stood, load_reference
from factcheck.rows import PageRow
from factcheck.shards import Read, Reader
from factcheck.sources import check_sources
from factcheck.store import Store
from factcheck.tasks import Task, Tasks
from factcheck.words import load_rows
from factcheck.work import Content, Extracted, Text, unjudged, unread

#: Sentences of a judging task: a second or two.
BATCH: Final = 1_000
#: Seconds between commits: what a kill may cost, beside the tasks that run.
COMMIT_SECONDS: Final = 2.0
_DEADLY = "reading it ends the worker process (out of memory, or a crash in a library); set aside"


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
        self._extractor = extractor_digest(plan.settings.reference)
        self._watch = watch
        self._progress = Progress()
        self._counts = self._progress.counts
        self._tasks = Tasks(plan, self._extractor, judge)
        self._waiting: dict[
            int, list[tuple[PageRow, int]]
        ] = {}  # pages whose document is being made, with their weight
        self._texts: deque[Text] = deque()
        self._pending: dict[int, bool] = {}  # sentences on their way to a verdict; True where an earlier judge had one
        self._backlog: int | None = (
            None if store.all_judged(judge) else -1
        )  # the last id of the store's sentences that was looked at; None at their end
        self._committed = time.monotonic()
        self._run_id = 0

    def run(self) -> Progress:
        plan = self._plan
        reference, as_of = self._store.judged_by(self._judge) or self._load_reference()
        self._run_id = self._store.begin_run(
            {
                "started": iso(datetime.now(UTC)),
                "sources": json.dumps(plan.sources),
                "tool": __version__,
                "model": str(plan.settings.model or "base"),
                "reference": reference,
                "as_of": as_of,
                "extractor": self._extractor,
                "judge": self._judge,
            }
        )
        self._store.commit()
        reader = Reader(plan.sources, Guest(self._validators, plan.delay, allow_private=plan.allow_private))
        self._progress.total = reader.total
        reader.start()
        try:
            while self._fill(reader):
                self._collect()
                self._commit()
        finally:
            reader.stop()
            self._tasks.close()
        self._store.drop_unused()
        if self._store.lacks_disclosures():
            self._store.put_disclosures(
                [d.value for d in Disclosed], [k.value for k in BlockKind if k.states], Channel.BODY.value
            )
        self._store.update_run(self._run_id, {"finished": iso(datetime.now(UTC)), **asdict(self._counts)})
        self._store.commit()
        self._watch(self._progress)
        return self._progress

    def _load_reference(self) -> tuple[str, str]:
        """Write the entries; the reference set's digest and the day of judging."""
        entries = _reference(self._plan.settings)
        self._store.put_entries(_entry_rows(entries))
        return entries.digest, str(self._plan.settings.as_of or entries.reviewed)

    # -- giving work -----------------------------------------------------------------------------------------------------

    def _fill(self, reader: Reader) -> bool:
        """Give the pool what it has room for. False where all is done."""
        if self._tasks.retry():
            return True
        most = self._tasks.most
        while len(self._tasks) < most:
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

    def _submit_texts(self) -> None:
        self._tasks.submit(Task(texts=tuple(self._texts.popleft() for _ in range(min(BATCH, len(self._texts))))))

    def _take_backlog(self) -> None:
        """Sentences of the store that this judge has not seen: of an interrupted run, or of another model's."""
        while self._backlog is not None and len(self._texts) < BATCH:
            rows = self._store.unjudged(self._judge, self._backlog, BATCH)
            self._backlog = rows[-1][0] if rows else None
            for sentence_id, text, context, subject, before in rows:
                self._queue_text(Text(sentence_id, text, context, subject), before)

    def _queue_text(self, text: Text, before: bool = False) -> None:
        if text.id not in self._pending:
            self._pending[text.id] = before
            self._texts.append(text)

    def _take_shard(self, shard: Sequence[Read]) -> None:
        """Write what needs no work, and send the rest to be extracted."""
        ids = list({read.document_id for read in shard if read.document_id is not None})
        known = self._store.extracted(ids, self._extractor)
        contents = []
        for read in shard:
            capture, document_id, page = read.capture, read.document_id, _page_row(read)
            if capture.unchanged:
                self._store.touch(capture.url, capture.fetched, self._run_id)
                self._counts.pages_unchanged += 1
            elif document_id is None or not isinstance(capture.content, Page):
                self._put_unreadable(page, capture.content)
            elif document_id in known:
                self._store.put_page(replace(page, skipped=known[document_id]), self._run_id)
                if self._plan.keep_pages:
                    self._store.keep_content(document_id, capture.content.content)
                self._counts.pages_unchanged += 1
            else:
                if document_id not in self._waiting:
                    self._waiting[document_id] = []
                    contents.append(Content(document_id, capture.content))
                self._waiting[document_id].append((page, capture.weight))
                continue
            self._count_page(capture.weight)
        if contents:
            self._tasks.submit(Task(contents=tuple(contents)))

    def _put_unreadable(self, page: PageRow, content: Page | Skipped) -> None:
        self._store.put_page(page, self._run_id)
        self._counts.pages_unreadable += 1
        if isinstance(content, Skipped) and content.unreadable:
            self._progress.unreadable_sources.append(content)

    def _count_page(self, weight: int) -> None:
        self._counts.pages += 1
        self._progress.done += weight

    # -- taking results --------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Write what has come back, and set aside what ends its worker by itself."""
        for task, result in self._tasks.finished():
            if task.contents:
                unreadable = Extracted((unread(task.contents[0], _DEADLY),), ())
                self._put_extracted(unreadable if result is None else result, task)
            else:
                self._put_verdicts([unjudged(task.texts[0], _DEADLY)] if result is None else result)

    def _put_extracted(self, result: Extracted, task: Task) -> None:
        # By id, as the table lies.
        texts = sorted(result.sentences, key=attrgetter("id"))
        self._store.put_sentences((t.id, t.text, t.context, t.subject) for t in texts)
        judged = self._store.judged([t.id for t in texts], self._judge)
        for text in texts:
            if text.id not in judged:
                self._queue_text(text)
        content = {c.id: c.page.content for c in task.contents}
        for document in result.documents:
            self._store.put_document(document, self._extractor)
            if self._plan.keep_pages:
                self._store.keep_content(document.id, content[document.id])
            for page, weight in self._waiting.pop(document.id, ()):
                self._store.put_page(replace(page, skipped=document.skipped), self._run_id)
                self._counts.pages_extracted += 1
                self._count_page(weight)

    def _put_verdicts(self, verdicts: Sequence[Any]) -> None:
        self._store.put_verdicts(verdicts, self._judge)
        for verdict in verdicts:
            if self._pending.pop(verdict.sentence_id, False):
                self._counts.sentences_rejudged += 1
            else:
                self._counts.sentences_judged += 1
            self._progress.flagged += Label(verdict.label).flagged

    def _validators(self, url: str) -> tuple[str | None, str | None]:
        # Called from other threads, which may not use the writer's connection.
        with Store.read(self._plan.store) as store:
            return store.validators(url, self._extractor)

    def _commit(self) -> None:
        self._watch(self._progress)
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self._store.update_run(self._run_id, asdict(self._counts))
            self._store.commit()
            self._committed = time.monotonic()


def _page_row(read: Read) -> PageRow:
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
    rows = load_rows([data_dir() / "lexicon", *settings.reference])
    entries = load_reference([data_dir() / "reference", *settings.reference], rows.ids)
    return as_it_stood(entries, settings.as_of or entries.reviewed)


def _entry_rows(reference: ReferenceSet) -> Iterator[tuple[str, str, str, str, str, str]]:
    for entry in reference.entries.values():
        sources = [
            {"title": s.title, "publisher": s.publisher, "year": s.year, "url": s.url, "identifier": s.identifier}
            for s in entry.sources
        ]
        yield entry.id, entry.claim, entry.truth, entry.grade.value, entry.licensed, json.dumps(sources)
