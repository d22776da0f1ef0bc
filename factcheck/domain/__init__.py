"""The nouns of the pipeline: frozen values that the stages hand to each other. Standard library only."""

from factcheck.domain.entries import Entry, Quantity, ReferenceSet, Slots, Source
from factcheck.domain.findings import Claim, Cue, Disclosure, Finding, Notice, Report, Suppression
from factcheck.domain.labels import Disclosed, FactcheckError, Grade, Label, Severity, Stance, Strength
from factcheck.domain.pages import Block, BlockKind, Channel, Document, Page, Sentence, Skipped, SourceSpan

__all__ = [
    "Block",
    "BlockKind",
    "Channel",
    "Claim",
    "Cue",
    "Disclosed",
    "Disclosure",
    "Document",
    "Entry",
    "FactcheckError",
    "Finding",
    "Grade",
    "Label",
    "Notice",
    "Page",
    "Quantity",
    "ReferenceSet",
    "Report",
    "Sentence",
    "Severity",
    "Skipped",
    "Slots",
    "Source",
    "SourceSpan",
    "Stance",
    "Strength",
    "Suppression",
]
