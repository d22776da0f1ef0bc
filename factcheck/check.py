"""The pipeline: one page in, one report out.

load -> extract -> split -> read -> weigh (detect, match) -> decide (judge) -> report
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from factcheck.decide import decide
from factcheck.domain import BlockKind, Document, Finding, Page, Report, Sentence, Skipped
from factcheck.explain import explain, suggest
from factcheck.extract import extract
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.model import Model, load_model
from factcheck.paths import data_dir, models_dir
from factcheck.read import Reader
from factcheck.reference import as_it_stood, load_reference
from factcheck.split import split
from factcheck.weigh import Weigher

#: The shipped model.
DEFAULT_MODEL = "base"
#: Sentences weighed together: enough to make array work pay, little enough to keep memory flat on long pages.
_BATCH = 256


class FactChecker:
    """Checks sentences and pages against a reference set with a trained model. Make one with `load`; it keeps no state."""

    def __init__(self, reader: Reader, model: Model, weigher: Weigher, reference_digest: str, reviewed: date) -> None:
        self._reader = reader
        self._weigher = weigher
        self.model_name = model.name
        self.reference_digest = reference_digest
        self.reviewed = reviewed

    @classmethod
    def load(
        cls,
        reference: Sequence[Path] = (),
        model: Path | None = None,
        as_of: date | None = None,
        *,
        data: Path | None = None,
    ) -> FactChecker:
        """Load the shipped reference set, lexicon and model.

        Parameters
        ----------
        reference: folders of entries (and lexicon rows) added to the shipped set.
        model: a model folder other than the shipped. data: a data folder other than the shipped.
        as_of: judge by what was true on that day; the default is the set's review date.

        Raises `DataError` or `ModelError` (both `FactcheckError`) with one line on what is wrong with which file.
        """
        root = data or data_dir()
        lexicon = Lexicon.load([root / "lexicon", *reference])
        entries = load_reference([root / "reference", *reference], frozenset(lexicon.rows))
        day = as_of or entries.reviewed
        loaded = load_model(model or models_dir() / DEFAULT_MODEL)
        weigher = Weigher(loaded, Matcher(as_it_stood(entries, day).entries.values(), lexicon.names))
        return cls(Reader(lexicon), loaded, weigher, entries.digest, day)

    def check_page(self, page: Page) -> Report:
        """Check a page. What cannot be checked comes back as a report with `skipped` set."""
        document = extract(page)
        if isinstance(document, Skipped):
            return Report(page.source, "", "", skipped=document)
        return self.check_document(document)

    def check_document(self, document: Document) -> Report:
        """Check an extracted page."""
        findings = self.check_sentences(split(document), document.source)
        return Report(document.source, document.title, document.text, tuple(findings))

    def check(self, text: str, before: str = "") -> Finding:
        """Check one sentence; `before` is the sentence before it, where it leans on that."""
        return self.check_sentences([Sentence(text, 0, len(text), before=before)])[0]

    def check_sentences(self, sentences: Sequence[Sentence], source: str = "") -> list[Finding]:
        """Check sentences, in order. The same sentence gets the same verdict in any company."""
        findings = []
        seen: Counter[str] = Counter()
        for i in range(0, len(sentences), _BATCH):
            batch = sentences[i : i + _BATCH]
            readings = [self._reader.read(s.text, _context(s)) for s in batch]
            for sentence, weighed in zip(batch, self._weigher.weigh(readings), strict=True):
                decision = decide(weighed)
                seen[sentence.text] += 1
                findings.append(
                    Finding(
                        _identifier(source, sentence.text, seen[sentence.text]),
                        sentence,
                        decision.label,
                        round(decision.confidence, 4),
                        decision.claims[0].strength if decision.claims else None,
                        decision.reason,
                        decision.claims,
                        explain(decision),
                        suggest(decision),
                    )
                )
        return findings


def judged_on(sentence: Sentence) -> tuple[str, str]:
    """All that a sentence's verdict depends on: its text, and its context as `Sentence.before` of a sentence on its own.

    Sentences that are equal in this get equal verdicts, so that one is enough to judge (`audit`).
    """
    return sentence.text, _context(sentence)


def _context(sentence: Sentence) -> str:
    """What a reader has in mind: the sentence before, or for a table's cell its column and row."""
    return sentence.heading if sentence.kind is BlockKind.TABLE_CELL else sentence.before


def _identifier(source: str, text: str, occurrence: int) -> str:
    """Stable across runs and machines: of the source, the sentence, and which of several like it on the page."""
    return hashlib.sha256(f"{source}\0{text}\0{occurrence}".encode()).hexdigest()[:12]
