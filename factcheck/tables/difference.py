"""Two audits compared, for reading in a terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final, TextIO

from factcheck.compare import Change, Difference, PageChange
from factcheck.domain import Label
from factcheck.reports.said import visible

#: Raised when a field changes its meaning or goes; new fields leave it as it is.
VERSION: Final = 1
_STATES: Final = {"new": "new page", "gone": "page gone", "unread": "can no longer be read", "read": "can be read now"}
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}


def write_text(difference: Difference, out: TextIO) -> None:
    """`diff --format text`: page by page, `!` before what got worse, and a line that sums it up."""
    for page in difference.pages:
        state = f" ({_STATES[page.state]})" if page.state in _STATES else ""
        out.write(f"{visible(page.url)}{state}\n")
        for change in page.changes:
            out.write(
                f"{'!' if change.worse else ' '} {_SIGNS[change.kind]} {_verdict(change)}: {visible(change.text)}\n"
            )
        for lost in page.lost:
            out.write(f"! - no longer mentioned: {lost.replace('_', ' ')}\n")
        for gained in page.gained:
            out.write(f"  + now mentioned: {gained.replace('_', ' ')}\n")
    counts = _counts(difference)
    out.write(
        f"{counts['added']} claims added, {counts['removed']} removed, {counts['changed']} judged otherwise, on"
        f" {counts['pages']} pages; worse on {counts['worse']}.\n"
    )


def write_json(difference: Difference, out: TextIO) -> None:
    """`diff --format json`: `{"version", "old", "new", "same_judge", "summary", "pages"}`."""
    document = {
        "version": VERSION,
        "old": asdict(difference.old),
        "new": asdict(difference.new),
        "same_judge": difference.same_judge,
        "summary": _counts(difference),
        "pages": [_page(page) for page in difference.pages],
    }
    json.dump(document, out, ensure_ascii=False, indent=1)
    out.write("\n")


def _counts(difference: Difference) -> dict[str, int]:
    kinds = [change.kind for page in difference.pages for change in page.changes]
    counts = {kind: kinds.count(kind) for kind in _SIGNS}
    return {**counts, "pages": len(difference.pages), "worse": sum(page.worse for page in difference.pages)}


def _verdict(change: Change) -> str:
    named = [label.value.replace("_", " ") for label in (change.before, change.after) if label is not None]
    return " → ".join(named)


def _page(page: PageChange) -> dict[str, Any]:
    return {
        "url": page.url,
        "state": page.state,
        "worse": page.worse,
        "changes": [
            {"kind": c.kind, "text": c.text, "before": _value(c.before), "after": _value(c.after), "worse": c.worse}
            for c in page.changes
        ],
        "disclosures_lost": list(page.lost),
        "disclosures_gained": list(page.gained),
    }


def _value(label: Label | None) -> str | None:
    return label.value if label else None
