"""How fast an audit is: beside trafilatura's extraction alone, on one core and two, by loky and by Dask, and when run again.

All runs read WARC files of varied copies (the rule stands in crawl.py). Each is a process of its own, start-up included, pinned
to one core or two. What runs on one core is measured in processor seconds, workers included, which other programs disturb less
than the clock; what runs on two, by the clock. The median of the rounds counts.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import crawl
from parts import Absent, Options
from processes import audit, run
from tables import Table, number

from factcheck.paths import bench_dir

PACKAGES = ("trafilatura", "joblib", "distributed", "selectolax", "spacy", "numpy")
PAGES = 1_140
ROUNDS = 3
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


def measure(options: Options) -> dict[str, Any]:
    """A row for each set of pages."""
    try:
        import trafilatura  # noqa: F401
    except ImportError:
        raise Absent("trafilatura is not installed here; use make bench") from None
    rows = []
    for name, (pages, path) in crawl.page_sets(bench_dir()).items():
        with tempfile.TemporaryDirectory() as folder:
            count = options.pages or PAGES
            rows.append({"pages": name} | speed(Path(folder), pages, path, count, options.rounds or ROUNDS))
        print(f"{name}: done", flush=True)
    return {"rows": rows}


def speed(folder: Path, pages: Sequence[str], path: str, count: int, rounds: int) -> dict[str, Any]:
    """Seconds of each contender on copies of some pages."""
    archive, store = folder / "crawl.warc.gz", folder / "audit.db"
    size = crawl.write(archive, pages, count, path)

    def fresh(*asked: str, cores: int) -> Any:
        return audit(archive, Path(tempfile.mkdtemp(dir=folder)) / "audit.db", *asked, cores=cores)

    def median(one: Callable[[], float]) -> float:
        return round(statistics.median(one() for _ in range(rounds)), 3)

    audit(archive, store, "--jobs", "1", cores=1)
    ones = [fresh("--jobs", "1", cores=1) for _ in range(rounds)]
    row = {
        "count": count,
        "megabytes": round(size / 1e6, 1),
        "times_a_sentence_stands": _repeats(store),
        "trafilatura_cpu": median(
            lambda: float(run([sys.executable, "-c", _TRAFILATURA, str(archive)], cores=1).output)
        ),
        "audit_cpu": round(statistics.median(one.cpu_seconds for one in ones), 3),
        "audit_1_core": round(statistics.median(one.seconds for one in ones), 3),
        "again_cpu": median(lambda: audit(archive, store, "--jobs", "1", cores=1).cpu_seconds),
    }
    if len(os.sched_getaffinity(0)) > 1:
        row |= {
            "loky_2_cores": median(lambda: fresh("--jobs", "2", cores=2).seconds),
            "dask_2_cores": median(lambda: fresh("--jobs", "2", "--backend", "dask", cores=2).seconds),
        }
    return row


def _repeats(store: Path) -> float | None:
    """How many times a sentence stands in the crawl, on average; None where no page was read."""
    with sqlite3.connect(store) as connection:
        query = "SELECT COUNT(*), COUNT(DISTINCT sentence_id) FROM occurrences"
        all_of_them, different = connection.execute(query).fetchone()
    return round(all_of_them / different, 2) if different else None


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table, a column for each set of pages."""

    def over(a: str, b: str, digits: int = 1) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: f"{row[a] / row[b]:.{digits}f} ×" if a in row and b in row else "-"

    def rate(key: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: number(row["count"] / row[key]) if key in row else "-"

    lines: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "copies": lambda row: number(row["count"]),
        "HTML, MB": lambda row: number(row["megabytes"], 1),
        "a sentence stands so many times": lambda row: number(row["times_a_sentence_stands"], 2),
        "trafilatura's extraction alone, pages/s": rate("trafilatura_cpu"),
        "audit on one core, pages/s": rate("audit_cpu"),
        "audit over trafilatura, one core each": over("trafilatura_cpu", "audit_cpu"),
        "audit on two cores (loky), pages/s": rate("loky_2_cores"),
        "two cores over one, by the clock": over("audit_1_core", "loky_2_cores", 2),
        "audit on two cores over trafilatura on one": over("trafilatura_cpu", "loky_2_cores"),
        "audit on two cores (Dask), pages/s": rate("dask_2_cores"),
        "time of Dask over loky": over("dask_2_cores", "loky_2_cores", 2),
        "the same audit again, times faster": over("audit_cpu", "again_cpu"),
    }
    rows = [(name, *(cell(row) for row in result["rows"])) for name, cell in lines.items()]
    return [Table("Audit", ("", *(row["pages"] for row in result["rows"])), rows)]
