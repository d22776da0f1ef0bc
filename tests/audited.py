"""Small stores for the tests of what reads them, written without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factcheck.rows import ClaimRow, DocumentRow, Occurrence, PageRow, VerdictRow
from factcheck.schema import row_id
from factcheck.store import Store

DISCLOSURES = ("off_label", "risks", "abuse", "results_vary")
RUN = {
    "started": "2026-01-02T03:04:05Z",
    "finished": "2026-01-02T03:05:05Z",
    "sources": "[]",
    "tool": "0.1.0",
    "model": "base",
    "reference": "r",
    "as_of": "2026-01-01",
    "extractor": "e",
    "judge": "j",
}


@dataclass(frozen=True)
class Said:
    """A sentence, its verdict, and what it says: entry, stance, strength and the label of the claim."""

    text: str
    label: str = "no_claim"
    claims: tuple[tuple[str, str, str, str | None], ...] = ()
    discloses: tuple[str, ...] = ()
    context: str = ""


APPROVED = Said(
    "Ketamine is FDA-approved for depression.",
    "contradicted",
    (("ketamine-not-fda-approved-psychiatric", "asserts", "flat", "contradicted"),),
)
HARMLESS = Said("Ketamine is not addictive.", "contradicted", (("abuse-potential", "denies", "flat", "contradicted"),))
GUARANTEED = Said("Ketamine always relieves PTSD.", "overstated", (("ptsd", "asserts", "absolute", "overstated"),))
BOLD = Said("Ketamine relieves PTSD.", "overstated", (("ptsd", "asserts", "flat", "overstated"),))
FAIR = Said(
    "Ketamine is used off-label and can be abused.",
    "supported",
    (("abuse-potential", "asserts", "flat", "supported"),),
    ("off_label", "abuse"),
)
HELLO = Said("We are open on Monday.")


def fill(
    path: Path, sites: Mapping[str, Mapping[str, Sequence[Said] | str]], *, asked: bool = True, judge: str = "j"
) -> Path:
    """A store of these sites and pages; a page that is a string was skipped for that reason. `asked`: for disclosures."""
    with Store.open(path) as store:
        run = store.begin_run({**RUN, "judge": judge})
        store.put_entries(
            (
                name,
                f"Claim of {name}.",
                "Truth.",
                "contrary",
                "Licensed.",
                json.dumps([{"title": "A label", "url": None}]),
            )
            for name in ("ketamine-not-fda-approved-psychiatric", "abuse-potential", "ptsd")
        )
        for site, pages in sites.items():
            for url, said in pages.items():
                if isinstance(said, str):
                    store.put_page(PageRow(site, url, "crawl", None, skipped=said), run)
                    continue
                document = row_id(url)
                ids = [row_id(s.text, s.context) for s in said]
                store.put_sentences((i, s.text, s.context) for i, s in zip(ids, said, strict=True))
                occurrences = tuple(Occurrence(i, 0, 1, "paragraph", "body") for i in ids)
                store.put_document(DocumentRow(document, "Title", None, occurrences), "e")
                store.put_page(PageRow(site, url, "crawl", None, "00", document), run)
                store.put_verdicts([_verdict(i, s) for i, s in zip(ids, said, strict=True)], judge)
                for disclosure in DISCLOSURES if asked else ():
                    by = next((i for i, s in zip(ids, said, strict=True) if disclosure in s.discloses), None)
                    store.connection.execute(
                        "INSERT INTO disclosures VALUES (?, ?, ?, ?)", (document, disclosure, int(by is not None), by)
                    )
    return path


def _verdict(sentence_id: int, said: Said) -> VerdictRow:
    claims = tuple(
        ClaimRow(entry, stance, strength, "contrary", label, "[]") for entry, stance, strength, label in said.claims
    )
    why = f"Because of {said.text}" if said.claims else ""
    return VerdictRow(sentence_id, said.label, 0.9, "flat", "", why, None, claims)
