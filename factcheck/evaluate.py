"""Verdicts against gold: scores, citations, confusions, contrast groups by kind, and what another model finds instead."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factcheck.check import FactChecker
from factcheck.domain import Finding, Label, Sentence
from factcheck.gold import Gold, GoldLine, parent
from factcheck.scores import F1, Outcome, accuracy_of_surest, f1, intervals, summary

#: Scores of which less is better.
CEILINGS = frozenset({"calibration error", "cited on average"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A gold sentence with what was made of it."""

    line: GoldLine
    finding: Finding

    @property
    def right(self) -> bool:
        """Whether the label is the gold one."""
        return self.finding.label is self.line.label

    @property
    def outcome(self) -> Outcome:
        """For the scores."""
        return Outcome(self.line.label, self.finding.label, self.finding.confidence)


@dataclass(frozen=True, slots=True)
class Tally:
    """Lines and groups of one kind. `recall` is of `contradicted`, None where no line is."""

    lines: int
    right: float
    groups: int
    groups_right: float
    recall: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How one gold set, or part of one, came out. Ambiguous lines are left out of all of it."""

    gold: Gold
    judged: tuple[Judged, ...]
    scores: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    labels: Mapping[Label, F1]
    confusion: Mapping[tuple[Label, Label], int]
    kinds: Mapping[str, Tally]

    def worst(self) -> list[Judged]:
        """The errors, the most confident first."""
        wrong = (j for j in self.judged if not j.right)
        return sorted(wrong, key=lambda j: (-j.finding.confidence, j.line.id))


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that only one of two models flags, or that they flag differently."""

    line: GoldLine
    before: Label
    after: Label

    @property
    def kind(self) -> str:
        """`gained`, `lost` or, where both flag it, `changed`."""
        if self.after.flagged and self.before.flagged:
            return "changed"
        return "gained" if self.after.flagged else "lost"

    @property
    def right(self) -> bool:
        """Whether the change made the label right, or the flag."""
        if self.line.label in (self.before, self.after):
            return self.after is self.line.label
        return self.after.flagged == self.line.label.flagged


def evaluate(gold: Gold, checker: FactChecker) -> Evaluation:
    """Judge the sentences of a gold set, labels hidden, and score what comes back.

    The scores are those of accuracy, F1 (per label, over the labels that the gold has, and for flagged and claim), citation,
    expected calibration error and accuracy of the surest, with bootstrap intervals of a fixed seed.
    """
    sentences = [Sentence(g.text, 0, len(g.text), before=g.before) for g in gold.lines]
    findings = checker.check_sentences(sentences)
    pairs = zip(gold.lines, findings, strict=True)
    judged = tuple(Judged(g, f) for g, f in pairs if not g.ambiguous)
    outcomes = [j.outcome for j in judged]
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for j in judged:
        if j.line.kind is not None:
            by_kind[j.line.kind].append(j)
    return Evaluation(
        gold,
        judged,
        _scores(judged, outcomes),
        intervals(outcomes),
        {label: f1(outcomes, label.__eq__) for label in Label if any(o.gold is label for o in outcomes)},
        dict(Counter((o.gold, o.predicted) for o in outcomes)),
        {kind: _tally(lines) for kind, lines in sorted(by_kind.items())},
    )


def changes(before: Evaluation, after: Evaluation) -> list[Change]:
    """The flags gained, lost and changed between two evaluations of the same gold, in its order."""
    pairs = zip(before.judged, after.judged, strict=True)
    found = [Change(a.line, b.finding.label, a.finding.label) for b, a in pairs]
    return [c for c in found if c.before is not c.after and (c.before.flagged or c.after.flagged)]


def _scores(judged: Sequence[Judged], outcomes: Sequence[Outcome]) -> dict[str, float]:
    claim = f1(outcomes, lambda label: label is not Label.NO_CLAIM)
    scores = summary(outcomes) | {"claim precision": claim.precision, "claim recall": claim.recall}
    if contradicted := [j.right for j in judged if j.line.label is Label.CONTRADICTED]:
        scores["recall of contradicted"] = _share(contradicted)
    scores |= _groups(judged) | _citation(judged)
    # Last in the table: how far the confidence can be trusted.
    scores["calibration error"] = scores.pop("calibration error")
    return scores | {f"accuracy of surest {k} %": accuracy_of_surest(outcomes, k) for k in (50, 80)}


def _groups(judged: Sequence[Judged]) -> dict[str, float]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for j in judged:
        if j.line.group is not None:
            groups[j.line.group].append(j.right)
    return {"groups right": _share([all(lines) for lines in groups.values()])} if groups else {}


def _citation(judged: Sequence[Judged]) -> dict[str, float]:
    """Whether the entries cited are those that decide the sentence, over the sentences of which these are known."""
    rows = [
        ({parent(e) for e in j.line.entries}, [parent(c.entry.id) for c in j.finding.claims], j)
        for j in judged
        if j.line.entries
    ]
    if not rows:
        return {}
    first = [bool(cited) and cited[0] in known for known, cited, _ in rows]
    flags = [ok and j.right for ok, (_, _, j) in zip(first, rows, strict=True) if j.finding.label.flagged]
    scores = {
        "first citation right": _share(first),
        "any citation right": _share([not known.isdisjoint(cited) for known, cited, _ in rows]),
        "cited on average": sum(len(cited) for _, cited, _ in rows) / len(rows),
    }
    return scores | ({"flags with right label and source": _share(flags)} if flags else {})


def _tally(lines: Sequence[Judged]) -> Tally:
    groups: dict[str | None, list[bool]] = defaultdict(list)
    for j in lines:
        groups[j.line.group].append(j.right)
    contradicted = [j.right for j in lines if j.line.label is Label.CONTRADICTED]
    return Tally(
        len(lines),
        _share([j.right for j in lines]),
        len(groups),
        _share([all(right) for right in groups.values()]),
        _share(contradicted) if contradicted else None,
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)
