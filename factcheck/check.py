"""The pipeline: one page in, one report out.

load -> extract -> split -> read -> weigh (detect, match) -> decide (judge) -> disclose -> report
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from factcheck.compound import leans_on, statements
from factcheck.decide import Decision, decide, outweighed
from factcheck.disclose import Discloser
from factcheck.domain import Document, Entry, Finding, Label, Page, Report, Sentence, Skipped
from factcheck.explain import explain, off_topic
from factcheck.extract import extract
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.model import Model, load_model
from factcheck.paths import data_dir, models_dir
from factcheck.read import FALSITY, Reader, Reading
from factcheck.reference import as_it_stood, load_reference
from factcheck.reword import Flagged, Suggester
from factcheck.split import split
from factcheck.weigh import CERTAIN, Weighed, Weigher
from factcheck.words import Subjects, load_rows, naming

#: The shipped model.
DEFAULT_MODEL = "base"
#: Sentences weighed together: enough to make array work pay, little enough to keep memory flat on long pages.
_BATCH = 256


class FactChecker:
    """Checks sentences and pages against a reference set with a trained model. Make one with `load`.

    All that it keeps are wordings that it has found to be supported, so as not to judge them again.
    """

    def __init__(
        self,
        reader: Reader,
        subjects: Subjects,
        model: Model,
        weigher: Weigher,
        disclosures: Path,
        reference_digest: str,
        reviewed: date,
    ) -> None:
        self.entries: Mapping[str, Entry] = weigher.matcher.by_id
        self.matcher = weigher.matcher
        self._reader = reader
        self._subjects = subjects
        self._weigher = weigher
        self._disclosures = disclosures
        self._suggester = Suggester(reader.lexicon, self.entries, self._labels)
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
        reference:
            Folders of entries (and lexicon rows) added to the shipped set.
        model:
            A model folder other than the shipped.
        as_of:
            Judge by what was true on that day; the default is the set's review date.
        data:
            A data folder other than the shipped.

        Raises
        ------
        FactcheckError
            A `DataError` or `ModelError`, with one line on what is wrong with which file.

        Examples
        --------
        >>> from datetime import date
        >>> checker = FactChecker.load(as_of=date(2018, 1, 1))
        >>> checker.check("Spravato is FDA-approved for treatment-resistant depression.").label.value
        'contradicted'
        """
        root = data or data_dir()
        shipped = load_rows([root / "lexicon"])
        rows = load_rows([root / "lexicon", *reference]) if reference else shipped
        lexicon = Lexicon(rows.concepts.values(), rows.cues.values())
        entries = load_reference([root / "reference", *reference], rows.ids)
        day = as_of or entries.reviewed
        loaded = load_model(model or models_dir() / DEFAULT_MODEL)
        weigher = Weigher(loaded, Matcher(as_it_stood(entries, day).entries.values(), lexicon.names))
        met = {e.drug for e in entries.entries.values() if e.id in loaded.grades}
        unmet = frozenset(e.drug for e in entries.entries.values()) - met
        reader = Reader(lexicon, unmet, None if rows.ids == shipped.ids else Reader(lexicon.only(shipped.ids)))
        return cls(reader, Subjects(rows), loaded, weigher, root / "disclosures", entries.digest, day)

    @cached_property
    def discloser(self) -> Discloser:
        """Reads what a page discloses; loaded when it is first asked for, since single sentences need none."""
        return Discloser.load(self._disclosures)

    def check_page(self, page: Page) -> Report:
        """Check a page. What cannot be checked comes back as a report with `skipped` set."""
        document = extract(page)
        if isinstance(document, Skipped):
            return Report(page.source, "", "", skipped=document)
        return self.check_document(document)

    def check_document(self, document: Document) -> Report:
        """Check an extracted page. One that names none of the treatments that the set is about is not read any further."""
        sentences = split(document)
        if not self.on_topic(document):
            unread = tuple(_unread(document.source, sentence) for sentence in sentences)
            return Report(document.source, document.title, document.text, unread)
        subject = self._subjects.meant(naming(document))
        findings = tuple(repeated(self.check_sentences(sentences, document.source, subject)))
        disclosures = self.discloser.page(findings)
        return Report(document.source, document.title, document.text, findings, disclosures=disclosures)

    def on_topic(self, document: Document) -> bool:
        """Whether the page names, in text, title or address, a treatment that the reference set could be about."""
        return self._subjects.named(naming(document))

    def check(self, text: str, before: str = "") -> Finding:
        """Check one sentence; `before` is the sentence before it, where it leans on that.

        Examples
        --------
        >>> checker = FactChecker.load()
        >>> finding = checker.check("Ketamine is non-addictive.")
        >>> finding.label, finding.strength
        (<Label.CONTRADICTED: 'contradicted'>, <Strength.FLAT: 'flat'>)
        >>> claim = finding.claims[0]
        >>> claim.entry.id, claim.stance.value, claim.entry.sources[0].year
        ('abuse-potential', 'denies', 2026)
        >>> checker.check("It is non-addictive.", before="We offer ketamine.").label.value
        'contradicted'
        """
        return self.check_many([text], [before])[0]

    def check_many(self, texts: Iterable[str], before: Iterable[str] | None = None) -> list[Finding]:
        """Check single sentences together, which is faster than one by one; `before` has one for each, or is left out.

        Raises `TypeError` where one is not a string (a missing value in a table, say), `ValueError` where `before` has fewer
        or more.

        Examples
        --------
        >>> found = FactChecker.load().check_many(["Ketamine cures depression.", "Ketamine may relieve depression."])
        >>> [finding.label.value for finding in found]
        ['contradicted', 'supported']
        """
        asked = list(texts)
        for n, text in enumerate(asked):
            if not isinstance(text, str):
                raise TypeError(f"text {n} is {text!r}, not a string; leave missing values out")
        contexts = [""] * len(asked) if before is None else before
        return self.check_sentences([Sentence(t, 0, len(t), before=b) for t, b in zip(asked, contexts, strict=True)])

    def check_sentences(
        self, sentences: Sequence[Sentence], source: str = "", subject: frozenset[str] = frozenset()
    ) -> list[Finding]:
        """Check sentences, in order. The same sentence gets the same verdict in any company; one that names no treatment is read
        as speaking of `subject`, or of ketamine."""
        asked = list(dict.fromkeys(s.judged_on for s in sentences))
        decisions: dict[tuple[str, str], Decision] = {}
        flagged: dict[tuple[str, str], Flagged] = {}
        for key, (decision, reading) in zip(asked, self._decide(asked, subject), strict=True):
            decisions[key] = decision
            if decision.label.flagged:
                flagged[key] = Flagged(decision.claims[0].entry, self._suggester.subject(key[0], reading))
        suggestions = dict(zip(flagged, self._suggester.suggest(list(flagged.values())), strict=True))
        whys = {key: explain(decision) for key, decision in decisions.items()}
        sure = {key: round(decision.confidence, 4) for key, decision in decisions.items()}
        seen: Counter[str] = Counter()
        findings = []
        for sentence in sentences:
            seen[sentence.text] += 1
            identifier = _identifier(source, sentence.text, seen[sentence.text])
            key = sentence.judged_on
            findings.append(_finding(identifier, sentence, decisions[key], sure[key], whys[key], suggestions.get(key)))
        return findings

    def _decide(
        self, asked: Sequence[tuple[str, str]], subject: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Decision, Reading]]:
        """The verdict on each text with its context, and how it was read: as a whole, then part by part where it is compound."""
        for i in range(0, len(asked), _BATCH):
            batch = asked[i : i + _BATCH]
            weighed = list(self._weigher.weigh([self._reader.read(text, before, subject) for text, before in batch]))
            decided = [decide(w) for w in weighed]
            parts = [
                (n, text, start, end)
                for n, (text, _) in enumerate(batch)
                if (decided[n].confidence < CERTAIN or decided[n].claims) and FALSITY not in weighed[n].reading.cues
                for start, end in statements(text)
            ]
            readings = [
                self._reader.read(text, leans_on(batch[n][1], text, start), subject, (start, end))
                for n, text, start, end in parts
            ]
            for (n, *_), part in zip(parts, self._weigher.weigh(readings), strict=True):
                slotted = part._replace(claims=tuple(c for c in part.claims if c.candidate is not None))
                decided[n] = outweighed(decided[n], decide(slotted))
            yield from zip(decided, (w.reading for w in weighed), strict=True)

    def _labels(self, texts: Sequence[str]) -> list[Label]:
        return [decision.label for decision, _ in self._decide([(text, "") for text in texts])]

    def weigh(self, sentences: Sequence[Sentence]) -> Iterator[Weighed]:
        """What stands behind the verdicts of sentences, in order: their readings, claims and the probability of each label."""
        for i in range(0, len(sentences), _BATCH):
            yield from self._weigher.weigh([self._reader.read(*s.judged_on) for s in sentences[i : i + _BATCH]])


