"""Small stores for the tests of what reads them, written without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factcheck.domain import BlockKind, Channel, Disclosed
from factcheck.rows import ClaimRow, DocumentRow, Occurrence, PageRow, VerdictRow
from factcheck.schema import row_id
from factcheck.store import Store

BLOCKS = tuple(kind.value for kind in BlockKind if kind.states)
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
    """A store of these sites and pages; a page that is a string was skipped for that reason.

    `asked`: the audit came to its end, where it works out what each page discloses.
    """
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
                store.put_sentences((_id(s), s.text, s.context, "") for s in said)
                store.put_document(document(url, said), "e")
                store.put_page(PageRow(site, url, "crawl", None, "00", row_id(url)), run)
                store.put_verdicts([_verdict(s) for s in said], judge)
        if asked:
            store.put_disclosures([d.value for d in Disclosed], BLOCKS, Channel.BODY.value)
    return path


def document(url: str, said: Sequence[Said]) -> DocumentRow:
    """What is made of a page that says this, a paragraph each."""
    return DocumentRow(
        row_id(url), "Title", None, tuple(Occurrence(_id(s), 0, 1, BlockKind.PARAGRAPH.value, "body") for s in said)
    )


def _id(said: Said) -> int:
    return row_id(said.text, said.context)


def _verdict(said: Said) -> VerdictRow:
    claims = tuple(
        ClaimRow(entry, stance, strength, "contrary", label, "[]") for entry, stance, strength, label in said.claims
    )
    why = f"Because of {said.text}" if said.claims else ""
    discloses = "".join(f" {Disclosed(name).value} " for name in said.discloses)
    return VerdictRow(_id(said), said.label, 0.9, "flat", "", why, None, claims, discloses)
