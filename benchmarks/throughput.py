"""How fast a whole scan (extract, split, read, judge) is, beside trafilatura's extraction alone, on one core in one run.

Usage: python benchmarks/throughput.py [--pages N] [--output FILE.json]

The fixture pages (dense in claims) ship with the project; the pages of `$FACTCHECK_BENCH_DATA/wcxb` (no claims) are used where
they are at hand. Peers are installed by the reader of the benchmark: `pip install trafilatura lxml_html_clean`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from factcheck.check import FactChecker  # noqa: E402
from factcheck.domain import Page, Skipped  # noqa: E402
from factcheck.extract import extract  # noqa: E402
from factcheck.paths import bench_dir  # noqa: E402

#: Rounds over the same pages; the median counts. Each contender runs in every round, so that a slow spell hits all.
ROUNDS = 3


def fixtures() -> list[Page]:
    """The project's own pages."""
    return [
        Page(str(p), p.read_bytes(), "text/html")
        for p in sorted((ROOT / "data" / "gold" / "pages").glob("*/page.html"))
    ]


def wcxb(limit: int) -> list[Page]:
    """Pages of the extraction benchmark, or none."""
    paths = sorted((bench_dir() / "wcxb" / "html").glob("*.html.gz"))[:limit]
    return [Page(str(p), gzip.decompress(p.read_bytes()), "text/html") for p in paths]


def seconds(run: Callable[[Page], object], pages: list[Page]) -> float:
    """Processor seconds for all pages."""
    start = time.process_time()
    for page in pages:
        run(page)
    return time.process_time() - start


def measure(name: str, pages: list[Page]) -> dict[str, object]:
    """Pages per second of each contender, medians over the rounds."""
    import trafilatura

    checker = FactChecker.load()
    sentences = 0
    for page in pages:
        report = checker.check_page(page)
        sentences += len(report.sentences)
    runs: dict[str, Callable[[Page], object]] = {
        "factcheck scan": checker.check_page,
        "factcheck extract": extract,
        "trafilatura extract": lambda page: trafilatura.extract(page.content.decode("utf-8", "replace")),
    }
    times: dict[str, list[float]] = {key: [] for key in runs}
    for _ in range(ROUNDS):
        for key, run in runs.items():
            times[key].append(seconds(run, pages))
    rate = {key: len(pages) / statistics.median(values) for key, values in times.items()}
    return {
        "pages": name,
        "count": len(pages),
        "skipped": sum(isinstance(extract(p), Skipped) for p in pages),
        "sentences": sentences,
        "pages_per_second": {k: round(v, 1) for k, v in rate.items()},
        "scan_over_trafilatura": round(rate["factcheck scan"] / rate["trafilatura extract"], 2),
    }


def main() -> None:
    """Print one row for each set of pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=120, help="how many WCXB pages")
    parser.add_argument("--output", type=Path, help="also write the rows as JSON")
    given = parser.parse_args()
    rows = [measure("fixture pages", fixtures())]
    if others := wcxb(given.pages):
        rows.append(measure("WCXB pages", others))
    for row in rows:
        rates = ", ".join(f"{k} {v}/s" for k, v in row["pages_per_second"].items())  # type: ignore[attr-defined]
        print(f"{row['pages']}: {row['count']} pages, {row['sentences']} sentences: {rates}; ", end="")
        print(f"scan is {row['scan_over_trafilatura']} x trafilatura")
    if given.output:
        import importlib.metadata as meta

        versions = {n: meta.version(n) for n in ("trafilatura", "selectolax", "spacy", "numpy")}
        machine = {"machine": platform.machine(), "python": platform.python_version()}
        given.output.write_text(json.dumps({**machine, "versions": versions, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
