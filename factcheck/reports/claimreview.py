"""schema.org ClaimReview in JSON-LD. It states that a person published a review, so only confirmed findings are in it."""

from __future__ import annotations

from typing import Any, Final, TextIO

from factcheck.domain import FactcheckError, Finding, Label, Report
from factcheck.reports.said import cited, live_link, web_address
from factcheck.reports.shape import dumps
from factcheck.reports.view import Confirmation, View

#: From worst to best; what the evidence does not settle has no rating and so no review.
_RATINGS: Final = {Label.CONTRADICTED: 1, Label.OVERSTATED: 2, Label.SUPPORTED: 5}
_NAMES: Final = {
    Label.CONTRADICTED: "Contradicted by the evidence",
    Label.OVERSTATED: "Overstated",
    Label.SUPPORTED: "Supported by the evidence",
}


class ClaimReviewWriter:
    """`scan --format claimreview`: a graph of reviews, one for each sentence that an editor confirmed."""

    def __init__(self, out: TextIO, view: View) -> None:
        if view.confirmed is None:
            raise FactcheckError(
                "--format claimreview: states a review by a person; name the findings in --confirmed FILE"
            )
        self._out, self._view = out, view
        self._confirmed = view.confirmed
        self._reviews: list[dict[str, Any]] = []

    def page(self, report: Report) -> None:
        """Keep one page for the end."""
        for finding in report.sentences:
            if finding.id in self._confirmed and finding.label in _RATINGS:
                self._reviews.append(_review(report, finding, self._confirmed[finding.id]))

    def close(self) -> None:
        """Write the reviews."""
        # "<" is escaped, so that the file can stand in a <script> of a page whatever the sentences hold.
        text = dumps({"@context": "https://schema.org", "@graph": self._reviews}, indent=2)
        self._out.write(text.replace("<", "\\u003c") + "\n")


def _review(report: Report, finding: Finding, confirmation: Confirmation) -> dict[str, Any]:
    appearance: dict[str, Any] = {"@type": "WebPage", "name": report.title or report.source}
    address = live_link(report.source, finding.sentence.text)
    if address:
        appearance["url"] = address
    review: dict[str, Any] = {
        "@type": "ClaimReview",
        "@id": f"urn:factcheck:finding:{finding.id}",
        "claimReviewed": finding.sentence.text,
        "itemReviewed": {"@type": "Claim", "name": finding.sentence.text, "appearance": appearance},
        "author": {"@type": "Person", "name": confirmation.editor},
        "datePublished": confirmation.day.isoformat(),
        "reviewBody": finding.explanation,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": _RATINGS[finding.label],
            "worstRating": 1,
            "bestRating": 5,
            "alternateName": _NAMES[finding.label],
        },
        "citation": [s.url for s in cited(finding) if web_address(s.url)],
    }
    if confirmation.url:
        review["url"] = confirmation.url
    return review
