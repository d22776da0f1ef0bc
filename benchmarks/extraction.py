"""Extraction beside its peers on hand-made main text (WCXB): word F1 by page type, what is kept, pages a second.

Thresholds are tuned on the even-numbered pages and reported on the odd ones. `python benchmarks/extraction.py --half even` is for
whoever tunes: it prints the table of those pages, and with `--worst 10` our ten worst.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import extractors
import typer
from parts import Absent, Options
from selectolax.lexbor import LexborHTMLParser
from tables import Table, number

from factcheck.paths import bench_dir

PACKAGES = ("trafilatura", "resiliparse", "readability-lxml", "justext", "selectolax", "lxml")
#: Rounds whose median gives the speed.
ROUNDS = 3
NOT_ENGLISH = ("<p>" + "Guten Tag, wir wünschen Ihnen einen schönen Aufenthalt. " * 9 + "</p>").encode()
KINDS = ("service", "article")
WORD = re.compile(r"\w+")


class Example(NamedTuple):
    """One page of the benchmark: its HTML, its main text, its type."""

    number: int
    kind: str
    html: bytes
    main: str


def load(half: str) -> list[Example]:
    """The odd, even or all pages. Raises `Absent` where there are none."""
    folder = bench_dir() / "wcxb"
    if not folder.is_dir():
        raise Absent(f"{folder}: no such folder; set FACTCHECK_BENCH_DATA")
    paths = sorted((folder / "ground-truth").iterdir())
    examples = []
    for path in paths:
        number = int(path.stem)
        if half != "all" and (number % 2 == 0) != (half == "even"):
            continue
        truth = json.loads(path.read_text(encoding="utf-8"))
        content = gzip.decompress((folder / "html" / f"{path.stem}.html.gz").read_bytes())
        examples.append(
            Example(
                number, truth["_internal"]["page_type"]["primary"], content, truth["ground_truth"]["main_content"] or ""
            )
        )
    return examples


def words(text: str) -> Counter[str]:
    """The bag of lower-cased words, as the benchmark counts them."""
    return Counter(WORD.findall(text.lower()))


def score(found: str, main: str) -> tuple[float, float, float]:
    """Word precision, recall and F1 of one page."""
    got, want = words(found), words(main)
    common = (got & want).total()
    if not common:
        return (1.0, 1.0, 1.0) if not got and not want else (0.0, 0.0, 0.0)
    p, r = common / got.total(), common / want.total()
    return p, r, 2 * p * r / (p + r)


def squash(text: str) -> str:
    """Text without anything but its words, to find one text in another."""
    return " ".join(WORD.findall(text.lower()))


#: Elements whose text should come through, where it stands in the main text.
ELEMENTS = {
    "list items": "li",
    "headings": "h1, h2, h3, h4, h5, h6",
    "FAQ answers": "details, dd, [itemprop='acceptedAnswer'] [itemprop='text']",
}


def elements(example: Example) -> dict[str, list[str]]:
    """The squashed texts of elements that stand in the main text; not those of one or two words, which match by chance. FAQ
    answers are those that a page marks up as such, in HTML, microdata or JSON-LD."""
    tree, main = LexborHTMLParser(example.html), f" {squash(example.main)} "
    found = {}
    for name, selector in ELEMENTS.items():
        texts = [squash(node.text(separator=" ")) for node in tree.css(selector)]
        if name == "FAQ answers":
            texts += [squash(LexborHTMLParser(f"<p>{html.unescape(a)}").text(separator=" ")) for a in answers(tree)]
        found[name] = [t for t in dict.fromkeys(texts) if t.count(" ") >= 2 and f" {t} " in main]
    return found


def answers(tree: LexborHTMLParser) -> Iterator[str]:
    """The texts of schema.org answers in JSON-LD."""
    for node in tree.css("script[type='application/ld+json']"):
        try:
            waiting = [json.loads(node.text(deep=True))]
        except ValueError:
            continue
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                if item.get("@type") == "Answer" and isinstance(item.get("text"), str):
                    yield item["text"]
                waiting += item.values()
            elif isinstance(item, list):
                waiting += item


def scored(extractor: Callable[[bytes], str], examples: Sequence[Example], rounds: int) -> dict[str, Any]:
    """Word precision, recall and F1, share of elements kept, pages a second of processor time; by page type."""
    result: dict[str, Any] = {}
    for kind in KINDS:
        some = [e for e in examples if e.kind == kind]
        times, texts = [], []
        for _ in range(rounds):
            started = time.process_time()
            texts = [extractor(e.html) for e in some]
            times.append(time.process_time() - started)
        rows = [score(text, e.main) for text, e in zip(texts, some, strict=True)]
        row: dict[str, Any] = {"pages": len(some), "pages_per_second": round(len(some) / statistics.median(times), 1)}
        for index, name in enumerate(("precision", "recall", "f1")):
            row[name] = round(statistics.fmean(r[index] for r in rows), 4)
        wanted, kept = Counter[str](), Counter[str]()
        for text, e in zip(texts, some, strict=True):
            squashed = f" {squash(text)} "
            for name, items in elements(e).items():
                wanted[name] += len(items)
                kept[name] += sum(f" {item} " in squashed for item in items)
        row["kept"] = {name: round(kept[name] / n, 4) for name, n in wanted.items() if n}
        row["of"] = dict(wanted)
        result[kind] = row
    return result


def measure(options: Options, half: str = "odd") -> dict[str, Any]:
    """A row for each extractor, on the odd, even or all pages."""
    examples, rows = load(half), []
    for name, extractor in extractors.found().items():
        for content in (examples[0].html, NOT_ENGLISH):  # imports and models load outside the clock
            extractor(content)
        rows.append({"name": name, "types": scored(extractor, examples, options.rounds or ROUNDS)})
    return {"half": half, "rows": rows}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """A table for each page type."""
    made = []
    for kind in KINDS:
        first = result["rows"][0]["types"][kind]
        rows = []
        for row in result["rows"]:
            s = row["types"][kind]
            cells = [number(s[name], 3) for name in ("f1", "precision", "recall")]
            kept = [number(s["kept"].get(name), 2) for name in ELEMENTS]
            rows.append((row["name"], *cells, *kept, number(s["pages_per_second"])))
        head = ("", "F1", "precision", "recall", *(f"{name} ({first['of'][name]})" for name in ELEMENTS), "pages/s")
        made.append(Table(f"Extraction, {first['pages']} {kind} pages of WCXB ({result['half']} numbers)", head, rows))
    return made


def main(half: str = "even", worst: int = 0) -> None:
    """Print the tables, and our worst pages, for whoever tunes."""
    for table in tables(measure(Options(rounds=1), half)):
        typer.echo(table.text())
    examples = load(half) if worst else []
    ranked = sorted((score(extractors.factcheck(e.html), e.main)[::-1], e.number) for e in examples)
    for (f1, recall, precision), page in ranked[:worst]:
        typer.echo(f"{page:5} F1 {f1:.2f} P {precision:.2f} R {recall:.2f}")


if __name__ == "__main__":
    typer.run(main)
