"""Verdicts of factcheck beside those of what people would use instead: macro-F1, flags, groups, sentences a second.

Measured on what is at hand: the cases of the reference set that are in no training file, the behavior suite, and `gold/dev.jsonl`
and `gold/blind.jsonl.gz` of `$FACTCHECK_BENCH_DATA`; only scores are printed. All rows come from one run on the same sentences.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import peers
from parts import Options
from tables import Table, number

from factcheck.cases import load_cases
from factcheck.check import DEFAULT_MODEL, FactChecker
from factcheck.domain import Label, ReferenceSet, Sentence
from factcheck.gold import Gold, GoldLine, load_gold
from factcheck.learn import fit
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.model import Model, load_model
from factcheck.paths import bench_dir, data_dir, models_dir
from factcheck.read import Reader
from factcheck.reference import load_reference
from factcheck.scores import Outcome, accuracy, claim_f1, f1, macro_f1
from factcheck.training import Example, load_examples
from factcheck.vectors import VECTORS, load_vectors
from factcheck.weigh import Weigher
from factcheck.words import Subjects, load_rows

PACKAGES = ("scikit-learn", "scipy", "numpy", "spacy")
#: Rounds whose median gives the speed.
ROUNDS = 3
#: Seconds below which the clock says nothing of the speed.
TOO_SHORT = 0.001
#: The cases of the reference set that are no training sentences.
CASES = "cases not trained on"
#: Headings of the scores.
SCORES = {
    "macro_f1": "macro-F1",
    "flagged_precision": "flagged P",
    "flagged_recall": "flagged R",
    "flagged_f1": "flagged F1",
    "claim_f1": "claim F1",
    "accuracy": "accuracy",
    "groups_right": "groups right",
}


class Bench:
    """What the tables of verdicts share: reference set, training data, shipped model, gold."""

    def __init__(self) -> None:
        self.lexicon = Lexicon.load([data_dir() / "lexicon"])
        self.reader = Reader(self.lexicon)
        self.reference: ReferenceSet = load_reference([data_dir() / "reference"], frozenset(self.lexicon.rows))
        self.entries = list(self.reference.entries.values())
        files = sorted((data_dir() / "training").glob("*.jsonl"))
        self.examples: list[Example] = load_examples(files, self.reference.entries)
        self.vectors = load_vectors(data_dir() / VECTORS)
        self.model = load_model(models_dir() / DEFAULT_MODEL)
        self.golds = [self._cases(), *self._others()]

    def _cases(self) -> Gold:
        trained = {e.text for e in self.examples}
        cases = load_cases(data_dir() / "reference" / "cases", self.reference.entries)
        lines = [
            GoldLine(f"{owner}-{n}", c.text, c.before, c.label)
            for owner, rows in cases.items()
            for n, c in enumerate(rows)
            if c.text not in trained
        ]
        return Gold(CASES, tuple(lines), "", False)

    def _others(self) -> list[Gold]:
        gold = bench_dir() / "gold"
        paths = [data_dir() / "gold" / "behaviour", gold / "dev.jsonl", gold / "blind.jsonl.gz"]
        there = [p for p in paths if p.is_file() or (p.is_dir() and any(p.rglob("*.yaml")))]
        return [part for path in there for part in load_gold(path)]

    def checker(self, model: Model, reader: Any = None, matcher: type[Matcher] = Matcher) -> peers.Labeler:
        """factcheck with a model, and perhaps with another reader or matcher, as a labeler."""
        weigher = Weigher(model, matcher(self.entries, self.lexicon.names))
        digest, reviewed = self.reference.digest, self.reference.reviewed
        subjects = Subjects(load_rows([data_dir() / "lexicon"]))
        checker = FactChecker(
            reader or self.reader, subjects, model, weigher, data_dir() / "disclosures", digest, reviewed
        )
        return lambda lines: [
            f.label for f in checker.check_sentences([Sentence(g.text, 0, len(g.text), before=g.before) for g in lines])
        ]

    def fitted(self, examples: Sequence[Example], reader: Any = None) -> Model:
        """A model fitted on some of the training data."""
        got = fit(examples, reader or self.reader, self.reference.entries, self.vectors, workers=2)
        return Model("bench", got.heads, got.grades, {})

    def result(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Rows with what they depend on."""
        model = self.model.card.get("training", {}).get("sha256") or "unknown"
        return {"model": model, "reference": self.reference.digest, "rows": list(rows)}


