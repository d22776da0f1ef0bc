"""A page from its bytes to its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: An answer of fewer words ("No, it isn't.") leaves the question open to what comes next.
SHORT_ANSWER = 4


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

    @property
    def states(self) -> bool:
        """Whether such a block states anything by itself: a heading announces, a question asks."""
        return self not in (BlockKind.HEADING, BlockKind.QUESTION)


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

    @property
    def context(self) -> str:
        """What a reader has in mind: the sentence before; for a table's cell its column and row; for the beginning of an answer
        its question."""
        if self.kind is BlockKind.TABLE_CELL:
            return self.heading
        if self.kind is BlockKind.ANSWER and len(self.before.split()) < SHORT_ANSWER:
            return f"{self.heading} {self.before}".strip()
        return self.before

    @property
    def judged_on(self) -> tuple[str, str]:
        """All that a verdict depends on beside the subject of its page: the text, and the context, as `before` of one alone.

        Sentences that are equal in this and in the subject get equal verdicts, so that one is enough to judge (`audit`).
        """
        return self.text, self.context