def repeated(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a page, in order, with sentences that got the same verdict before pointing to where they first stood."""
    first: dict[tuple[str, Label], int] = {}
    again: dict[int, list[int]] = {}
    for i, finding in enumerate(findings):
        home = first.setdefault((finding.sentence.text, finding.label), i)
        if home != i:
            again.setdefault(home, []).append(i)
    out = list(findings)
    for home, others in again.items():
        out[home] = replace(out[home], repeats=tuple(findings[i].sentence for i in others))
        for i in others:
            out[i] = replace(out[i], repeat_of=findings[home].id)
    return out


def _finding(
    identifier: str, sentence: Sentence, decision: Decision, confidence: float, why: str, suggestion: str | None
) -> Finding:
    return Finding(
        identifier,
        sentence,
        decision.label,
        confidence,
        decision.claims[0].strength if decision.claims else None,
        decision.reason,
        decision.claims,
        why,
        suggestion,
    )


def _unread(source: str, sentence: Sentence) -> Finding:
    identifier = _identifier(source, f"{sentence.start} {sentence.text}", 1)
    return Finding(identifier, sentence, Label.NO_CLAIM, 1.0, None, "off topic", (), off_topic())


def _identifier(source: str, text: str, occurrence: int) -> str:
    """Stable across runs and machines: of the source, the sentence, and which of several like it on the page."""
    return hashlib.sha256(f"{source}\0{text}\0{occurrence}".encode()).hexdigest()[:12]
