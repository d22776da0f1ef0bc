"""Verdicts of factcheck beside those of what people would use instead, of its parts alone, and of less training data.

Usage: python benchmarks/verdicts.py [peers] [ablation] [curve] [--refit] [--sizes 500,2000,all] [--output FOLDER]

Measured on what is at hand: the cases of the reference set that are in no training file, the behavior suite, and `gold/dev.jsonl`
and `gold/blind.jsonl.gz` of `$FACTCHECK_BENCH_DATA`; only scores are printed. All rows of a table come from one run on the same
sentences. An ablation leaves a part out of what is read; the shipped heads, trained with it, are asked, or with `--refit`
heads that are trained without it (a minute or two each). Nothing fitted here is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import peers  # noqa: E402

from factcheck.cases import load_cases  # noqa: E402
from factcheck.check import DEFAULT_MODEL, FactChecker  # noqa: E402
from factcheck.domain import Label, ReferenceSet, Sentence  # noqa: E402
from factcheck.gold import Gold, GoldLine, load_gold  # noqa: E402
from factcheck.learn import fit  # noqa: E402
from factcheck.lexicon import Lexicon  # noqa: E402
from factcheck.match import Matcher  # noqa: E402
from factcheck.model import Model, load_model  # noqa: E402
from factcheck.paths import bench_dir, data_dir, models_dir  # noqa: E402
from factcheck.read import Reader  # noqa: E402
from factcheck.reference import load_reference  # noqa: E402
from factcheck.scores import Outcome, accuracy, claim_f1, f1, macro_f1  # noqa: E402
from factcheck.training import Example, load_examples  # noqa: E402
from factcheck.weigh import Weigher  # noqa: E402

#: Rounds whose median gives the speed.
ROUNDS = 3
#: Seconds below which the clock says nothing of the speed.
TOO_SHORT = 0.001
STRENGTH = frozenset("hedge qualifier limit evidence proof booster hype absolute".split())
NEGATION = frozenset("negation affix doubt uncertain".split())


class Bench:
    """The data that all tables share."""

    def __init__(self) -> None:
        self.lexicon = Lexicon.load([data_dir() / "lexicon"])
        self.reader = Reader(self.lexicon)
        self.reference: ReferenceSet = load_reference([data_dir() / "reference"], frozenset(self.lexicon.rows))
        self.entries = list(self.reference.entries.values())
        self.examples: list[Example] = load_examples(
            sorted((data_dir() / "training").glob("*.jsonl")), self.reference.entries
        )
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
        return Gold("cases not trained on", tuple(lines), "", False)

    def _others(self) -> list[Gold]:
        gold = bench_dir() / "gold"
        paths = [data_dir() / "gold" / "behaviour", gold / "dev.jsonl", gold / "blind.jsonl.gz"]
        there = [p for p in paths if p.is_file() or (p.is_dir() and any(p.rglob("*.yaml")))]
        return [part for path in there for part in load_gold(path)]

    def checker(self, model: Model, reader: Any = None, matcher: type[Matcher] = Matcher) -> peers.Labeler:
        """factcheck with a model, and perhaps with another reader or matcher, as a labeler."""
        weigher = Weigher(model, matcher(self.entries, self.lexicon.names))
        reads = reader or self.reader
        checker = FactChecker(reads, model, weigher, self.reference.digest, self.reference.reviewed)
        return lambda lines: [
            f.label for f in checker.check_sentences([Sentence(g.text, 0, len(g.text), before=g.before) for g in lines])
        ]

    def fitted(self, examples: Sequence[Example], reader: Any = None) -> Model:
        """A model fitted on some of the training data."""
        got = fit(examples, reader or self.reader, self.reference.entries, workers=2)
        return Model("bench", got.heads, got.grades, {})


def measured(name: str, label: peers.Labeler, golds: Sequence[Gold], rounds: int = ROUNDS) -> dict[str, Any]:
    """One row: the scores on each gold set, and sentences a second over all of them."""
    sets = {}
    everything = [line for gold in golds for line in gold.lines]
    times = []
    said: list[Label] = []
    for _ in range(rounds):
        start = time.process_time()
        said = label(everything)
        times.append(time.process_time() - start)
    at = 0
    for gold in golds:
        predicted = said[at : at + len(gold.lines)]
        at += len(gold.lines)
        pairs = [(g, p) for g, p in zip(gold.lines, predicted, strict=True) if not g.ambiguous]
        outcomes = [Outcome(g.label, p, 1.0) for g, p in pairs]
        flagged = f1(outcomes, lambda x: x.flagged)
        groups: dict[str, bool] = {}
        for g, p in pairs:
            if g.group is not None:
                groups[g.group] = groups.get(g.group, True) and g.label is p
        sets[gold.name] = {
            "n": len(outcomes),
            "accuracy": accuracy(outcomes),
            "macro_f1": macro_f1(outcomes),
            "flagged_precision": flagged.precision,
            "flagged_recall": flagged.recall,
            "flagged_f1": flagged.f1,
            "claim_f1": claim_f1(outcomes),
        } | ({"groups_right": sum(groups.values()) / len(groups)} if groups else {})
    rounded = {name: {k: round(v, 4) for k, v in scores.items()} for name, scores in sets.items()}
    took = statistics.median(times)
    speed = round(len(everything) / took) if took > TOO_SHORT else None
    return {"name": name, "sentences_per_second": speed, "gold": rounded}


def show(title: str, rows: Sequence[dict[str, Any]], golds: Sequence[Gold]) -> None:
    """Print a table for each gold set."""
    for gold in golds:
        print(f"\n{title}, {gold.name} ({rows[0]['gold'][gold.name]['n']} sentences)")
        columns = ("macro-F1", "flag P", "flag R", "flag F1", "claim F1", "right", "groups", "sent/s")
        print(" " * 40 + "".join(f"{c:>9}" for c in columns))
        for row in rows:
            s = row["gold"][gold.name]
            names = (
                "macro_f1",
                "flagged_precision",
                "flagged_recall",
                "flagged_f1",
                "claim_f1",
                "accuracy",
                "groups_right",
            )
            cells = [f"{s[name]:>9.3f}" if name in s else f"{'-':>9}" for name in names]
            print(f"{row['name']:<40}{''.join(cells)}{row['sentences_per_second'] or '-':>9}")
    sys.stdout.flush()


def compare(bench: Bench) -> list[dict[str, Any]]:
    """factcheck, its halves, and what people would use instead."""
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
    return [measured(name, label, bench.golds) for name, label in contenders.items()]


def ablation(bench: Bench, *, refit: bool) -> list[dict[str, Any]]:
    """factcheck with one part left out at a time."""
    blind = {
        "without negation": peers.Blind(bench.reader, types=NEGATION),
        "without strength": peers.Blind(bench.reader, types=STRENGTH),
        "without numbers": peers.Blind(bench.reader, numbers=True),
        "without drug resolution": peers.Blind(bench.reader, drugs=True),
        "without context": peers.Blind(bench.reader, context=True),
    }
    rows = [measured("factcheck", bench.checker(bench.model), bench.golds, 1)]
    for name, reader in blind.items():
        model = bench.fitted(bench.examples, reader) if refit else bench.model
        rows.append(measured(name, bench.checker(model, reader), bench.golds, 1))
    rows.append(measured("without learned heads", peers.rules(bench.reader, bench.entries), bench.golds, 1))
    rows.append(measured("without entry match", bench.checker(bench.model, matcher=peers.NoSlots), bench.golds, 1))
    return rows


def curve(bench: Bench, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """factcheck and the bag of words with less training data: whole groups, drawn in a fixed order."""
    import random

    groups: dict[str, list[Example]] = {}
    for e in bench.examples:
        groups.setdefault(e.group, []).append(e)
    order = sorted(groups)
    random.Random(0).shuffle(order)
    mixed = [e for group in order for e in groups[group]]
    rows = []
    for size in sizes:
        some = sorted(mixed[:size], key=lambda e: e.id)
        for name, label in (
            ("factcheck", bench.checker(bench.fitted(some))),
            ("TF-IDF", peers.bag_of_words(some)),
        ):
            rows.append({"sentences": len(some), **measured(f"{name}, {len(some)} sentences", label, bench.golds, 1)})
            print(
                f"{rows[-1]['name']}: " + ", ".join(f"{g} {s['flagged_f1']:.3f}" for g, s in rows[-1]["gold"].items()),
                flush=True,
            )
    return rows


def main() -> None:
    """Print the tables that are asked for, and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", nargs="*", default=["peers", "ablation"], help="peers, ablation, curve")
    parser.add_argument("--refit", action="store_true", help="train the heads anew for each ablation")
    parser.add_argument("--sizes", default="500,1000,2000,4000,8000,all", help="training sentences, for the curve")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the JSON")
    asked = parser.parse_args()
    bench = Bench()
    sizes = [len(bench.examples) if s == "all" else int(s) for s in asked.sizes.split(",")]
    for what in asked.what:
        if what == "peers":
            rows = compare(bench)
        elif what == "ablation":
            rows = ablation(bench, refit=asked.refit)
        elif what == "curve":
            rows = curve(bench, sizes)
        else:
            parser.error(f"unknown table {what!r}; use peers, ablation, curve")
        show(what, rows, bench.golds)
        versions = {n: version(n) for n in ("scikit-learn", "scipy", "numpy", "spacy")}
        about = {
            "machine": platform.machine(),
            "python": platform.python_version(),
            "versions": versions,
            "model": bench.model.card.get("training", {}).get("sha256"),
            "reference": bench.reference.digest,
        }
        name = f"verdicts-{what}{'-refit' if what == 'ablation' and asked.refit else ''}.json"
        asked.output.mkdir(parents=True, exist_ok=True)
        (asked.output / name).write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
