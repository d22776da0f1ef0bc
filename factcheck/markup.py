"""HTML -> the pieces of text that stand on a page, each with the boxes (elements) that hold it. Chooses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from factcheck.clean import clean
from factcheck.flatten import MAX_DEPTH, flatten
from factcheck.style import hides, hiding_names

#: Elements whose text no reader sees, or that are controls.
SKIPPED = frozenset(
    (
        "script style noscript template svg math iframe object select textarea input canvas audio video head map "
        "datalist"
    ).split()
)
#: Elements that run on in the line; every other one, also an unknown custom element, starts a box of its own.
INLINE = frozenset(
    (
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter nobr output q rp "
        "rt ruby s samp small span strike strong sub sup time tt u var wbr"
    ).split()
)
#: Elements that a role stands in for.
ROLES = {
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "th",
    "rowheader": "th",
    "listitem": "li",
    "heading": "h2",
}
HEADINGS = {f"h{n}": n for n in range(1, 7)}
#: Descriptions compared with each other; a page has a handful.
MAX_DESCRIPTIONS = 20

_BREAK, _SEAM = "\x1e", "\x1f"  # a <br>; two inline elements side by side without a space
_WORD_SEAM = re.compile(f"(?<=[a-z0-9%]){_SEAM}(?=[A-Z0-9])|(?<=[0-9%+]){_SEAM}(?=[A-Za-z])")
_LIST_MARK = re.compile(r"[•▪◦‣●○✓✔➤►\-–—*]\s|\(?\d{1,2}[.)]\s")
_DESCRIPTIONS = ", ".join(
    f'meta[{attribute}="{name}" i]'
    for name in ("description", "og:description", "og:title", "twitter:description", "twitter:title")
    for attribute in ("name", "property")
)
_NO_ELEMENT = ("-", "!", "")  # comments, doctypes, and what lexbor has no name for (processing instructions)
_COUNTERS = ("data-to-value", "data-to", "data-count", "data-counter", "data-number", "data-stop", "data-end-value")


class Piece(NamedTuple):
    """Text that runs on without a break. `box` indexes `Markup.boxes`; `linked` counts its characters inside links."""

    box: int
    text: str
    linked: int


@dataclass(slots=True)
class Box:
    """A block element; `names` are its class and id. `first` and `last` bound its pieces: `pieces[first:last]`."""

    parent: int
    tag: str
    names: str
    role: str
    first: int
    last: int = 0
    hidden: bool = False
    column: int = -1  # of a table cell
    cells: int = 0  # of a table row, so far
    level: int = 0  # of a heading


@dataclass(slots=True)
class Markup:
    """A parsed page: pieces in page order, boxes with their parents before them, and what stands in the head."""

    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    title: str = ""
    descriptions: list[str] = field(default_factory=list)  # for search engines and for previews of links
    alts: list[tuple[int, str]] = field(default_factory=list)
    hidden: list[tuple[int, str]] = field(default_factory=list)  # within the line, by style
    json_ld: list[str] = field(default_factory=list)

    def above(self, box: int, most: int = MAX_DEPTH) -> Iterator[Box]:
        """The box and all that hold it, innermost first; at most so many."""
        while box >= 0 and most > 0:
            yield self.boxes[box]
            box = self.boxes[box].parent
            most -= 1


def read_markup(html: str) -> Markup:
    """Parse HTML of any quality. Raises nothing: lexbor recovers from broken markup as browsers do."""
    tree = LexborHTMLParser(flatten(html.replace("\0", "")))
    markup = Markup()
    _read_head(tree, markup)
    if tree.body is not None:
        sheets = [node.text() for node in tree.css("style")]
        _Walk(markup, hiding_names(sheets)).run(tree.body)
    return markup


def _read_head(tree: LexborHTMLParser, markup: Markup) -> None:
    title = tree.css_first("title")
    markup.title = clean(title.text()) if title is not None else ""
    for node in tree.css(_DESCRIPTIONS):
        description = clean(node.attributes.get("content") or "")
        if description and description not in markup.descriptions[:MAX_DESCRIPTIONS]:
            markup.descriptions.append(description)
    markup.json_ld = [node.text() for node in tree.css('script[type="application/ld+json" i]')]


class _Walk:
    """One pass over the DOM without recursion: text gathers until a box starts or ends."""

    def __init__(self, markup: Markup, hiding: frozenset[str]) -> None:
        self.markup = markup
        self.hiding = hiding
        self.box = -1
        self.parts: list[str] = []
        self.linked = 0
        self.in_link = 0
        self.in_raised = 0
        self.last_closed = ""  # the inline element that has just ended: two side by side may be two words

    def run(self, body: LexborNode) -> None:
        """Walk all that is in the body."""
        self.open_box(body, "body")
        top = body.mem_id
        node: LexborNode | None = body.child
        while node is not None:
            child = None
            if node.tag == "-text":
                self.take_text(node.text_content or "")
            else:
                child = self.enter(node, node.tag or "")
            if child is not None:
                node = child
                continue
            if node.tag != "-text":
                self.leave(node.tag or "")
            following = node.next
            while following is None:
                node = node.parent
                if node is None or node.mem_id == top:
                    break
                self.leave(node.tag or "")
                following = node.next
            node = following
        self.close_box()

    def take_text(self, text: str) -> None:
        """Add text to what runs on."""
        if self.in_link:
            self.linked += len(text)
        self.parts.append(text)
        if not text.isspace():
            self.last_closed = ""

    def enter(self, node: LexborNode, tag: str) -> LexborNode | None:
        """Take in an element; returns its first child if the walk should go in."""
        if tag in INLINE:
            if tag == "sup":
                self.in_raised += 1
                if self.in_raised == 1 and _is_footnote(node):  # one look at each, however they are nested
                    return None
            attributes = node.attributes
            if self.is_hidden(attributes):
                text = clean(node.text())
                if text:
                    self.markup.hidden.append((self.box, text))
                return None
            self.take_tooltip(attributes)
            if tag == "a":
                self.in_link += 1
            if self.last_closed == tag and len(self.parts[-1]) > 1:
                self.parts.append(_SEAM)
            elif tag == "span":
                counted = next((attributes[name] for name in _COUNTERS if name in attributes), "") or ""
                if counted[:1].isdigit():
                    self.take_text(counted)
                    return None
            self.last_closed = ""
        elif tag in SKIPPED or tag[:1] in _NO_ELEMENT:
            return None
        elif tag == "br":
            self.parts.append(_BREAK)
        elif tag == "img":
            for name in ("alt", "title"):
                text = clean(node.attributes.get(name) or "")
                if text:
                    self.markup.alts.append((self.box, text))
        else:
            self.open_box(node, tag)
        return node.child

    def take_tooltip(self, attributes: Mapping[str, str | None]) -> None:
        """Take in what shows when a pointer rests on an element."""
        if title := attributes.get("title"):
            self.markup.alts.append((self.box, clean(title)))

    def leave(self, tag: str) -> None:
        """End an element."""
        if tag in INLINE:
            self.last_closed = tag if self.parts else ""
            if tag == "a":
                self.in_link = max(self.in_link - 1, 0)
            elif tag == "sup":
                self.in_raised -= 1
        elif tag not in SKIPPED and tag[:1] not in _NO_ELEMENT and tag != "br" and tag != "img":
            self.close_box()

    def open_box(self, node: LexborNode, tag: str) -> None:
        self.flush()
        attributes = node.attributes
        if attributes:
            role = (attributes.get("role") or "").lower()
            tag = ROLES.get(role, tag)
            names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
            box = Box(self.box, tag, names, role, len(self.markup.pieces), hidden=self.is_hidden(attributes))
        else:
            box = Box(self.box, tag, "", "", len(self.markup.pieces))
        box.level = HEADINGS.get(tag, 0)
        boxes = self.markup.boxes
        if tag in ("td", "th") and self.box >= 0:
            box.column = boxes[self.box].cells
            boxes[self.box].cells += 1
        self.box = len(boxes)
        boxes.append(box)
        if attributes:
            self.take_tooltip(attributes)

    def is_hidden(self, attributes: Mapping[str, str | None]) -> bool:
        """Whether an element is hidden by its attributes or by a plain rule for one of its names."""
        if "hidden" in attributes or hides(attributes.get("style") or ""):
            return True
        if not self.hiding:
            return False
        names = {f".{name}" for name in (attributes.get("class") or "").lower().split()}
        return not self.hiding.isdisjoint(names | {f"#{(attributes.get('id') or '').lower()}"})

    def close_box(self) -> None:
        self.flush()
        if self.box >= 0:
            box = self.markup.boxes[self.box]
            box.last = len(self.markup.pieces)
            self.box = box.parent

    def flush(self) -> None:
        """End the running text: it becomes one piece, or several where line breaks part it."""
        if self.parts:
            for line in _lines("".join(self.parts)):
                self.markup.pieces.append(Piece(self.box, line, min(self.linked, len(line))))
            self.parts = []
        self.linked = 0
        self.last_closed = ""


def _is_footnote(node: LexborNode) -> bool:
    """A raised number that links to a note on the same page."""
    link = node.css_first("a")
    return link is not None and (link.attributes.get("href") or "").startswith("#") and len(node.text()) <= 6


def _lines(raw: str) -> list[str]:
    """Break text at <br>: always at two in a row, at one where a sentence or list item ends, else it is a space."""
    if _SEAM in raw:
        raw = _WORD_SEAM.sub(" ", raw).replace(_SEAM, "")
    if _BREAK not in raw:
        line = clean(raw)
        return [line] if line else []
    lines: list[str] = []
    joined = False
    for part in raw.split(_BREAK):
        line = clean(part)
        if not line:
            joined = False
        elif joined and lines and not (lines[-1][-1] in ".!?:;" or _LIST_MARK.match(line)):
            lines[-1] += " " + line
        else:
            lines.append(line)
            joined = True
    return lines
