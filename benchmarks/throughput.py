"""How fast a whole scan (extract, split, read, judge) is, beside trafilatura's extraction alone, on one core in one run.

The fixture pages (dense in claims) ship with the project; the pages of `$FACTCHECK_BENCH_DATA/wcxb` (about other things than the
reference set, so that a scan ends where their subject is known, unless their address names ketamine) are used where they are at
hand.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import crawl
from parts import Absent, Options
from tables import Table, number

from factcheck.check import FactChecker
from factcheck.domain import Document, Page
from factcheck.extract import extract
from factcheck.paths import bench_dir

PACKAGES = ("trafilatura", "selectolax", "spacy", "numpy")
#: Rounds over the same pages; the median counts. Each contender runs in every round, so that a slow spell hits all.
ROUNDS = 3


def page_sets(limit: int | None) -> dict[str, list[Page]]:
    """The sets of crawl.py, or so many pages of each."""
    return {
        name: [
            Page(f"https://www.clinic.com/{path}{n}", html.encode("utf-8", "replace"), "text/html")
            for n, html in enumerate(htmls[:limit])
        ]
        for name, (htmls, path) in crawl.page_sets(bench_dir()).items()
    }


def seconds(run: Callable[[Page], object], pages: Sequence[Page]) -> float:
    """Processor seconds for all pages."""
    start = time.process_time()
    for page in pages:
        run(page)
    return time.process_time() - start


def compared(name: str, pages: Sequence[Page], checker: FactChecker, rounds: int) -> dict[str, Any]:
    """Pages per second of each contender, medians over the rounds."""
    import trafilatura

    runs: dict[str, Callable[[Page], object]] = {
        "scan": checker.check_page,
        "extract": extract,
        "trafilatura": lambda page: trafilatura.extract(page.content.decode("utf-8", "replace")),
    }
    for run in runs.values():  # what loads on first use loads outside the clock
        run(pages[0])
    times: dict[str, list[float]] = {key: [] for key in runs}
    for _ in range(rounds):
        for key, run in runs.items():
            times[key].append(seconds(run, pages))
    documents = [d for d in map(extract, pages) if isinstance(d, Document)]
    return {
        "pages": name,
        "count": len(pages),
        "read": len(documents),
        "on_topic": sum(map(checker.on_topic, documents)),
        "sentences": sum(len(checker.check_document(d).sentences) for d in documents),
        "per_second": {key: round(len(pages) / statistics.median(values), 1) for key, values in times.items()},
    }


def measure(options: Options) -> dict[str, Any]:
    """A row for each set of pages."""
    try:
        import trafilatura  # noqa: F401
    except ImportError:
        raise Absent("trafilatura is not installed here; use make bench") from None
    checker = FactChecker.load()
    rounds = options.rounds or ROUNDS
    return {"rows": [compared(n, pages, checker, rounds) for n, pages in page_sets(options.pages).items()]}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table."""
    rows = []
    for row in result["rows"]:
        rate = row["per_second"]
        about = [number(row[key]) for key in ("count", "on_topic", "sentences")]
        rates = [number(rate[key]) for key in ("scan", "extract", "trafilatura")]
        rows.append((row["pages"], *about, *rates, f"{rate['scan'] / rate['trafilatura']:.1f} ×"))
    head = ("", "pages", "on topic", "sentences", "scan", "extraction only", "trafilatura", "scan / trafilatura")
    return [Table("Pages a second on one core", head, rows)]
