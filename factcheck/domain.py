"""The nouns of the pipeline: frozen values that the stages hand to each other. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class FactcheckError(Exception):
    """Something that stops a run; its message is one line: what, where, what to do."""


class Label(str, Enum):
    """What a sentence gets. Members stand in order of severity, mildest first (the order of `--fail-on`)."""

    NO_CLAIM = "no_claim"
    SUPPORTED = "supported"
    UNVERIFIED = "unverified"
    OVERSTATED = "overstated"
    CONTRADICTED = "contradicted"

    @property
    def severity(self) -> int:
        """Rank among the labels, 0 (no claim) to 4 (contradicted)."""
        return _SEVERITY[self]

    @property
    def flagged(self) -> bool:
        """True for the two labels that make a finding."""
        return self in (Label.OVERSTATED, Label.CONTRADICTED)


class Grade(str, Enum):
    """Strength of the evidence for a reference entry's claim as worded."""

    ESTABLISHED = "established"
    STRONG = "strong"
    BOUNDED = "bounded"
    MIXED = "mixed"
    ABSENT = "absent"
    CONTRARY = "contrary"


class Strength(str, Enum):
    """How strongly a sentence speaks, weakest first."""

    HEDGED = "hedged"
    QUALIFIED = "qualified"
    FLAT = "flat"
    ABSOLUTE = "absolute"

    @property
    def rank(self) -> int:
        """0 (hedged) to 3 (absolute)."""
        return _RANK[self]


class Severity(str, Enum):
    """How much a finding weighs in a report, mildest first; settings can set it per topic."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


_SEVERITY = {label: n for n, label in enumerate(Label)}
_RANK = {strength: n for n, strength in enumerate(Strength)}


class Stance(str, Enum):
    """What a sentence does with an entry's claim."""

    ASSERTS = "asserts"
    DENIES = "denies"
    MENTIONS = "mentions"


class Disclosed(str, Enum):
    """What a page owes its readers beside the benefits (docs/disclosures.md)."""

    OFF_LABEL = "off_label"
    RISKS = "risks"
    ABUSE = "abuse"
    RESULTS_VARY = "results_vary"


class BlockKind(str, Enum):
    """What a block of text was on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_CELL = "table_cell"
    QUESTION = "question"
    ANSWER = "answer"
    CARD = "card"
    QUOTE = "quote"


class Channel(str, Enum):
    """Where a block can be seen: on the page itself, or only by search engines and screen readers."""

    BODY = "body"
    TITLE = "title"
    META = "meta"
    ALT = "alt"
    HIDDEN = "hidden"
    JSON_LD = "json_ld"


@dataclass(frozen=True, slots=True)
class Page:
    """One source as it was loaded. `content` is raw bytes, `media_type` one of text/html, text/plain, text/markdown."""

    source: str
    content: bytes
    media_type: str
    encoding: str | None = None
    converted: bool = False  # made from another format, so that lines of `content` are not lines of the source


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that could not be checked, and why (one line that says what to do)."""

    source: str
    reason: str
    unreadable: bool = False  # a named source that could not be read (exit code 2)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of `Document.text` that stood together on the page.

    `start` and `end` are offsets in code points into the document's text. `heading` is the context that a reader has beside
    the block: the heading above it, a table's column and row headers, a question that an answer follows.
    """

    kind: BlockKind
    start: int
    end: int
    channel: Channel = Channel.BODY
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The extracted text of a page, with its blocks in page order."""

    source: str
    title: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """Where a sentence stands in the file it came from; lines and columns count from 1, in code points, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """An exact slice of a document: `document.text[start:end] == text`."""

    text: str
    start: int = 0
    end: int = 0
    kind: BlockKind = BlockKind.PARAGRAPH
    channel: Channel = Channel.BODY
    before: str = ""  # the sentence before it in the same stretch of text, for pronouns
    heading: str = ""
    source_span: SourceSpan | None = None  # None: not known


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is published."""

    title: str
    publisher: str
    year: int | None
    url: str | None
    identifier: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A range that the evidence gives: `low` to `high` in `unit`; None means open on that side."""

    name: str
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Slots:
    """One way of stating an entry's claim, in concepts of the lexicon.

    Every group in `require` must have a member in the clause (or, for a drug, in the context); none of `without` may.
    `negative` says that the claim as worded contains a negation, so that a plain assertion of the concepts denies it.
    """

    require: tuple[frozenset[str], ...]
    without: frozenset[str] = frozenset()
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim that a page could make, what is true, and how good the evidence for the claim as worded is."""

    id: str
    topic: str
    claim: str
    truth: str
    grade: Grade
    licensed: str
    drug: str
    slots: tuple[Slots, ...]
    sources: tuple[Source, ...]
    reviewed: date
    aliases: tuple[str, ...] = ()
    numbers: tuple[Quantity, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    jurisdiction: str = "US"
    rule: str = ""


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


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """The curated entries by id, with the date up to which they were reviewed and a short hash of their files."""

    entries: dict[str, Entry] = field(default_factory=dict)
    reviewed: date = date.min
    digest: str = ""
