"""The JSON shapes, as docs/schema/report-v1.json publishes them. Offsets are in code points into the page's text."""

from __future__ import annotations

import json
from typing import Any, Final

from factcheck.domain import Claim, Disclosure, Finding, Report, Source
from factcheck.reports.view import Checked, Tool, View

#: Raised when a field changes its meaning or goes; new fields leave it as it is.
VERSION: Final = 1


# What JSON may hold as it is and a terminal would obey: controls past ASCII, and what turns the direction of text.
_OBEYED: Final = {
    code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def escaped(document: str) -> str:
    """The same JSON with every control and direction override as an escape, so that it can be looked at in a terminal."""
    return document.translate(_OBEYED)


def dumps(document: Any, indent: int | None = None) -> str:
    """JSON text that can be looked at in a terminal."""
    return escaped(json.dumps(document, ensure_ascii=False, indent=indent))


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
    shape["suppressed"] = [finding(f) for f in report.suppressed]
    shape["notices"] = [{"line": n.line, "text": n.text} for n in report.notices]
    shape["disclosures"] = [disclosure(d) for d in report.disclosures]
    return shape


def disclosure(disclosure: Disclosure) -> dict[str, Any]:
    """Whether a page discloses something, and where."""
    sentence = disclosure.sentence
    return {"id": disclosure.id.value, "present": disclosure.present, "text": sentence.text if sentence else None}


def finding(finding: Finding) -> dict[str, Any]:
    """One judged sentence of a page."""
    sentence, silenced = finding.sentence, finding.suppressed
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
        "line": sentence.source_span.line if sentence.source_span else None,
        "severity": finding.weight.value if finding.label.flagged else None,
        "suppression": {"kind": silenced.kind, "reason": silenced.reason} if silenced else None,
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
