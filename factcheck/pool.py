"""Processes that work for an audit, on this machine by loky (cluster.py: by Dask). A pool says which tasks ended their worker.

A task is a function of this package with plain values. What it raises is raised by `result`; `Crashed` means that the process
it ran in has died, of the task perhaps, of another one beside it, or by someone's hand.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from factcheck.domain import FactcheckError


class Crashed(Exception):
    """The worker process died."""


class PoolError(FactcheckError):
    """The workers cannot be reached; running the same command again goes on from where it stopped."""


class Pool(Protocol):
    """Runs tasks in other processes."""

    @property
    def size(self) -> int:
        """How many tasks run at the same time."""

    def submit(self, key: int, function: Callable[..., Any], *arguments: Any) -> None:
        """Start a task; `done` will give its key."""

    def done(self, timeout: float) -> int | None:
        """The key of a task that has ended, or None where none has within so many seconds."""

    def result(self, key: int) -> Any:
        """What a task came to. Raises `Crashed` where its process died, `PoolError` where the pool is lost."""

    def close(self) -> None:
        """End all processes of this pool's own, without waiting for their tasks."""


def cores() -> int:
    """Cores that this process may use, limits of a container included."""
    from joblib import cpu_count

    return int(cpu_count())


class LokyPool:
    """Worker processes on this machine; made anew when one has died, since loky then ends them all."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._futures: dict[int, Any] = {}
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._executor: Any = None

    def submit(self, key: int, function: Callable[..., Any], *arguments: Any) -> None:
        """Start a task, and the processes where there are none."""
        from joblib.externals.loky.process_executor import BrokenProcessPool, ShutdownExecutorError

        for _ in range(2):
            if self._executor is None:
                self._executor = self._start()
            try:
                with _without_interrupts():  # the first task starts the processes
                    future = self._executor.submit(function, *arguments)
                break
            except (BrokenProcessPool, ShutdownExecutorError):
                self._stop()
        else:
            raise PoolError("no worker process can be started; is memory or the number of processes limited?")
        self._futures[key] = future
        future.add_done_callback(lambda _: self._done.put(key))

    def done(self, timeout: float) -> int | None:
        """The key of a task that has ended."""
        return next_of(self._done, timeout)

    def result(self, key: int) -> Any:
        """What a task came to."""
        from concurrent.futures import CancelledError

        from joblib.externals.loky.process_executor import BrokenProcessPool

        try:
            return self._futures.pop(key).result()
        except (BrokenProcessPool, CancelledError) as error:
            raise Crashed(str(error)) from None

    def close(self) -> None:
        """End the processes."""
        self._stop()
        self._futures.clear()

    def _start(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(self.size, timeout=None, initializer=_begin_worker, initargs=(os.getpid(),))

    def _stop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
            self._executor = None


def next_of(done: queue.SimpleQueue[int], timeout: float) -> int | None:
    """What comes next in a queue, or None where nothing does within so many seconds."""
    try:
        return done.get(timeout=timeout)
    except queue.Empty:
        return None


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started meanwhile never see Ctrl-C, which a terminal sends to all of them; this one ends them itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin_worker(parent: int) -> None:
    """End when the parent has gone, even by kill -9."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def one_line(error: BaseException) -> str:
    """An error in a line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__
