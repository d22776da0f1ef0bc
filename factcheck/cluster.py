"""Dask workers for an audit: of a scheduler's cluster, or a cluster of our own on this machine."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from factcheck.pool import Crashed, PoolError, next_of, one_line

#: Seconds to wait for a scheduler's answer.
CONNECT = 10.0
#: Seconds to wait for the first worker of a cluster, and for a new one when the last has gone.
PATIENCE = 60.0
_AGAIN = "run the same command again, which goes on from here"


class DaskPool:
    """Workers of a Dask cluster: of the scheduler at an address, or of one of our own on this machine."""

    def __init__(self, address: str | None, size: int) -> None:
        """Connect, or start a cluster of so many processes. Raises `PoolError` where there are no workers."""
        try:
            from distributed import Client
        except ImportError:
            raise PoolError("Dask is not installed; pip install 'factcheck[dask]'") from None
        self._where = address or "this machine"
        self._futures: dict[int, Any] = {}
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._alone_since: float | None = None
        self._own: _OwnCluster | None = None
        try:
            self._own = None if address else _OwnCluster(size)
            self._client = Client(self._own.address if self._own else address, timeout=CONNECT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            if self._own:
                self._own.close()
            raise PoolError(f"{self._where}: no Dask workers ({one_line(error)}); is the cluster running?") from None

    @property
    def size(self) -> int:
        """Threads of all workers that are there now; of our own, of those that will be."""
        if self._own:
            return self._own.size
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
        key = next_of(self._done, timeout)
        if self._own:
            self._own.revive()
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
            raise Crashed(one_line(error)) from None
        finally:
            future.release()

    def close(self) -> None:
        """Give the tasks up and leave the cluster; end it where it is our own."""
        for future in self._futures.values():
            future.cancel()
        self._futures.clear()
        self._client.close(timeout=5)
        if self._own:
            self._own.close()

    def _asked(self, question: Callable[[], Any]) -> Any:
        """What the scheduler answers. Raises `PoolError` where it does not."""
        from concurrent.futures import CancelledError

        try:
            return question()
        except (CancelledError, OSError, TimeoutError) as error:  # Dask's own errors of connections are OSErrors
            raise PoolError(f"{self._where}: the Dask scheduler is lost ({one_line(error)}); {_AGAIN}") from None

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


class _OwnCluster:
    """A scheduler in this process, and workers that are started again when they die.

    Dask's own local cluster has supervisors for that, which at times do not start a worker that died soon after its start.
    """

    def __init__(self, size: int) -> None:
        import dask
        from distributed import LocalCluster

        self.size = size
        # One death is enough to suspect a task, which is then tried again by itself.
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            self._scheduler = LocalCluster(
                n_workers=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
        self.address: str = self._scheduler.scheduler_address
        self._workers = [self._start() for _ in range(size)]

    def revive(self) -> None:
        """Start workers in place of those that have died."""
        self._workers = [self._start() if worker.poll() is not None else worker for worker in self._workers]

    def close(self) -> None:
        """End all of it."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
        self._scheduler.close(timeout=10)

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--death-timeout", "30"]
        return subprocess.Popen(  # noqa: S603 - all arguments are ours
            [sys.executable, "-m", "distributed.cli.dask_worker", self.address, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for this process, which ends them
        )
