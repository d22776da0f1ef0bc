"""W3C Web Annotations (Web Annotation Data Model, 2017), which annotation services and readers take in."""

from __future__ import annotations

from typing import Any, Final, TextIO

from factcheck.domain import Finding, Report
from factcheck.reports.said import citation, cited, deciding, web_address
from factcheck.reports.shape import dumps
from factcheck.reports.view import View

#: Characters before and after the quote that tell it from others like it; Hypothesis uses as many.
CONTEXT: Final = 32


class AnnotationWriter:
    """`scan --format annotation`: an AnnotationCollection in JSON-LD. Positions count in the text that `json --all` gives."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view
        self._items: list[dict[str, Any]] = []

    def page(self, report: Report) -> None:
        """Keep one page for the end."""
        self._items += [self._annotation(report, finding) for finding in self._view.shown(report)]

    def close(self) -> None:
        """Write the collection."""
        collection = {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "type": "AnnotationCollection",
            "label": "factcheck",
            "total": len(self._items),
            "first": {"type": "AnnotationPage", "startIndex": 0, "items": self._items},
        }
        self._out.write(dumps(collection, indent=2) + "\n")

    def _annotation(self, report: Report, finding: Finding) -> dict[str, Any]:
        sentence, tool = finding.sentence, self._view.tool
        instead = f" Instead: {finding.suggestion}" if finding.suggestion else ""
        body: list[dict[str, Any]] = [
            _text(f"{finding.explanation}{instead}".strip(), "commenting"),
            _text(finding.label.value, "tagging"),
            *(_text(entry, "tagging") for entry in dict.fromkeys(c.entry.id for c in deciding(finding))),
        ]
        for source in cited(finding):
            if web_address(source.url):
                body.append({"type": "SpecificResource", "source": source.url, "purpose": "linking"})
            else:
                body.append(_text(citation(source), "linking"))
        return {
            "id": f"urn:factcheck:finding:{finding.id}",
            "type": "Annotation",
            "motivation": "assessing",
            "generator": {"type": "Software", "name": f"{tool.name} {tool.version}"},
            "body": body,
            "target": {
                "source": report.source,
                "selector": [
                    {
                        "type": "TextQuoteSelector",
                        "exact": sentence.text,
                        "prefix": report.text[max(sentence.start - CONTEXT, 0) : sentence.start],
                        "suffix": report.text[sentence.end : sentence.end + CONTEXT],
                    },
                    {"type": "TextPositionSelector", "start": sentence.start, "end": sentence.end},
                ],
            },
        }


def _text(value: str, purpose: str) -> dict[str, Any]:
    return {"type": "TextualBody", "value": value, "format": "text/plain", "language": "en", "purpose": purpose}
