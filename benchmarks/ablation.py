"""What each part of factcheck is worth: the whole, and with one part left out at a time, on the same sentences.

A part is left out of what is read. The shipped heads, trained with it, are asked; with `--refit` also heads that are trained
without it (some minutes each). Nothing fitted here is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import peers
from parts import Options
from tables import Table
from verdicts import PACKAGES as PACKAGES
from verdicts import SCORES, Bench, by_gold, measured

#: Types of cues that say how strongly a sentence claims.
STRENGTH = frozenset("hedge qualifier limit evidence proof booster hype absolute".split())
NEGATION = frozenset("negation affix doubt uncertain falsity".split())
#: The scores whose changes are shown.
_SHOWN = ("macro_f1", "flagged_f1", "groups_right")


def measure(options: Options) -> dict[str, Any]:
    """factcheck with one part left out at a time."""
    bench, rounds = Bench(), options.rounds or 1
    blind = {
        "without negation": peers.Blind(bench.reader, types=NEGATION),
        "without strength": peers.Blind(bench.reader, types=STRENGTH),
        "without numbers": peers.Blind(bench.reader, numbers=True),
        "without drug resolution": peers.Blind(bench.reader, drugs=True),
        "without context": peers.Blind(bench.reader, context=True),
    }
    rows = [measured("factcheck", bench.checker(bench.model), bench.golds, rounds)]
    for name, reader in blind.items():
        rows.append(measured(name, bench.checker(bench.model, reader), bench.golds, rounds))
        if options.refit:
            model = bench.fitted(bench.examples, reader)
            rows.append(measured(f"{name}, refitted", bench.checker(model, reader), bench.golds, rounds))
    rows.append(measured("without learned heads", peers.rules(bench.reader, bench.entries), bench.golds, rounds))
    slotless = bench.checker(bench.model, matcher=peers.NoSlots)
    rows.append(measured("without entry match", slotless, bench.golds, rounds))
    return bench.result(rows)


def changes(result: Mapping[str, Any], gold: str, score: str) -> dict[str, float]:
    """What a score changes by without each part: below zero where the part is worth something."""
    whole, *others = result["rows"]
    return {row["name"]: round(row["gold"][gold][score] - whole["gold"][gold][score], 4) for row in others}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """The changes, on gold that was not read in development; then the scores on each gold set."""
    first = result["rows"][0]["gold"]
    unread = [g for g in first if g.endswith("/unread") or g.startswith(("dev", "blind"))] or list(first)
    columns = [(gold, score) for gold in unread for score in _SHOWN if score in first[gold]]
    rows = [
        (name, *(f"{changes(result, gold, score)[name]:+.3f}" for gold, score in columns))
        for name in changes(result, *columns[0])
    ]
    head = ("", *(f"{SCORES[score]}, {gold}" for gold, score in columns))
    return [Table("Change of the score without a part", head, rows), *by_gold("Ablation", result)]
