"""The bars of an audit in one run: speed beside trafilatura's extraction alone, memory, re-runs, Dask beside loky.

Usage: python benchmarks/audit.py [--pages N] [--memory-pages SMALL LARGE] [--output FILE.json]

All runs read WARC files of varied copies (the rule stands in crawl.py) of the fixture pages and, where they are at hand, of the
pages of `$FACTCHECK_BENCH_DATA/wcxb`. Each is a process of its own, start-up included, pinned to one core or two. What runs
on one core is measured in processor seconds, workers included, which other programs disturb less than the clock; what runs on
two, by the clock.
Needs `pip install trafilatura lxml_html_clean`, beside what `make test` installs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import crawl
import psutil

ROOT = Path(__file__).resolve().parents[1]
#: Timed runs of each contender, in turn; the fastest counts, since whatever else runs on the machine only ever slows.
ROUNDS = 2
_TRAFILATURA = """
import sys, time, trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
pages = [r.reader.read() for r in ArchiveIterator(sys.argv[1], record_types=WarcRecordType.response)]
trafilatura.extract(pages[0].decode("utf-8", "replace"))
start = time.process_time()
for page in pages:
    trafilatura.extract(page.decode("utf-8", "replace"))
print(time.process_time() - start)
"""


@dataclass
class Run:
    """What a process took."""

    seconds: float
    megabytes: float  # of the process and its children together, at the worst moment that was sampled
    cpu_seconds: float  # processor time, of all its processes
    parent_seconds: float  # processor time of the process that reads and writes, without its workers


def pinned(command: list[str], cores: int) -> subprocess.Popen[str]:
    """Start a process that has so many cores and single-threaded arithmetic."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    names = ",".join(str(n) for n in sorted(os.sched_getaffinity(0))[:cores])
    return subprocess.Popen(
        ["taskset", "-c", names, *command], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def audit(warc: Path, store: Path, *options: str, cores: int, sample: bool = False) -> Run:
    """Run an audit to its end."""
    command = [str(Path(sys.executable).parent / "factcheck"), "audit", str(warc), "--store", str(store), *options]
    start, before = time.perf_counter(), children_seconds()
    process = pinned(command, cores)
    peak = parent = 0.0
    while sample and process.poll() is None:
        with contextlib.suppress(psutil.Error):
            used = psutil.Process(process.pid).cpu_times()
            parent = used.user + used.system
        peak = max(peak, memory(process.pid))
        time.sleep(0.1)
    _, talk = process.communicate()
    if process.returncode:
        raise SystemExit(talk)
    return Run(time.perf_counter() - start, peak, children_seconds() - before, parent)


def children_seconds() -> float:
    """Processor time of all processes that have ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pid: int) -> float:
    """Proportional set size (shared pages counted once) of a process and its children, in MB."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            total += process.memory_full_info().pss
    return total / 1e6


def best(run: Callable[[], float]) -> float:
    """The fastest of the rounds, in seconds."""
    return min(run() for _ in range(ROUNDS))


def trafilatura(warc: Path) -> float:
    """Seconds of extraction alone, on one core."""
    process = pinned([sys.executable, "-c", _TRAFILATURA, str(warc)], 1)
    out, talk = process.communicate()
    if process.returncode:
        raise SystemExit(talk)
    return float(out)


def fresh(folder: Path, warc: Path, *options: str, cores: int) -> float:
    """Seconds of an audit into a new store."""
    store = Path(tempfile.mkdtemp(dir=folder)) / "audit.db"
    return audit(warc, store, *options, cores=cores).seconds


def repeats(store: Path) -> float:
    """How many times a sentence stands in the crawl, on average."""
    with sqlite3.connect(store) as connection:
        return float(
            connection.execute("SELECT 1.0 * COUNT(*) / COUNT(DISTINCT sentence_id) FROM occurrences").fetchone()[0]
        )


def speed(folder: Path, name: str, pages: list[str], count: int) -> dict[str, object]:
    """The speed bars on copies of some pages."""
    warc = folder / f"{name}.warc.gz"
    size = crawl.write(warc, pages, count)
    store = folder / f"{name}.db"
    first = audit(warc, store, "--jobs", "1", cores=1)
    again = best(lambda: audit(warc, store, "--jobs", "1", cores=1).cpu_seconds)
    other = best(lambda: trafilatura(warc))
    second = audit(warc, folder / f"{name} again.db", "--jobs", "1", cores=1)
    one = min(first.cpu_seconds, second.cpu_seconds)
    row: dict[str, object] = {
        "pages": f"{count} copies of {name}",
        "megabytes": round(size / 1e6, 1),
        "times_a_sentence_stands": round(repeats(store), 2),
        "trafilatura_pages_per_second": round(count / other, 1),
        "audit_pages_per_second_1_core": round(count / one, 1),
        "over_trafilatura_1_core (bar 1.5)": round(other / one, 2),
        "rerun_times_faster (bar 20)": round(one / again, 1),
    }
    if len(os.sched_getaffinity(0)) > 1:
        two = best(lambda: fresh(folder, warc, "--jobs", "2", cores=2))
        dask = best(lambda: fresh(folder, warc, "--jobs", "2", "--backend", "dask", cores=2))
        row |= {
            "audit_pages_per_second_2_cores": round(count / two, 1),
            "2_cores_over_1 (bar 1.8)": round(min(first.seconds, second.seconds) / two, 2),
            "over_trafilatura_2_cores": round(other / two, 2),
            "dask_over_loky_time (bar 1.25)": round(dask / two, 2),
        }
    return row


def peaks(folder: Path, pages: list[str], small: int, large: int) -> dict[str, object]:
    """The memory bar."""
    megabytes = {}
    for count in (small, large):
        warc = folder / f"memory{count}.warc.gz"
        crawl.write(warc, pages, count)
        megabytes[count] = audit(warc, folder / f"memory{count}.db", "--jobs", "1", cores=2, sample=True).megabytes
        warc.unlink()
    return {
        "pages": f"{small} and {large} copies of all",
        "peak_megabytes": {n: round(m) for n, m in megabytes.items()},
        "peak_large_over_small (bar 1.2)": round(megabytes[large] / megabytes[small], 2),
    }


def scale(folder: Path, pages: list[str], count: int) -> dict[str, object]:
    """What docs/scale.md is worked out from: all of it grows in proportion to the pages."""
    warc, store = folder / "scale.warc.gz", folder / "scale.db"
    crawl.write(warc, pages, count)
    half = folder / "half.warc.gz"
    crawl.write(half, pages, count // 2)
    small, large = audit(half, folder / "half.db", "--jobs", "1", cores=1), audit(warc, store, "--jobs", "1", cores=1)
    rate = (count - count // 2) / (large.cpu_seconds - small.cpu_seconds)  # without what starting up takes
    sampled = audit(warc, folder / "sampled.db", "--jobs", "1", cores=2, sample=True)
    parent = sampled.parent_seconds / count
    return {
        "pages": f"{count} copies of WCXB pages",
        "pages_per_second_and_core": round(rate, 1),
        "reading_and_writing_ms_a_page": round(parent * 1000, 2),
        "cores_that_one_writer_feeds": round(1 / parent / rate),
        "store_kb_a_page": round(store.stat().st_size / count / 1000, 1),
        "warc_kb_a_page": round(warc.stat().st_size / count / 1000, 1),
        "core_hours_a_million_pages": round(1e6 / rate / 3600, 1),
        "store_gb_a_million_pages": round(store.stat().st_size / count / 1000, 1),
    }


def show(row: dict[str, object]) -> dict[str, object]:
    """Print a row, and hand it on."""
    print("\n".join(f"{key}: {value}" for key, value in row.items()), end="\n\n", flush=True)
    return row


def main() -> None:
    """Print a block for each set of pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=1_140, help="copies in each timed run")
    parser.add_argument("--memory-pages", type=int, nargs=2, default=(2_000, 20_000), metavar=("SMALL", "LARGE"))
    parser.add_argument("--output", type=Path, help="also write the rows as JSON")
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from factcheck.paths import bench_dir

    fixtures, wcxb = crawl.originals(bench_dir())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [show(speed(folder, "fixture pages", fixtures, given.pages))]
        if wcxb:
            rows.append(show(speed(folder, "WCXB pages", wcxb, given.pages)))
            rows.append(show(scale(folder, wcxb, given.pages)))
        rows.append(show(peaks(folder, fixtures + wcxb, *given.memory_pages)))
    if given.output:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        given.output.write_text(json.dumps({**machine, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
