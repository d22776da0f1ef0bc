"""Fills the documentation with what was measured: `python benchmarks/page.py`.

Between `<!-- measured: PART -->` and `<!-- end -->` stand the tables of that part, as `python benchmarks/bench.py PART --print`
prints them, and the machine; a title after the part, `<!-- measured: PART: TITLE -->`, takes the table of that title alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import record
from parts import module

PAGES = tuple(record.ROOT / "docs" / name for name in ("benchmarks.md", "scale.md"))
_MEASURED = re.compile(r"<!-- measured: (?P<part>[\w-]+)(?:: (?P<title>[^\n]+?))? -->\n.*?<!-- end -->", re.DOTALL)


def write() -> None:
    """Fill every page."""
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str, results: Path = record.RESULTS) -> str:
    """A page with the tables of the results."""
    return _MEASURED.sub(lambda found: _block(found["part"], found["title"], results), text)


def _block(part: str, title: str | None, results: Path) -> str:
    mark = f"<!-- measured: {part}{f': {title}' if title else ''} -->"
    result = record.load(part, results)
    if result is None:
        return f"{mark}\nNot measured yet: `make bench PART={part}`.\n<!-- end -->"
    tables = [t for t in module(part).tables(result) if title is None or t.title.startswith(title)]
    if not tables:
        raise SystemExit(f"{part}: no table {title!r}")
    drawn = "\n".join(t.markdown() for t in tables)
    return f"{mark}\n\n{drawn}\n{record.line(result)}\n\n<!-- end -->"


if __name__ == "__main__":
    write()
