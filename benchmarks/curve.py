"""The learning curve: factcheck and the bag of words with less training data, whole groups of it drawn in a fixed order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import peers
from parts import Options
from tables import Table, number
from verdicts import PACKAGES as PACKAGES
from verdicts import Bench, measured

from factcheck.training import Example

SIZES = ("500", "1000", "2000", "4000", "8000", "all")
NAMES = ("factcheck", "TF-IDF + logistic regression")


def mixed(examples: list[Example]) -> list[Example]:
    """The examples with their groups in a random order that is always the same."""
    groups: dict[str, list[Example]] = {}
    for e in examples:
        groups.setdefault(e.group, []).append(e)
    order = sorted(groups)
    random.Random(0).shuffle(order)
    return [e for group in order for e in groups[group]]


def measure(options: Options) -> dict[str, Any]:
    """A row for each size and contender."""
    bench = Bench()
    drawn, rows = mixed(bench.examples), []
    for size in options.sizes or SIZES:
        some = sorted(drawn if size == "all" else drawn[: int(size)], key=lambda e: e.id)
        labelers = (bench.checker(bench.fitted(some)), peers.bag_of_words(some))
        for name, label in zip(NAMES, labelers, strict=True):
            rows.append({"sentences": len(some)} | measured(name, label, bench.golds, 1))
        print(f"{len(some)} sentences: done", flush=True)
    return bench.result(rows)


def tables(result: Mapping[str, Any]) -> list[Table]:
    """Flagged F1 by size on each gold set."""
    golds = list(result["rows"][0]["gold"])
    found = {}
    for name in NAMES:
        rows = [row for row in result["rows"] if row["name"] == name]
        cells = [(number(row["sentences"]), *(number(row["gold"][g]["flagged_f1"], 3) for g in golds)) for row in rows]
        found[name] = Table(f"Flagged F1 of {name}", ("training sentences", *golds), cells)
    return list(found.values())
