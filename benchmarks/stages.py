"""Cost per stage of a scan, from a sampling profiler (py-spy): whose turn it was when a sample was taken.

A scan of the same pages is repeated until there are enough samples; loading is not counted. The stacks, with what is rarer than
`LEAST` cut off, are kept, so that the flame graph can be drawn from them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from parts import Absent, Options
from tables import Table, number

PACKAGES = ("py-spy", "selectolax", "spacy", "numpy", "sentencex")
#: Samples a second, and seconds of processor time for each set of pages.
RATE = 250
SECONDS = 20
#: Share of all samples below which a stack is cut off.
LEAST = 0.002
#: Where a stage begins: the outermost of these frames on a stack says whose turn it is. Rewording reads and weighs its own
#: suggestions, so what it calls counts as its own.
STAGES = {
    "extract": r"^extract \(factcheck/extract\.py",
    "split": r"^split \(factcheck/split\.py",
    "subject": r"^(?:FactChecker\.on_topic|named|Lexicon\.subject) \(",
    "read": r"^Reader\.read \(factcheck/read\.py",
    "propose": r"^propose \(factcheck/propose\.py|^Matcher\.candidates \(",
    "weigh": r"^Weigher\.\w+ \(factcheck/weigh\.py",
    "decide": r"^decide \(factcheck/decide\.py",
    "explain": r"^explain \(factcheck/explain\.py",
    "reword": r"^Suggester\.\w+ \(factcheck/reword\.py",
    "disclose": r"^Discloser\.\w+ \(factcheck/disclose\.py",
}
#: Within a stage that calls another: whose turn it is, if one of these stands further in.
_INNER = {"weigh": ("propose",)}
_STAGES = {name: re.compile(pattern) for name, pattern in STAGES.items()}
#: The frame that the samples of a scan have in common.
ROOT_FRAME = "FactChecker.check_page"

Stacks = Counter[tuple[str, ...]]


def measure(options: Options) -> dict[str, Any]:
    """Samples by stage, and stacks, for each set of pages."""
    profiler = Path(sys.executable).parent / "py-spy"
    if not profiler.is_file():
        raise Absent("py-spy is not installed here; use make bench")
    from throughput import page_sets

    rows = []
    for name in page_sets(1):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "stacks.txt")
            child = [sys.executable, __file__, name, str(options.pages or 0), str(SECONDS)]
            command = [str(profiler), "record", "-F", "-f", "raw", "-r", str(RATE), "-o", str(out), "--", *child]
            ran = subprocess.run(command, text=True, capture_output=True, env=dict(os.environ), check=False)
            if not out.is_file():
                raise Absent(f"py-spy cannot look into a process here: {ran.stderr.strip().splitlines()[-1:]}")
            stacks = scan_stacks(out.read_text(encoding="utf-8").splitlines())
        total = stacks.total()
        row: dict[str, Any] = {"pages": name, "samples": total, "stages": by_stage(stacks)}
        if not rows:  # the flame graph is that of the first
            row["stacks"] = {";".join(stack): n for stack, n in pruned(stacks).items()}
        rows.append(row)
    return {"rate": RATE, "rows": rows}


def scan_stacks(lines: Iterable[str]) -> Stacks:
    """The stacks of a folded profile from the scan's first frame on, without line numbers."""
    stacks: Stacks = Counter()
    for line in lines:
        folded, _, count = line.rpartition(" ")
        frames = [re.sub(r":\d+\)$", ")", frame) for frame in folded.split(";")]
        start = next((n for n, frame in enumerate(frames) if frame.startswith(ROOT_FRAME)), None)
        if start is not None:
            stacks[tuple(frames[start:])] += int(count)
    return stacks


def stage(stack: Sequence[str]) -> str:
    """The stage that a stack belongs to; "other" for what stands between stages."""
    found = next((name for frame in stack for name, pattern in _STAGES.items() if pattern.search(frame)), "other")
    inner = _INNER.get(found, ())
    return next((name for name in inner if any(_STAGES[name].search(frame) for frame in stack)), found)


def by_stage(stacks: Stacks) -> dict[str, int]:
    """Samples of each stage, in the order of the pipeline."""
    found: Counter[str] = Counter()
    for stack, count in stacks.items():
        found[stage(stack)] += count
    return {name: found[name] for name in (*STAGES, "other")}


def pruned(stacks: Stacks) -> Stacks:
    """The stacks with their rare ends cut off: a frame stays where its share of all samples is `LEAST` at least."""
    under: Counter[tuple[str, ...]] = Counter()
    for stack, count in stacks.items():
        for depth in range(1, len(stack) + 1):
            under[stack[:depth]] += count
    least, kept = LEAST * stacks.total(), Counter[tuple[str, ...]]()
    for stack, count in stacks.items():
        depth = next((d for d in range(len(stack), 0, -1) if under[stack[:d]] >= least), 1)
        kept[stack[:depth]] += count
    return kept


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table, a column for each set of pages."""
    names = [name for name in result["rows"][0]["stages"] if any(row["stages"][name] for row in result["rows"])]
    rows = [(name, *(f"{100 * row['stages'][name] / row['samples']:.1f}%" for row in result["rows"])) for name in names]
    rows.append(("samples", *(number(row["samples"]) for row in result["rows"])))
    return [Table("Processor time of a scan by stage", ("", *(row["pages"] for row in result["rows"])), rows)]


def main() -> None:
    """What is profiled: scans of a set of pages, again and again, once all is loaded."""
    from throughput import page_sets

    from factcheck.check import FactChecker

    name, limit, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    pages, checker = page_sets(limit or None)[name], FactChecker.load()
    warm(checker, pages[0])
    end = time.process_time() + seconds
    while time.process_time() < end:
        for page in pages:
            checker.check_page(page)


def warm(checker: Any, page: Any) -> None:
    """A first scan, whose loading is not to be counted, on a stack that has no frame of `ROOT_FRAME`."""
    from factcheck.domain import Document, Page
    from factcheck.extract import extract

    for known in (
        page,
        Page("x.html", b"<p>" + "Wir w\u00fcnschen Ihnen einen guten Tag. ".encode() * 20, "text/html"),
    ):
        document = extract(known)
        if isinstance(document, Document):
            checker.check_document(document)


if __name__ == "__main__":
    main()
