"""The JSON shapes, as docs/schema/report-v1.json publishes them. Offsets are in code points into the page's text."""

from __future__ import annotations

from typing import Any, Final

from factcheck.domain import Claim, Disclosure, Finding, Report, Source
from factcheck.reports.view import Checked, Tool, View

#: Raised when a field changes its meaning or goes; new fields leave it as it is.
VERSION: Final = 1


def tool(tool: Tool) -> dict[str, Any]:
    """What judged."""
    return {
        "name": tool.name,
        "version": tool.version,
        "model": tool.model,
        "reference": tool.reference,
        "as_of": tool.as_of.isoformat(),
    }


def page(report: Report, view: View) -> dict[str, Any]:
    """One page: its findings, and with `view.every` its text and every sentence."""
    shape: dict[str, Any] = {
        "source": report.source,
        "title": report.title,
        "skipped": report.skipped.reason if report.skipped else None,
        "summary": {label.value: count for label, count in report.summary.items()},
    }
    if view.every:
        shape["text"] = report.text
        shape["sentences"] = [finding(f) for f in report.sentences]
    shape["findings"] = [finding(f) for f in view.shown(report)]
    shape["disclosures"] = [disclosure(d) for d in report.disclosures]
    return shape


def disclosure(disclosure: Disclosure) -> dict[str, Any]:
    """Whether a page discloses something, and where."""
    sentence = disclosure.sentence
    return {"id": disclosure.id.value, "present": disclosure.present, "text": sentence.text if sentence else None}


def finding(finding: Finding) -> dict[str, Any]:
    """One judged sentence of a page."""
    sentence = finding.sentence
    return {
        "id": finding.id,
        "label": finding.label.value,
        "confidence": round(finding.confidence, 4),
        "text": sentence.text,
        "start": sentence.start,
        "end": sentence.end,
        "block": sentence.kind.value,
        "channel": sentence.channel.value,
        "strength": finding.strength.value if finding.strength else None,
        "reason": finding.reason,
        "claims": [_claim(c, sentence.start) for c in finding.claims],
        "explanation": finding.explanation,
        "suggestion": finding.suggestion,
        "repeats": [
            {"start": s.start, "end": s.end, "block": s.kind.value, "channel": s.channel.value} for s in finding.repeats
        ],
        "repeat_of": finding.repeat_of,
    }


def checked(checked: Checked) -> dict[str, Any]:
    """One sentence of `factcheck check`: the input object with the verdict added."""
    whole = finding(checked.finding)
    added = ("label", "confidence", "strength", "reason", "claims", "explanation", "suggestion")
    return {**checked.given, **{name: whole[name] for name in added}}


def _claim(claim: Claim, offset: int) -> dict[str, Any]:
    entry = claim.entry
    return {
        "entry": entry.id,
        "stance": claim.stance.value,
        "strength": claim.strength.value,
        "grade": entry.grade.value,
        "label": claim.label.value if claim.label else None,
        "claim": entry.claim,
        "truth": entry.truth,
        "spans": [{"start": offset + c.start, "end": offset + c.end, "cue": c.cue} for c in claim.spans],
        "sources": [_source(s) for s in entry.sources],
    }


def _source(source: Source) -> dict[str, Any]:
    return {"title": source.title, "publisher": source.publisher, "year": source.year, "url": source.url}
