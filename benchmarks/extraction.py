"""Extraction beside its peers on hand-made main text (WCXB): word F1, list items kept, pages a second.

Thresholds are tuned on the even-numbered pages (`--half even`) and reported on the odd ones (the default).
"""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import typer
from selectolax.lexbor import LexborHTMLParser

from factcheck.domain import Channel, Document, Page
from factcheck.extract import extract

ROOT = Path(__file__).resolve().parents[1]
NOT_ENGLISH = ("<p>" + "Guten Tag, wir wünschen Ihnen einen schönen Aufenthalt. " * 9 + "</p>").encode()
KINDS = ("service", "article")
WORD = re.compile(r"\w+")


class Example(NamedTuple):
    """One page of the benchmark: its HTML, its main text, its type."""

    number: int
    kind: str
    html: bytes
    main: str


def bench_data() -> Path:
    """Where benchmark data lies: $FACTCHECK_BENCH_DATA, else ../shared beside the repository."""
    return Path(os.environ.get("FACTCHECK_BENCH_DATA", ROOT.parent / "shared"))


def load(half: str) -> list[Example]:
    """The odd, even or all pages. Raises FileNotFoundError where the benchmark is absent."""
    folder = bench_data() / "wcxb"
    paths = sorted((folder / "ground-truth").iterdir())
    examples = []
    for path in paths:
        number = int(path.stem)
        if half != "all" and (number % 2 == 0) != (half == "even"):
            continue
        truth = json.loads(path.read_text(encoding="utf-8"))
        html = gzip.decompress((folder / "html" / f"{path.stem}.html.gz").read_bytes())
        examples.append(
            Example(
                number, truth["_internal"]["page_type"]["primary"], html, truth["ground_truth"]["main_content"] or ""
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


def list_items(example: Example) -> list[str]:
    """The <li> elements whose text stands in the main text, squashed; not those of one or two words, which match by chance."""
    main = f" {squash(example.main)} "
    items = (squash(node.text(separator=" ")) for node in LexborHTMLParser(example.html).css("li"))
    return [item for item in dict.fromkeys(items) if item.count(" ") >= 2 and f" {item} " in main]


def ours(html: bytes) -> str:
    """The body text of our own extraction; other channels do not count here."""
    document = extract(Page("page.html", html, "text/html"))
    if not isinstance(document, Document):
        return ""
    return "\n".join(document.text[b.start : b.end] for b in document.blocks if b.channel is Channel.BODY)


def peers() -> dict[str, Callable[[bytes], str]]:
    """The other extractors that are installed."""
    found: dict[str, Callable[[bytes], str]] = {}
    try:
        import trafilatura

        found["trafilatura"] = lambda html: trafilatura.extract(html) or ""
    except ImportError:
        pass
    try:
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.encoding import bytes_to_str, detect_encoding

        def decode(html: bytes) -> str:
            return bytes_to_str(html, detect_encoding(html) or "utf-8")

        found["resiliparse main"] = lambda html: extract_plain_text(decode(html), main_content=True)
        found["resiliparse all"] = lambda html: extract_plain_text(decode(html))
    except ImportError:
        pass
    return found


def measure(extractor: Callable[[bytes], str], examples: list[Example]) -> dict[str, float]:
    """Word F1 by page type, share of list items kept on service pages, pages a second of processor time."""
    scores: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in KINDS}
    kept = items = 0
    seconds = 0.0
    for example in examples:
        started = time.process_time()
        text = extractor(example.html)
        seconds += time.process_time() - started
        scores[example.kind].append(score(text, example.main))
        if example.kind == "service":
            squashed = f" {squash(text)} "
            wanted = list_items(example)
            items += len(wanted)
            kept += sum(f" {item} " in squashed for item in wanted)
    result = {"pages_per_second": len(examples) / seconds, "list_items_kept": kept / max(items, 1)}
    for kind, rows in scores.items():
        for index, name in enumerate(("precision", "recall", "f1")):
            result[f"{kind}_{name}"] = sum(row[index] for row in rows) / max(len(rows), 1)
    return result


def main(half: str = "odd", peers_too: bool = True, worst: int = 0) -> None:
    """Print the table: of the odd, even or all pages, with peers, and with our worst pages for those who tune."""
    examples = load(half)
    extractors = {"factcheck": ours} | (peers() if peers_too else {})
    typer.echo(f"{len(examples)} pages ({half})\n")
    typer.echo(
        f"{'extractor':18} {'service F1 (P / R)':24} {'article F1 (P / R)':24} {'list items':>10} {'pages/s':>8}"
    )
    for name, extractor in extractors.items():
        for html in (examples[0].html, NOT_ENGLISH):  # imports and models load outside the clock
            extractor(html)
        row = measure(extractor, examples)
        cells = [f"{row[k + '_f1']:.3f} ({row[k + '_precision']:.3f} / {row[k + '_recall']:.3f})" for k in KINDS]
        typer.echo(
            f"{name:18} {cells[0]:24} {cells[1]:24} {row['list_items_kept']:10.2f} {row['pages_per_second']:8.0f}"
        )
    ranked = (
        sorted((score(ours(example.html), example.main)[::-1], example.number) for example in examples) if worst else []
    )
    for (f1, recall, precision), number in ranked[:worst]:
        typer.echo(f"{number:5} F1 {f1:.2f} P {precision:.2f} R {recall:.2f}")


if __name__ == "__main__":
    typer.run(main)
