"""Commands as processes of their own, pinned to one core or two: what they take in time, processor time and memory."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

#: The command, in the environment that runs this.
FACTCHECK = str(Path(sys.executable).parent / "factcheck")
#: Seconds between two samples of memory.
_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took, start-up included."""

    seconds: float
    cpu_seconds: float  # processor time, of all its processes
    parent_seconds: float  # of the process that reads and writes, without its workers; 0 unless sampled
    megabytes: float  # of the process and its children together, at the worst moment that was sampled
    output: str


def run(command: Sequence[str], *, cores: int, sample: bool = False, accepted: Sequence[int] = (0,)) -> Run:
    """Run a command to its end, on so many cores and with single-threaded arithmetic.

    Raises SystemExit with what it said where its exit code is not an accepted one.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    names = ",".join(str(n) for n in sorted(os.sched_getaffinity(0))[:cores])
    start, before = time.perf_counter(), _children_seconds()
    process = subprocess.Popen(
        ["taskset", "-c", names, *command], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    peak = parent = 0.0
    while sample and process.poll() is None:
        with contextlib.suppress(psutil.Error):
            used = psutil.Process(process.pid).cpu_times()
            parent = used.user + used.system
        peak = max(peak, _memory(process.pid))
        time.sleep(_EVERY)
    out, talk = process.communicate()
    if process.returncode not in accepted:
        raise SystemExit(talk)
    return Run(time.perf_counter() - start, _children_seconds() - before, parent, peak, out)


def audit(archive: Path, store: Path, *options: str, cores: int, sample: bool = False) -> Run:
    """An audit of a WARC file into a store."""
    return run([FACTCHECK, "audit", str(archive), "--store", str(store), *options], cores=cores, sample=sample)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int) -> float:
    """Proportional set size (shared pages counted once) of a process and its children, in MB."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            total += process.memory_full_info().pss
    return total / 1e6