def measured(name: str, label: peers.Labeler, golds: Sequence[Gold], rounds: int) -> dict[str, Any]:
    """One row: the scores on each gold set, and sentences a second of processor time over all of them."""
    everything = [line for gold in golds for line in gold.lines]
    times = []
    said: list[Label] = []
    for _ in range(rounds):
        start = time.process_time()
        said = label(everything)
        times.append(time.process_time() - start)
    took, at, sets = statistics.median(times), 0, {}
    for gold in golds:
        sets[gold.name] = scores(gold, said[at : at + len(gold.lines)])
        at += len(gold.lines)
    speed = round(len(everything) / took) if took > TOO_SHORT else None
    return {"name": name, "sentences_per_second": speed, "gold": sets}


def scores(gold: Gold, said: Sequence[Label]) -> dict[str, float]:
    """The scores on one gold set; ambiguous lines do not count, and a group is right if all of its lines are."""
    pairs = [(g, p) for g, p in zip(gold.lines, said, strict=True) if not g.ambiguous]
    outcomes = [Outcome(g.label, p, 1.0) for g, p in pairs]
    flagged = f1(outcomes, lambda x: x.flagged)
    groups: dict[str, bool] = {}
    for g, p in pairs:
        if g.group is not None:
            groups[g.group] = groups.get(g.group, True) and g.label is p
    found = {
        "n": len(outcomes),
        "accuracy": accuracy(outcomes),
        "macro_f1": macro_f1(outcomes),
        "flagged_precision": flagged.precision,
        "flagged_recall": flagged.recall,
        "flagged_f1": flagged.f1,
        "claim_f1": claim_f1(outcomes),
    }
    if groups:
        found["groups_right"] = sum(groups.values()) / len(groups)
    return {name: round(value, 4) for name, value in found.items()}


def by_gold(title: str, result: Mapping[str, Any]) -> list[Table]:
    """A table for each gold set."""
    tables = []
    for gold, first in result["rows"][0]["gold"].items():
        columns = [name for name in SCORES if name in first]
        rows = [
            (
                row["name"],
                *(number(row["gold"][gold][name], 3) for name in columns),
                number(row["sentences_per_second"]),
            )
            for row in result["rows"]
        ]
        head = ("", *(SCORES[name] for name in columns), "sentences/s")
        tables.append(Table(f"{title}, {gold} ({number(first['n'])} sentences)", head, rows))
    return tables


def measure(options: Options) -> dict[str, Any]:
    """factcheck, its halves, and what people would use instead."""
    bench = Bench()
    examples, entries = bench.examples, bench.entries
    contenders: dict[str, peers.Labeler] = {
        "factcheck": bench.checker(bench.model),
        "rules only": peers.rules(bench.reader, entries),
        "learned wording only": peers.wording_alone(bench.reader, bench.model),
        "TF-IDF + logistic regression": peers.bag_of_words(examples),
        "the same with lexicon cues": peers.bag_of_words(examples, bench.reader),
        "term list": peers.term_list(negation=False),
        "term list with negation": peers.term_list(negation=True),
        "nearest entry by TF-IDF": peers.nearest_entry(examples, entries),
        "majority": peers.majority(examples),
    }
    rounds = options.rounds or ROUNDS
    return bench.result([measured(name, label, bench.golds, rounds) for name, label in contenders.items()])


def tables(result: Mapping[str, Any]) -> list[Table]:
    """A table for each gold set."""
    return by_gold("Verdicts", result)
