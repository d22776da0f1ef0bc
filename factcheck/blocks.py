"""Pieces of a page -> blocks as a reader takes them: headings over text, questions over answers, numbers beside labels."""

from __future__ import annotations

import re
from typing import NamedTuple

from factcheck.domain import BlockKind, Channel
from factcheck.markup import Box, Markup

_KINDS = {
    "li": BlockKind.LIST_ITEM,
    "td": BlockKind.TABLE_CELL,
    "th": BlockKind.TABLE_CELL,
    "blockquote": BlockKind.QUOTE,
    "dt": BlockKind.QUESTION,
    "summary": BlockKind.QUESTION,
    "dd": BlockKind.ANSWER,
}
_NUMBER = re.compile(
    r"[~≈<>≥≤+-]?\s?\$?\d[\d.,]*(?:\s?[-–/]\s?\d[\d.,]*)?\s?"
    r"(?:%|percent|x|×|k|m|\+|h|hrs?|hours?|mins?|minutes?|days?|weeks?|months?|years?|mg)?\s?[+*]?|\d+ (?:in|of|out of) \d+",
    re.IGNORECASE,
)
_STEP = re.compile(r"(?:step\s+)?0?\d{1,2}[.)]?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_MARKED = re.compile(r"[•▪◦‣●○✓✔➤►]\s*")
#: A card holds a number and a label of at most this many words, among at most this many pieces.
MAX_LABEL_WORDS = 15
MAX_CARD_PIECES = 4


class Part(NamedTuple):
    """A block before it has its place in the document."""

    kind: BlockKind
    text: str
    heading: str = ""
    channel: Channel = Channel.BODY


class _Line(NamedTuple):
    at: int
    kind: BlockKind
    text: str


def body_parts(markup: Markup, kept: list[bool]) -> list[Part]:
    """The kept pieces as blocks, in page order."""
    kinds = _kinds(markup.boxes)
    lines = [
        _Line(index, kinds[piece.box], piece.text)
        for index, (piece, keep) in enumerate(zip(markup.pieces, kept, strict=True))
        if keep
    ]
    lines = _join_cards(markup, lines)
    cells = _cell_headings(markup)
    parts: list[Part] = []
    heading = question = ""
    until = 0  # the question's answer ends before this piece
    for index, kind, text in lines:
        if question and index >= until:
            question = ""
        if kind is BlockKind.HEADING:
            heading, question = text, ""
            if text.endswith("?"):
                kind, question, until = BlockKind.QUESTION, text, len(markup.pieces)
            parts.append(Part(kind, text))
        elif kind is BlockKind.QUESTION or (text.endswith("?") and _opens(markup, index)):
            question, until = text, _end_of_item(markup, index)
            parts.append(Part(BlockKind.QUESTION, text, heading))
        elif kind is BlockKind.TABLE_CELL:
            parts.append(Part(kind, text, cells.get(markup.pieces[index].box) or heading))
        else:
            if question and kind is BlockKind.PARAGRAPH:
                kind = BlockKind.ANSWER
            if kind is BlockKind.PARAGRAPH and _MARKED.match(text):
                kind = BlockKind.LIST_ITEM
            parts.append(Part(kind, text, question or heading))
    return parts


def _kinds(boxes: list[Box]) -> list[BlockKind]:
    """The kind of each box: its own, else that of what holds it."""
    kinds: list[BlockKind] = []
    for box in boxes:
        above = kinds[box.parent] if box.parent >= 0 else BlockKind.PARAGRAPH
        if box.level and above is not BlockKind.QUESTION:
            kinds.append(BlockKind.HEADING)
        else:
            kinds.append(_KINDS.get(box.tag, above))
    return kinds


def _opens(markup: Markup, index: int) -> bool:
    """Whether a piece is what one clicks to open an accordion."""
    near = markup.above(markup.pieces[index].box, 3)
    return any(
        box.tag == "button" or "question" in box.names or "accordion" in box.names or "faq" in box.names for box in near
    )


def _end_of_item(markup: Markup, index: int) -> int:
    """Where the innermost box ends that holds more than the question."""
    for box in markup.above(markup.pieces[index].box):
        if box.last > index + 1:
            return box.last
    return len(markup.pieces)


def _join_cards(markup: Markup, lines: list[_Line]) -> list[_Line]:
    """Join a number to the label beside it ("75%" and "success rate"); leave out the bare numbers of steps."""
    steps = {int(re.sub(r"\D", "", line.text)) for line in lines if _STEP.fullmatch(line.text)}
    joined: list[_Line] = []
    skip = False
    for at, line in enumerate(lines):
        if skip:
            skip = False
            continue
        if line.kind is BlockKind.TABLE_CELL or not _NUMBER.fullmatch(line.text):
            if _LETTER.search(line.text) or line.kind is BlockKind.TABLE_CELL:
                joined.append(line)
            continue
        if _STEP.fullmatch(line.text) and steps & {int(re.sub(r"\D", "", line.text)) + step for step in (-1, 1)}:
            continue
        after = lines[at + 1] if at + 1 < len(lines) else None
        ahead = _span(markup, line, after)
        behind = _span(markup, joined[-1] if joined else None, line)
        if ahead <= min(behind, MAX_CARD_PIECES) and after is not None:
            joined.append(_Line(line.at, BlockKind.CARD, f"{line.text} {after.text}"))
            skip = True
        elif behind <= MAX_CARD_PIECES:
            last = joined.pop()
            joined.append(_Line(last.at, BlockKind.CARD, f"{last.text} {line.text}"))
    return joined


def _span(markup: Markup, one: _Line | None, other: _Line | None) -> int:
    """How many pieces the innermost box has that holds both lines; many where they cannot make a card."""
    never = len(markup.pieces) + MAX_CARD_PIECES
    if one is None or other is None or BlockKind.CARD in (one.kind, other.kind):
        return never
    label = other if _NUMBER.fullmatch(one.text) else one
    if _NUMBER.fullmatch(label.text) or label.text.endswith("?") or label.text.count(" ") >= MAX_LABEL_WORDS:
        return never
    for box in markup.above(markup.pieces[one.at].box):
        if box.first <= one.at and box.last > other.at:
            return box.last - box.first
    return never


def _cell_headings(markup: Markup) -> dict[int, str]:
    """For the box of each table cell and all boxes in it: its column's and its row's header."""
    headings: dict[int, str] = {}
    tables: dict[int, list[list[int]]] = {}
    rows: dict[int, list[int]] = {}
    holder: list[int] = []  # the table that each box stands in
    cell: list[int] = []  # the cell that each box stands in
    for index, box in enumerate(markup.boxes):
        holder.append(
            index if box.tag == "table" or box.role in ("table", "grid") else holder[box.parent] if index else -1
        )
        cell.append(index if box.column >= 0 else cell[box.parent] if index else -1)
        if box.column >= 0 and markup.boxes[box.parent].tag == "tr":
            if box.parent not in rows:
                rows[box.parent] = []
                tables.setdefault(holder[index], []).append(rows[box.parent])
            rows[box.parent].append(index)
    for table in tables.values():
        top = table[0]
        names = [_text(markup, index) for index in top]
        headed = any(markup.boxes[index].tag == "th" for index in top) or not names[0]
        for row in table:
            side = _text(markup, row[0]) if headed or markup.boxes[row[0]].tag == "th" else ""
            for column, index in enumerate(row):
                over = names[column] if headed and row is not top and column < len(names) else ""
                headings[index] = "; ".join(filter(None, (over, side if column else "")))
    return {index: headings[at] for index, at in enumerate(cell) if at in headings}


def _text(markup: Markup, index: int) -> str:
    box = markup.boxes[index]
    return " ".join(piece.text for piece in markup.pieces[box.first : box.last])
