"""Sentence boundaries beside peers: the 48 golden rules, sentences a second, and the longest time for a line of 1 MB."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from goldenrules import GOLDEN_RULES
from parts import Options
from tables import Table, number

from factcheck.split import sentence_spans

Splitter = Callable[[str], list[str]]

PACKAGES = ("pysbd", "sentencex", "spacy", "syntok")
#: Rounds whose median gives the speed, seconds that one takes at least, paragraphs between two looks at the clock.
ROUNDS = 3
LONG_ENOUGH = 0.5
PARAGRAPHS = 10
PARAGRAPH = (
    "Ketamine was approved as an anesthetic in 1970. Dr. Smith gives 0.5 mg/kg over 40 min. in most cases. Does it help? "
    "About half of patients respond within a day, e.g. in treatment-resistant depression. Others need more visits.[3] A few stop. "  # noqa: E501
)

#: Lines of 1 MB that tend to be slow: what backtracks, what never ends, what never closes.
LONG_LINES = {
    "prose": PARAGRAPH,
    "no space": "abc.Def",
    "full stops": ". ",
    "bullets": "• a ",
    "numbers": "1. ",
    "initials": "A. ",
    "footnotes": "x.[1,2,3,4] ",
    "open quotes": "“A b. ",
    "open brackets": "(A b. ",
    "one word": "a",
}


def ours(text: str) -> list[str]:
    """Our own sentences of one stretch of text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def peers() -> dict[str, Splitter]:
    """The other splitters that are installed."""
    found: dict[str, Splitter] = {}
    try:
        from sentencex import segment

        found["sentencex"] = lambda text: list(segment("en", text))
    except ImportError:
        pass
    try:
        import pysbd

        segmenter = pysbd.Segmenter(language="en", clean=False)
        found["pySBD"] = lambda text: list(segmenter.segment(text))
    except ImportError:
        pass
    try:
        import spacy

        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        found["spaCy sentencizer"] = lambda text: [span.text for span in nlp(text).sents]
    except ImportError:
        pass
    try:
        from syntok import segmenter as syntok

        # Its tokens carry the space that stood before them.
        found["syntok"] = lambda text: [
            "".join(f"{token.spacing}{token.value}" for token in sentence)
            for paragraph in syntok.process(text)
            for sentence in paragraph
        ]
    except ImportError:
        pass
    return found


def golden(splitter: Splitter) -> list[int]:
    """The numbers of the golden rules that a splitter breaks."""
    return [
        number
        for number, (text, sentences) in enumerate(GOLDEN_RULES, start=1)
        if tuple(s for s in (found.strip() for found in splitter(text)) if s) != sentences
    ]


def speed(splitter: Splitter, rounds: int) -> float:
    """Sentences a second of processor time, paragraph by paragraph, as pages come: the median of rounds of a second or so."""
    rates = []
    for _ in range(rounds):
        count, started = 0, time.process_time()
        while (took := time.process_time() - started) < LONG_ENOUGH:
            count += sum(len(splitter(PARAGRAPH)) for _ in range(PARAGRAPHS))
        rates.append(count / took)
    return statistics.median(rates)


def slowest_line() -> tuple[float, str]:
    """Seconds for the slowest of the long lines, and which it is."""
    timed = []
    for name, unit in LONG_LINES.items():
        line = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
        started = time.process_time()
        sentence_spans(line)
        timed.append((time.process_time() - started, name))
    return max(timed)


def measure(options: Options) -> dict[str, Any]:
    """A row for each splitter, and the slowest line of our own."""
    rows = []
    for name, splitter in ({"factcheck": ours} | peers()).items():
        broken = golden(splitter)
        rate = round(speed(splitter, options.rounds or ROUNDS))
        rows.append({"name": name, "broken": broken, "sentences_per_second": rate})
    seconds, line = slowest_line()
    return {"rules": len(GOLDEN_RULES), "rows": rows, "slowest": {"line": line, "seconds": round(seconds, 3)}}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table."""
    rules, slowest = result["rules"], result["slowest"]
    rows = [
        (row["name"], f"{rules - len(row['broken'])} of {rules}", number(row["sentences_per_second"]))
        for row in result["rows"]
    ]
    note = f"The slowest line of 1 MB ({slowest['line']}) takes factcheck {number(slowest['seconds'], 2)} s."
    return [Table("Sentence boundaries", ("", "golden rules kept", "sentences/s"), rows, note)]
