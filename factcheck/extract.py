"""Page -> Document: the text a reader sees, in blocks, without site chrome. HTML, Markdown, plain text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from itertools import groupby

from factcheck.blocks import Part, body_parts
from factcheck.channels import channel_parts
from factcheck.clean import clean
from factcheck.domain import Block, BlockKind, Document, Page, Skipped
from factcheck.flatten import crowding
from factcheck.language import foreign, is_foreign_line
from factcheck.maincontent import chrome_boxes, main_content
from factcheck.markup import read_markup

#: Control characters (tab, line and page breaks aside) in text; binary files have a third of them.
MAX_CONTROLS = 0.02
#: A page of fewer words that loads scripts is a shell ("Loading ...", "Please enable JavaScript").
MIN_WORDS = 8
#: Plain text whose longest line is shorter was wrapped by hand, so that a line's end is no paragraph's end.
MAX_WRAPPED = 100

#: HTML over so many bytes with more tags and attributes than one in so many characters is refused: parsed, it would take far more
#: memory than text does. Of the 10 pages of WCXB over 1 MB the most crowded has one in 41.
CROWDED_HTML = {1_000_000: 36}
#: The same for line ends in plain text.
CROWDED_TEXT = {20_000: 6, 1_000_000: 30}
#: A page of more blocks than this with fewer of its characters to each is refused: marks or numbers, each of which would take as
#: long as a sentence. A number in the cell of a table takes 12 characters with its tags and a share of its row's.
CROWDED_BLOCKS = {2_000: 12, 10_000: 40}
#: The longest Markdown that is read, in characters, some 80,000 words: of brackets that never close, its parser takes 200 times
#: the memory.
MAX_MARKDOWN = 500_000
#: No paragraph is as long; a longer one is cut where a word ends, so that what follows takes memory for one piece at a time.
MAX_BLOCK = 20_000

#: How much of a text is read to tell its encoding.
ENOUGH = 100_000
#: The encodings of the web beside UTF-8, by Python's names (WHATWG Encoding Standard). No other is read, whatever a page
#: declares: "punycode" takes quadratic time, "utf-7" and "unicode_escape" hide text from everybody else.
ENCODINGS = frozenset(
    (
        "cp866 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 "
        "iso8859-15 iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 "
        "cp1257 cp1258 iso8859-9 iso8859-11 tis-620 gb2312 gbk gb18030 big5 big5hkscs euc_jp iso2022_jp shift_jis cp932 "
        "euc_kr cp949 utf-16 utf-16-le utf-16-be"
    ).split()
)

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # those of str.splitlines
_SCRIPT = re.compile(r"<script|<noscript", re.I)
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.S)
_LIST_MARK = re.compile(r"(?:[•▪◦‣●○✓✔➤►*–-]|\(?\d{1,2}[.)])\s+(?=\S)")


def extract(page: Page) -> Document | Skipped:
    """The document of a page, or why there is none and what to do. Raises nothing on any content."""
    text = decode(page.content, page.encoding)
    if text is None:
        return Skipped(page.source, "binary, not text; give an .html, .txt or .md file")
    length = len(text)
    if page.media_type == "text/html":
        if _is_crowded(page, text, CROWDED_HTML, crowding):
            reason = f"hardly any text in {length:,} characters of markup; save the article alone as HTML or text"
            return Skipped(page.source, reason)
        markup, scripted = read_markup(text), bool(_SCRIPT.search(text))
        del text  # what is not needed any more makes room for what comes
        if _is_scraps(len(markup.pieces), length):
            return _all_scraps(page, len(markup.pieces), length)
        chrome = chrome_boxes(markup)
        body = _shortened(body_parts(markup, main_content(markup, chrome)))
        if scripted and sum(part.text.count(" ") + 1 for part in body) < MIN_WORDS:
            return Skipped(page.source, "no text; needs a browser (save the page as shown and check that file)")
        parts = body + _shortened(channel_parts(markup, chrome, body))
        title = markup.title
    elif page.media_type == "text/markdown":
        if _is_crowded(page, text, CROWDED_TEXT, _line_ends):
            return _all_line_ends(page, length)
        if length > MAX_MARKDOWN:
            reason = f"{length:,} characters of Markdown, more than the limit of {MAX_MARKDOWN:,}; split it"
            return Skipped(page.source, reason)
        body = parts = _shortened(_markdown_parts(text))
        title = ""
    else:
        if _is_crowded(page, text, CROWDED_TEXT, _line_ends):
            return _all_line_ends(page, length)
        body = parts = _shortened(_plain_parts(text))
        title = ""
    if not body:
        return Skipped(page.source, "no text; the page is empty")
    if _is_scraps(len(parts), length):
        return _all_scraps(page, len(parts), length)
    language = foreign(_beginning(body, ENOUGH))
    if language:
        return Skipped(page.source, f"not in English (it reads as {language}); only English pages are checked")
    title = title or next((part.text for part in body if part.kind is BlockKind.HEADING), "")
    return _document(page.source, title, [part for part in parts if not is_foreign_line(part.text)])


def _is_crowded(page: Page, text: str, distances: dict[int, int], count: Callable[[str], int]) -> bool:
    distance = max((least for size, least in distances.items() if len(page.content) > size), default=0)
    return distance > 0 and count(text) * distance > len(text)


def _is_scraps(pieces: int, length: int) -> bool:
    return pieces * max((least for most, least in CROWDED_BLOCKS.items() if pieces > most), default=0) > length


def _all_scraps(page: Page, pieces: int, length: int) -> Skipped:
    reason = f"hardly any text, but {pieces:,} pieces in {length:,} characters; save the article alone"
    return Skipped(page.source, reason)


def _line_ends(text: str) -> int:
    return sum(map(text.count, _LINE_ENDS))


def _all_line_ends(page: Page, length: int) -> Skipped:
    return Skipped(page.source, f"hardly any text in {length:,} characters of line ends; save the text alone")


def decode(content: bytes, declared: str | None = None) -> str | None:
    """Bytes to text; None for binary. Valid UTF-8 is UTF-8 whatever was declared: other encodings hardly ever look like it."""
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name, "replace")
    start = content[:65_536]
    if start.count(0) > len(start) // 4 and start[1::2].count(0) != start[0::2].count(0):
        little = start[1::2].count(0) > start[0::2].count(0)
        if min(start[1::2].count(0), start[0::2].count(0)) < len(start) // 50:
            return content.decode("utf-16-le" if little else "utf-16-be", "replace")
    if len(_CONTROLS.findall(start)) > MAX_CONTROLS * len(start):
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    loose = content.decode("utf-8", "replace")
    if sum(char > "\x7f" for char in loose[:ENOUGH]) > 10 * loose[:ENOUGH].count("\ufffd"):
        return loose  # a stray byte, or cut within a character
    meta = _META_CHARSET.search(content[:4096])
    named = meta[1].decode("ascii", "replace") if meta else None
    for encoding in (declared, named):
        try:
            # Latin-1 means Windows-1252 on the web, as the last line has it.
            if encoding and codecs.lookup(encoding).name in ENCODINGS:
                return content.decode(encoding, "replace")
        except (LookupError, ValueError):  # unknown, or not a text encoding
            continue
    return content.decode("cp1252", "replace")


def _markdown_parts(text: str) -> list[Part]:
    # Only pages in Markdown need it.
    from cmarkgfm import markdown_to_html_with_extensions as render
    from cmarkgfm.cmark import Options

    html = render(_FRONT_MATTER.sub("", text), options=Options.CMARK_OPT_UNSAFE, extensions=["table"])
    markup = read_markup(html)
    return body_parts(markup, [True] * len(markup.pieces))


def _plain_parts(text: str) -> list[Part]:
    lines = text.splitlines()
    widest = max(map(len, lines), default=0)
    parts: list[Part] = []
    heading = ""
    for blank, group in groupby((clean(line) for line in lines), lambda line: not line):
        if blank:
            continue
        for line in _unwrap(list(group), widest) if widest <= MAX_WRAPPED else group:
            kind = _plain_kind(line)
            if kind in (BlockKind.HEADING, BlockKind.QUESTION):
                heading = line
                parts.append(Part(kind, line))
            else:
                parts.append(Part(kind, line, heading))
    return parts


def _unwrap(lines: list[str], widest: int) -> list[str]:
    """Join the lines of a paragraph wrapped by hand; after a sentence's end or a line that ended early, a new one starts."""
    joined: list[str] = []
    ended = True
    for line in lines:
        if ended or _LIST_MARK.match(line):
            joined.append(line)
        else:
            joined[-1] += " " + line
        # A wrapped line leaves no room for the next word; 0.6 of the width allows for words of any length.
        ended = line[-1] in ".!?:" or len(line) < 0.6 * widest
    return joined


