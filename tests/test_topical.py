"""A topic word alone settles nothing: sentences with the right drug and condition, on matters that no entry settles."""

from __future__ import annotations

from pathlib import Path

import yaml

from factcheck.check import FactChecker
from factcheck.domain import Label

SENTENCES = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "topical" / "unsettled.yaml").read_text(encoding="utf-8")
)
#: Share of them that may come out supported: what is measured now. The goal is 0.05.
SUPPORTED = 0.11


def test_few_unsettled_sentences_come_out_supported() -> None:
    checker = FactChecker.load()
    labels = [checker.check(row["text"]).label for row in SENTENCES]
    assert len(SENTENCES) == 200
    assert sum(label is Label.SUPPORTED for label in labels) / len(labels) <= SUPPORTED
