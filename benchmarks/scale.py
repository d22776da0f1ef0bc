"""Time and memory of an audit against pages, and what follows for a million of them.

All runs are of two workers on two cores, over varied copies (the rule stands in crawl.py) of the fixture pages and, where they
are at hand, the WCXB pages, in turn. All addresses name ketamine, so that every sentence is read and judged.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import crawl
from parts import Options
from processes import audit
from tables import Table, number

from factcheck.paths import bench_dir

PACKAGES = ("joblib", "selectolax", "spacy", "numpy")
SIZES = ("100", "300", "1000", "3000", "10000", "50000")


def measure(options: Options) -> dict[str, Any]:
    """A row for each number of pages, smallest first."""
    pages, rows = crawl.originals(bench_dir()), []
    cores = min(2, len(os.sched_getaffinity(0)))
    for count in sorted(int(size) for size in options.sizes or SIZES):
        with tempfile.TemporaryDirectory() as folder:
            archive, store = Path(folder, "crawl.warc.gz"), Path(folder, "audit.db")
            size = crawl.write(archive, pages, count, crawl.TOPIC)
            took = audit(archive, store, "--jobs", "2", cores=cores, sample=True)
            rows.append(
                {
                    "count": count,
                    "megabytes": round(size / 1e6, 1),
                    "archive_kb": round(archive.stat().st_size / 1000),
                    "store_kb": round(store.stat().st_size / 1000),
                    "seconds": round(took.seconds, 2),
                    "cpu_seconds": round(took.cpu_seconds, 2),
                    "parent_seconds": round(took.parent_seconds, 2),
                    "peak_megabytes": round(took.megabytes),
                }
            )
        print(f"{count} pages: {rows[-1]['seconds']} s, {rows[-1]['peak_megabytes']} MB", flush=True)
    return {"cores": cores, "originals": len(pages), "rows": rows}


def per_page(result: Mapping[str, Any]) -> dict[str, float]:
    """What a page costs, between the smallest run and the largest, so that starting up is left out."""
    small, large = result["rows"][0], result["rows"][-1]
    more = large["count"] - small["count"] or large["count"]
    less = small if large["count"] > small["count"] else dict.fromkeys(small, 0)
    keys = ("seconds", "cpu_seconds", "parent_seconds", "store_kb", "archive_kb", "megabytes")
    return {key: (large[key] - less[key]) / more for key in keys}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """By pages; a page; a million pages."""
    rows = [
        (
            number(row["count"]),
            number(row["seconds"], 1),
            number(row["count"] / row["seconds"]),
            number(row["cpu_seconds"], 1),
            number(row["peak_megabytes"]),
            number(row["store_kb"] / 1000, 1),
        )
        for row in result["rows"]
    ]
    head = ("pages", "seconds", "pages/s", "processor seconds", "peak memory, MB", "store, MB")
    grown = Table(f"An audit by two workers on {result['cores']} cores", head, rows)
    page = per_page(result)
    parent = page["parent_seconds"]
    one = [
        ("HTML", f"{number(page['megabytes'] * 1000)} kB a page"),
        ("pages a second and core, all steps", number(1 / page["cpu_seconds"])),
        ("of which reading, writing and handing out", f"{number(parent * 1000, 1)} ms a page"),
        (
            "cores that one process that reads and writes can feed",
            number(page["cpu_seconds"] / parent if parent > 0 else None),
        ),
        ("store", f"{number(page['store_kb'])} kB a page"),
        ("archive (`.warc.gz`)", f"{number(page['archive_kb'])} kB a page"),
    ]
    hours = page["cpu_seconds"] * 1e6 / 3600
    million = [
        ("core hours", number(hours), number(hours * 50)),
        ("hours on 64 cores, as audits side by side", number(hours / 64, 1), number(hours * 50 / 64, 1)),
        ("store, GB", number(page["store_kb"]), number(page["store_kb"] * 50)),
        ("archives to read, GB", number(page["archive_kb"]), number(page["archive_kb"] * 50)),
    ]
    return [
        grown,
        Table("What a page costs", ("", "measured"), one),
        Table("What follows for many pages", ("", "a million", "50 million"), million),
    ]
