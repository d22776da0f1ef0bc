"""Document -> sentences: exact slices of its text, block by block. Boundaries by sentencex, mended where web pages need it."""

from __future__ import annotations

import re

from sentencex import get_sentence_boundaries

from factcheck.domain import BlockKind, Channel, Document, Sentence

#: Kinds that run on from the block before, so that a pronoun may point back into it.
_RUNNING = (BlockKind.PARAGRAPH, BlockKind.ANSWER, BlockKind.QUOTE, BlockKind.LIST_ITEM)

_BULLETS = "•▪◦‣●○■□✓✔✅☑➤►▶➢→⁃"
_LIST_MARK = re.compile(
    rf"(?:[{_BULLETS}*–—-]\s*(?:\(?\d{{1,2}}[.)]+\s+)?|\(?\d{{1,2}}[.)]+\s+|\(?[a-z][.)]+\s+)(?=\S)"
)
_BULLET = re.compile(rf"(?<=\s)[{_BULLETS}]\s?(?=[^\s{_BULLETS}])")
_ENUMERATED = re.compile(r"(?:(?<=\s)|^)\(?(?P<mark>\d{1,2}|[a-z])[.)]{1,2}\s(?=[A-Z])")
_MARK_ALONE = re.compile(rf"\A[{_BULLETS}]?\s*\(?(?:\d{{1,2}}|[A-Za-z])[.)]{{1,2}}")
_NOTE = r"(?:\s?\[[\d,\s–-]{1,12}\]|[¹²³⁰-⁹]{1,6})"
#: A footnote's number glued to the full stop ("drinking.12 A review", "drinking.[12] A", "drinking.¹² A"), and no decimal.
_FOOTNOTE = re.compile(rf"(?<=[a-z)%”\"][.!?])(?:{_NOTE}{{1,9}}|\d{{1,3}}(?:[,–-]\d{{1,3}}){{0,9}})\s+(?=[“\"(]?[A-Z])")
_NOTE_STARTS = frozenset(" [¹²³⁰⁴⁵⁶⁷⁸⁹")
_NOTE_NEXT = re.compile(_NOTE)
#: A quotation long enough to hold sentences of its own: sentencex takes all of it for one.
_QUOTED = re.compile(r"[“\"]([^“”\"]{40,})")
#: A quoted sentence that ends, before a pronoun that can only begin the next.
_QUOTE_END = re.compile(r"(?<=[.!?])[”\"’]\s*(?=(?:I|We|It|The|This|They|My|Our|You)\b)")
#: Two sentences glued: a small letter, the stop, a capital and a small letter or "A ", "I "; not "Node.Js" or "e.g.A".
_GLUED = re.compile(r"(?<=[a-z]{3}[.!?])(?=[”\"’)]?[A-Z][a-z’']*\s)|(?<=[\d%)][.!?])(?=[A-Z][a-z]+\s)")
#: Words that sentencex takes for abbreviations (of states, ranks, months) and that end sentences in running
#: text; the answer "No." too.
_WORD_END = re.compile(
    r"(?:^|(?<=\s))(?:me|[Nn]o|may|art|ill|ok|miss|con|fed|arc|id|etc|min|hrs?|mo)\.\s+(?=[“\"(]?[A-Z])"
)
#: Words before a full stop that never end a sentence there, beside those that sentencex knows.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:approx|vs|cf|e\.?g|i\.?e|viz|dr|drs|prof|mr|mrs|ms|st|mt|fig|figs|eq|ref|refs|vol|no|nos|pp?|est|incl|esp|ca|"
    r"resp|et\sal|dept|univ|mon|tues?|wed|thurs?|thu|fri|sat|sun|jan|feb|apr|aug|sept?|oct|nov|dec)\.$",
    re.IGNORECASE,
)
#: Those among them that may end one before a capital.
_CAN_END = frozenset(
    ("no st ref mon tue tues wed thu thur thurs fri sat sun jan feb apr aug sep sept oct nov dec").split()
)
#: What may end a sentence within a text in ASCII: a stop, or a line's end, with something behind it.
_STOP = re.compile(r"[.!?\n\r](?=.)", re.S)
#: sentencex takes quadratic time on quotes that never close (27 s on 1 MB of them), so it gets this many characters at a time.
_WINDOW = 4_000
#: Characters of the longest sentence; a longer one is cut where a word ends, so that reading it stays linear.
MAX_SENTENCE = 2_000
#: A stretch longer than MAX_SENTENCE whose sentences are shorter on average is no prose (a list of marks, say): it is left whole.
MIN_AVERAGE = 12
#: After so many sentences, while they are shorter than so many characters on average, blocks are left whole: what is cut so
#: often is no prose, and every sentence takes memory for its place.
CROWDED_SENTENCES = 2_000, 24


