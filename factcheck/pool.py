"""Processes that work for an audit: loky on this machine, Dask here or on a cluster. Both say which tasks ended their worker.

A task is a function of this package with plain values. What it raises is raised by `result`; `Crashed` means that the process
it ran in has died, of the task perhaps, of another one beside it, or by someone's hand.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from factcheck.domain import FactcheckError

#: Seconds to wait for a scheduler's answer.
CONNECT = 10.0
#: Seconds to wait for the first worker of a cluster, and for a new one when the last has gone.
PATIENCE = 60.0


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
        return _next(self._done, timeout)

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


class DaskPool:
    """Workers of a Dask cluster: of the scheduler at an address, or of one of our own on this machine."""

    def __init__(self, address: str | None, size: int) -> None:
        """Connect, or start a cluster of so many processes. Raises `PoolError` where there are no workers."""
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            raise PoolError("Dask is not installed; pip install 'factcheck[dask]'") from None
        self._own: Any = None
        self._where = address or "this machine"
        try:
            if address is None:
                # One death is enough to suspect a task; the pieces of it are tried again here.
                with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
                    self._own = LocalCluster(
                        n_workers=size,
                        threads_per_worker=1,
                        host="127.0.0.1",
                        memory_limit=0,
                        dashboard_address="127.0.0.1:0",
                        scheduler_kwargs={"dashboard": False},
                        silence_logs=logging.CRITICAL,
                    )
            self._client = Client(self._own or address, timeout=CONNECT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, RuntimeError, TimeoutError) as error:
            if self._own is not None:
                self._own.close()
            raise PoolError(f"{self._where}: no Dask workers ({_one_line(error)}); is the cluster running?") from None
        self._futures: dict[int, Any] = {}
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._alone_since: float | None = None

    @property
    def size(self) -> int:
        """Threads of all workers that are there now."""
        threads: dict[str, int] = self._asked(self._client.nthreads)
        return max(1, sum(threads.values()))

    def submit(self, key: int, function: Callable[..., Any], *arguments: Any) -> None:
        """Send a task to the scheduler."""
        # Whatever the scheduler's settings, a task is given up only after workers have died of it, not after an error.
        future = self._asked(lambda: self._client.submit(function, *arguments, pure=False, retries=0))
        self._futures[key] = future
        future.add_done_callback(lambda _: self._done.put(key))

    def done(self, timeout: float) -> int | None:
        """The key of a task that has ended. Raises `PoolError` where scheduler or workers are gone."""
        key = _next(self._done, timeout)
        if key is None:
            self._look_for_workers()
        else:
            self._alone_since = None
        return key

    def result(self, key: int) -> Any:
        """What a task came to."""
        from distributed import KilledWorker

        future = self._futures.pop(key)
        try:
            return self._asked(lambda: future.result(timeout=PATIENCE))
        except KilledWorker as error:
            raise Crashed(_one_line(error)) from None
        finally:
            future.release()

    def close(self) -> None:
        """Give the tasks up and leave the cluster; end it where it is our own."""
        for future in self._futures.values():
            future.cancel()
        self._futures.clear()
        self._client.close(timeout=5)
        if self._own is not None:
            self._own.close(timeout=10)

    def _asked(self, question: Callable[[], Any]) -> Any:
        """What the scheduler answers. Raises `PoolError` where it does not."""
        from concurrent.futures import CancelledError

        try:
            return question()
        except (CancelledError, OSError, TimeoutError) as error:  # Dask's own errors of connections are OSErrors
            raise PoolError(f"{self._where}: the Dask scheduler is lost ({_one_line(error)}); {_AGAIN}") from None

    def _look_for_workers(self) -> None:
        if self._client.status != "running":
            raise PoolError(f"{self._where}: the Dask scheduler is lost; {_AGAIN}")
        if self._asked(self._client.nthreads):
            self._alone_since = None
            return
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        if now - self._alone_since > PATIENCE:
            raise PoolError(f"{self._where}: the last Dask worker is gone; start workers, and {_AGAIN}")


_AGAIN = "run the same command again, which goes on from here"


def _next(done: queue.SimpleQueue[int], timeout: float) -> int | None:
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


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