def _plain_kind(line: str) -> BlockKind:
    if _LIST_MARK.match(line):
        return BlockKind.LIST_ITEM
    words = line.count(" ") + 1
    if line.endswith("?") and words <= 15 and not re.search(r"[.!?]\s", line):
        return BlockKind.QUESTION
    if words <= 12 and line[-1] not in ".!?,;" and line[:1].isupper():
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH


def _beginning(parts: Iterable[Part], enough: int) -> str:
    """The text of the first parts, so many characters or some more."""
    texts, length = [], 0
    for part in parts:
        texts.append(part.text)
        length += len(part.text) + 1
        if length > enough:
            break
    return " ".join(texts)


def _document(source: str, title: str, parts: list[Part]) -> Document:
    blocks: list[Block] = []
    offset = 0
    for part in parts:
        blocks.append(Block(part.kind, offset, offset + len(part.text), part.channel, part.heading))
        offset += len(part.text) + 1
    return Document(source, title, "\n".join(part.text for part in parts), tuple(blocks))


def _shortened(parts: Iterable[Part]) -> list[Part]:
    """The parts, those longer than MAX_BLOCK in pieces."""
    shorter = []
    for part in parts:
        start = 0
        while len(part.text) - start > MAX_BLOCK:
            space = part.text.rfind(" ", start + 1, start + MAX_BLOCK)
            stop = space if space > 0 else start + MAX_BLOCK
            shorter.append(part._replace(text=part.text[start:stop]))
            start = stop + (part.text[stop] == " ")
        shorter.append(part._replace(text=part.text[start:]) if start else part)
    return shorter