def split(document: Document) -> list[Sentence]:
    """Every sentence of the document in page order; `document.text[s.start:s.end] == s.text`.

    `before` reaches back over paragraphs under the same heading; for a list item it is the sentence that leads into the list.
    """
    sentences: list[Sentence] = []
    before, under = "", (Channel.BODY, "")
    for block in document.blocks:
        if block.kind not in _RUNNING or under != (block.channel, block.heading):
            before = ""
        under = (block.channel, block.heading)
        lead = before
        text = document.text[block.start : block.end]
        whole = block.channel is Channel.TITLE or _is_crowded(len(sentences), block.start)  # a title is one label
        spans = _cut(text, 0, len(text)) if whole else sentence_spans(text)
        for start, end in spans:
            start, end = block.start + start, block.start + end
            mark = _LIST_MARK.match(document.text, start, end)
            if mark and mark.end() < end:
                start = mark.end()
            text = document.text[start:end]
            sentences.append(Sentence(text, start, end, block.kind, block.channel, before, block.heading))
            before = text
        if block.kind is BlockKind.LIST_ITEM:
            before = lead
    return sentences


def _is_crowded(sentences: int, characters: int) -> bool:
    many, shortest = CROWDED_SENTENCES
    return sentences > many and characters < sentences * shortest


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in one stretch of text, without the white space around it. Linear in its length."""
    cuts: set[int] = set()
    if not text.isascii() or _STOP.search(text):  # else nothing can end but at the end
        cuts.update(_boundaries(text))
        for pattern in (_FOOTNOTE, _QUOTE_END, _GLUED, _WORD_END):
            cuts.update([found.end() for found in pattern.finditer(text)])
        for quoted in _QUOTED.finditer(text):
            cuts.update(quoted.start(1) + end for end in _boundaries(quoted[1]) if quoted.start(1) + end < quoted.end())
        cuts.update([found.start() for found in _BULLET.finditer(text)])
    cuts.update(_enumeration(text))
    spans = []
    start = 0
    for cut in sorted(cuts | {len(text)}):
        piece = text[start:cut].rstrip()
        if piece and cut < len(text) and _runs_on(piece, text, cut):
            continue
        if piece:
            spans += _cut(text, start + len(piece) - len(piece.lstrip()), start + len(piece))
        start = cut
    if len(text) > MAX_SENTENCE and len(spans) * MIN_AVERAGE > len(text):
        return _cut(text, spans[0][0], spans[-1][1])
    return spans


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span of a sentence, in pieces where it is longer than any sentence."""
    pieces = []
    while end - start > MAX_SENTENCE:
        stop = text.rfind(" ", start + 1, start + MAX_SENTENCE)
        stop = stop if stop > 0 else start + MAX_SENTENCE
        pieces.append((start, start + len(text[start:stop].rstrip())))
        start = stop
        while text[start].isspace():
            start += 1
    return [*pieces, (start, end)]


def _boundaries(text: str) -> list[int]:
    """Where sentencex ends sentences. Each window but the last starts again at its last boundary."""
    ends: list[int] = []
    start = 0
    while start < len(text):
        stop = start + _WINDOW
        found = [start + each["end_index"] for each in get_sentence_boundaries("en", text[start:stop])]
        if stop < len(text) and found and found[-1] >= stop:  # where the window ends, not a sentence
            found.pop()
        ends += found
        start = found[-1] if found else stop
    return ends


def _runs_on(piece: str, text: str, cut: int) -> bool:
    """Whether a piece that was cut off is no sentence: a list mark alone, before a footnote's mark, or after an abbreviation."""
    if text[cut] in _NOTE_STARTS and _NOTE_NEXT.match(text, cut):
        return True
    if len(piece) < 8 and _MARK_ALONE.fullmatch(piece):
        return True
    found = _ABBREVIATION.search(piece, max(0, len(piece) - 12)) if "." in piece[-3:] else None
    if not found:
        return False
    return not (found[0].strip(" (.\t").lower() in _CAN_END and text[cut].isupper())


def _enumeration(text: str) -> list[int]:
    """Where the items of a list run together begin: "1. One thing 2. Another", "a. One b. Another". It must start the text."""
    starts: list[int] = []
    wanted = ""
    for found in _ENUMERATED.finditer(text):
        mark = found["mark"]
        if not starts and (found.start() > 2 or mark not in ("1", "a")):
            return []
        if not starts or mark == wanted:
            starts.append(found.start())
            wanted = str(int(mark) + 1) if mark.isdigit() else chr(ord(mark) + 1)
    return starts if len(starts) > 1 else []
