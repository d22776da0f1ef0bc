"""The tasks of an audit: shards given to a pool, and what becomes of one that ends its worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from factcheck.cluster import DaskPool
from factcheck.plan import Plan
from factcheck.pool import Crashed, LokyPool, Pool, cores
from factcheck.work import Content, Text, extract_pages, judge_sentences

#: Into how many pieces a shard is cut that has ended its worker: from 100 pages to one in two cuts.
PIECES: Final = 10


@dataclass(frozen=True, slots=True)
class Task:
    """A shard of one kind of work. `alone` is one that runs with nothing beside it, since it is suspected."""

    contents: tuple[Content, ...] = ()
    texts: tuple[Text, ...] = ()
    alone: bool = False

    def pieces(self) -> list[Task]:
        """The shard in smaller ones; none if it is a single page or sentence."""
        items = len(self.contents or self.texts)
        if items < 2:
            return []
        step = -(-items // PIECES)
        return [
            replace(self, contents=self.contents[i : i + step], texts=self.texts[i : i + step])
            for i in range(0, items, step)
        ]


class Tasks:
    """Tasks that run in a pool. A run that finds all unchanged gives none, and starts no process.

    Parameters
    ----------
    extractor, judge: digests of what the workers have to have.
    """

    def __init__(self, plan: Plan, extractor: str, judge: str) -> None:
        self._plan = plan
        self._extractor = extractor
        self._judge = judge
        self._pool: Pool | None = None
        self._keys = count()
        self._running: dict[int, Task] = {}
        self._suspects: deque[Task] = deque()

    def __len__(self) -> int:
        return len(self._running)

    @property
    def most(self) -> int:
        """How many tasks to have at a time, so that no worker waits for one."""
        return 2 * (self._pool.size if self._pool else 1)

    def submit(self, task: Task) -> None:
        """Give a task to the pool."""
        if self._pool is None:
            plan = self._plan
            dask = plan.dask or plan.scheduler is not None
            jobs = plan.jobs or cores()
            self._pool = DaskPool(plan.scheduler, jobs) if dask else LokyPool(jobs)
        key = next(self._keys)
        self._running[key] = task
        if task.contents:
            self._pool.submit(key, extract_pages, task.contents, self._extractor, self._plan.settings.reference)
        else:
            self._pool.submit(key, judge_sentences, task.texts, self._plan.settings, self._judge)

    def retry(self) -> bool:
        """Whether there are suspects, of which one runs as soon as nothing runs beside it."""
        if self._suspects and not self._running:
            self.submit(replace(self._suspects.popleft(), alone=True))
            return True
        return bool(self._suspects)

    def finished(self) -> Iterator[tuple[Task, Any]]:
        """The tasks that have ended, each with its result, or None for a single page or sentence that ends its worker by itself.

        Waits a moment for the first, and not for the next. A task whose worker died runs again by itself, then in pieces.
        """
        timeout = 0.1
        while self._running and self._pool and (key := self._pool.done(timeout)) is not None:
            timeout = 0.0
            task = self._running.pop(key)
            try:
                yield task, self._pool.result(key)
            except Crashed:
                pieces = task.pieces() if task.alone else [task]
                if pieces:
                    self._suspects.extend(pieces)
                else:
                    yield task, None

    def close(self) -> None:
        """End the pool's processes."""
        if self._pool:
            self._pool.close()
