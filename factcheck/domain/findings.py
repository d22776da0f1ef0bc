"""What is found on a page: claims, findings, disclosures, the report."""

from __future__ import annotations

from dataclasses import dataclass

from factcheck.domain.entries import Entry
from factcheck.domain.labels import Disclosed, Label, Severity, Stance, Strength
from factcheck.domain.pages import Sentence, Skipped


@dataclass(frozen=True, slots=True)
class Cue:
    """A span of the sentence that decided something; `start` and `end` are offsets into `Sentence.text`."""

    start: int
    end: int
    cue: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says about one entry, and what the table makes of it. `label` None: it settles nothing."""

    entry: Entry
    stance: Stance
    strength: Strength
    label: Label | None
    spans: tuple[Cue, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding is not reported: `kind` is `inline` (a comment on the page), `settings` or `baseline`."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say about a page that is no finding, such as a suppression that silences nothing."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged sentence. `confidence` is the probability that `label` is right."""

    id: str
    sentence: Sentence
    label: Label
    confidence: float
    strength: Strength | None
    reason: str
    claims: tuple[Claim, ...]
    explanation: str
    suggestion: str | None = None
    repeats: tuple[Sentence, ...] = ()  # where else on the page it stands, with the same verdict
    repeat_of: str | None = None  # id of the first of them, where this is not the first
    severity: Severity | None = None  # None: as its label says
    suppressed: Suppression | None = None

    @property
    def weight(self) -> Severity:
        """Its severity: what settings say, else error for contradicted, warning for overstated, note for the others."""
        by_label = {Label.CONTRADICTED: Severity.ERROR, Label.OVERSTATED: Severity.WARNING}
        return self.severity or by_label.get(self.label, Severity.NOTE)

    def fails(self, fail_on: Label) -> bool:
        """Whether a run fails by it: never where suppressed; by its severity where settings give one; else from `fail_on` on."""
        if self.suppressed:
            return False
        if self.severity:
            return self.severity is Severity.ERROR
        return self.label.severity >= fail_on.severity


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Whether a page discloses something, and the first sentence in which it does."""

    id: Disclosed
    present: bool
    sentence: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A page after checking: every sentence judged, in page order."""

    source: str
    title: str
    text: str
    sentences: tuple[Finding, ...] = ()
    skipped: Skipped | None = None
    notices: tuple[Notice, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The overstated and contradicted sentences, each where it first stands, without the suppressed ones."""
        return self.listed(frozenset())

    def listed(self, show: frozenset[Label]) -> tuple[Finding, ...]:
        """The findings with the sentences of further labels, in page order, each once, without the suppressed ones."""
        hidden = {s.id for s in self.suppressed}
        return tuple(
            s
            for s in self.sentences
            if not s.suppressed
            and (s.label.flagged or s.label in show)
            and (s.repeat_of is None or s.repeat_of in hidden)
        )

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """The findings that are suppressed, each with the reason."""
        return tuple(s for s in self.sentences if s.suppressed)

    @property
    def summary(self) -> dict[Label, int]:
        """How many sentences got each label."""
        return {label: sum(s.label is label for s in self.sentences) for label in Label}
