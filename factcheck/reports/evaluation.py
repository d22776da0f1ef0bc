"""`factcheck evaluate`: the scores of a gold set as text or JSON. Sentences of hidden gold are never written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TextIO

from factcheck.domain import Label
from factcheck.evaluate import Change, Evaluation, Judged
from factcheck.floors import Shortfall
from factcheck.reports.said import visible
from factcheck.reports.shape import VERSION, tool
from factcheck.reports.view import Tool
from factcheck.scores import F1

#: Errors shown for each pair of gold and predicted label, and changes of flags shown.
_MOST_ERRORS: Final = 3
_MOST_CHANGES: Final = 20
_LABELS: Final = list(Label)


def write_text(
    evaluations: Sequence[Evaluation],
    changed: Mapping[str, Sequence[Change]],
    short: Sequence[Shortfall],
    out: TextIO,
    tool: Tool,
    *,
    sentences: bool = True,
) -> None:
    """Write tables to be read in a terminal.

    Args:
        evaluations: One for each part of the gold.
        changed: By name of the part, what another model flags otherwise.
        short: The floors that were not reached.
        out: Where to write.
        tool: What judged.
        sentences: Whether sentences may be shown, where the gold is not hidden anyway.
    """
    for evaluation in evaluations:
        shown = sentences and not evaluation.gold.hidden
        for line in _part(evaluation, shown=shown):
            out.write(line + "\n")
        if evaluation.gold.name in changed:
            for line in _changes(changed[evaluation.gold.name], shown=shown):
                out.write(line + "\n")
    for s in short:
        out.write(f"{s.gold}: {s.score} is {s.value:.4f}, its floor {s.floor:.4f}\n")
    out.write(f"Model {tool.model}, reference set {tool.reference}, judged as of {tool.as_of}.\n")


def write_json(
    evaluations: Sequence[Evaluation],
    changed: Mapping[str, Sequence[Change]],
    short: Sequence[Shortfall],
    out: TextIO,
    who: Tool,
    *,
    sentences: bool = True,
) -> None:
    """Write one JSON object; the arguments are those of `write_text`."""
    parts = [_shape(e, changed.get(e.gold.name), shown=sentences and not e.gold.hidden) for e in evaluations]
    shortfalls = [{"gold": s.gold, "score": s.score, "floor": s.floor, "value": s.value} for s in short]
    whole = {"version": VERSION, "tool": tool(who), "gold": parts, "below_floors": shortfalls}
    out.write(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")


def _shape(e: Evaluation, changed: Sequence[Change] | None, *, shown: bool) -> dict[str, Any]:
    s = e.scores
    shape: dict[str, Any] = {
        "name": e.gold.name,
        "sha256": e.gold.digest,
        "n": len(e.judged),
        "accuracy": s["accuracy"],
        "macro_f1": s["macro-F1"],
        "flagged": {k: s[f"flagged {k}" if k != "f1" else "flagged F1"] for k in ("precision", "recall", "f1")},
        "claim": {k: s[f"claim {k}" if k != "f1" else "claim F1"] for k in ("precision", "recall", "f1")},
    }
    if _by_label(e):
        shape["by_label"] = {label.value: _f1(score) for label, score in e.labels.items()}
        shape["confusion"] = {
            g.value: {p.value: n for p in Label if (n := e.confusion.get((g, p), 0))} for g in e.labels
        }
    if "groups right" in s:
        groups = len({j.line.group for j in e.judged if j.line.group is not None})
        shape["groups"] = {"n": groups, "all_right": s["groups right"]}
    if "first citation right" in s:
        shape["citation"] = {
            "n": sum(bool(j.line.entries) for j in e.judged),
            "first_right": s["first citation right"],
            "any_right": s["any citation right"],
            "mean_cited": round(s["cited on average"], 2),
            "flags_with_right_label_and_source": s.get("flags with right label and source"),
        }
    shape["calibration_error"] = s["calibration error"]
    shape["accuracy_of_surest"] = {f"{k}%": s[f"accuracy of surest {k} %"] for k in (50, 80)}
    shape["intervals"] = {name: [low, high] for name, (low, high) in e.intervals.items()}
    if "recall of contradicted" in s and _by_label(e):
        shape["recall_of_contradicted"] = s["recall of contradicted"]
    if e.kinds:
        shape["kinds"] = {
            kind: {
                "lines": t.lines,
                "right": t.right,
                "groups": t.groups,
                "groups_right": t.groups_right,
                "recall_of_contradicted": t.recall,
            }
            for kind, t in e.kinds.items()
        }
    if shown:
        shape["errors"] = [_error(j) for j in e.worst()]
    if changed is not None:
        shape["changes"] = {
            kind: {"right": sum(c.right for c in some), "wrong": sum(not c.right for c in some)}
            for kind in ("gained", "lost", "changed")
            if (some := [c for c in changed if c.kind == kind])
        }
        if shown:
            shape["changed"] = [
                {
                    "id": c.line.id,
                    "text": c.line.text,
                    "gold": c.line.label.value,
                    "other": c.before.value,
                    "this": c.after.value,
                }
                for c in changed
            ]
    return _rounded(shape)


def _error(j: Judged) -> dict[str, Any]:
    return {
        "id": j.line.id,
        "text": j.line.text,
        "before": j.line.before or None,
        "gold": j.line.label.value,
        "label": j.finding.label.value,
        "confidence": j.finding.confidence,
        "reason": j.finding.reason,
        "entries": list(j.line.entries),
        "claims": [c.entry.id for c in j.finding.claims],
    }


def _f1(score: F1) -> dict[str, float]:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1, "support": score.support}


def _rounded(value: dict[str, Any]) -> dict[str, Any]:
    """The same with numbers at four decimals, as they are compared."""
    return {k: _round(v) for k, v in value.items()}


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return _rounded(value)
    return [_round(v) for v in value] if isinstance(value, list) else value


def _by_label(e: Evaluation) -> bool:
    """Of a blind file aggregates only: scores per label would say too much of the few sentences that have it."""
    return not e.gold.name.startswith("blind")


def _part(e: Evaluation, *, shown: bool) -> Iterator[str]:
    yield f"{visible(e.gold.name)}: {len(e.judged)} sentences, sha256 {e.gold.digest[:12]}"
    yield ""
    if _by_label(e):
        yield f"  {'label':<14}{'precision':>10}{'recall':>8}{'F1':>8}{'number':>8}"
        for label, score in e.labels.items():
            yield f"  {label.value:<14}{score.precision:>10.3f}{score.recall:>8.3f}{score.f1:>8.3f}{score.support:>8}"
        yield ""
    for name, value in e.scores.items():
        if name == "recall of contradicted" and not _by_label(e):
            continue
        low, high = e.intervals.get(name, (None, None))
        between = f"  95 % interval {low:.3f} to {high:.3f}" if low is not None else ""
        yield f"  {name:<34}{value:>8.3f}{between}"
    yield ""
    if e.kinds:
        yield f"  {'kind':<18}{'lines':>6}{'right':>8}{'groups':>8}{'right':>8}{'recall of contradicted':>24}"
        for kind, t in e.kinds.items():
            recall = f"{t.recall:.3f}" if t.recall is not None else "-"
            yield f"  {kind:<18}{t.lines:>6}{t.right:>8.3f}{t.groups:>8}{t.groups_right:>8.3f}{recall:>24}"
        yield ""
    if _by_label(e):
        yield f"  {'gold, read as':<14}" + "".join(f"{label.value:>14}" for label in _LABELS)
        for gold in e.labels:
            yield f"  {gold.value:<14}" + "".join(f"{e.confusion.get((gold, p), 0):>14}" for p in _LABELS)
        yield ""
    if shown:
        yield from _errors(e)


def _errors(e: Evaluation) -> Iterator[str]:
    """The most confident errors of each confusion, the most frequent confusion first."""
    worst = e.worst()
    pairs = sorted(
        ((n, g, p) for (g, p), n in e.confusion.items() if g is not p), key=lambda x: (-x[0], x[1].value, x[2].value)
    )
    for n, gold, predicted in pairs:
        yield f"  {gold.value} read as {predicted.value}: {n}"
        some = [j for j in worst if (j.line.label, j.finding.label) == (gold, predicted)][:_MOST_ERRORS]
        for j in some:
            cited = ", ".join(c.entry.id for c in j.finding.claims) or j.finding.reason
            yield f"    {j.finding.confidence:.2f}  {visible(j.line.text)}"
            yield f"          {visible(j.line.id)}; cites {cited}"
    if pairs:
        yield ""


def _changes(changed: Sequence[Change], *, shown: bool) -> Iterator[str]:
    for kind in ("gained", "lost", "changed"):
        some = [c for c in changed if c.kind == kind]
        right = sum(c.right for c in some)
        yield f"  findings {kind} against the other model: {len(some)}, {right} rightly, {len(some) - right} wrongly"
        for c in some[:_MOST_CHANGES] if shown else ():
            moved = f"{c.before.value} -> {c.after.value}, gold {c.line.label.value}"
            yield f"    {'+' if c.right else '-'} {moved}: {visible(c.line.text)}"
    yield ""
