"""What the formats for people have in common: names, the deciding claims and words, sources, text made safe to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlsplit

from factcheck.domain import Channel, Claim, Disclosed, Finding, Label, Report, Source

#: Where a reader finds a sentence that the page itself does not show.
WHERE: Final = {
    Channel.TITLE: "in the page title",
    Channel.META: "in the description for search engines",
    Channel.ALT: "in the text for an image",
    Channel.HIDDEN: "in text hidden from readers",
    Channel.JSON_LD: "in the structured data for search engines",
}
#: What a page may disclose, after "it discloses" (docs/disclosures.md).
_DISCLOSED: Final = {
    Disclosed.OFF_LABEL: "that the use is off-label",
    Disclosed.RISKS: "risks",
    Disclosed.ABUSE: "potential for abuse",
    Disclosed.RESULTS_VARY: "that results vary",
}
# A page must not steer the reader's terminal, or turn its text round: controls and overrides become visible. One
# character for one, so that offsets hold.
_VISIBLE: Final = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " "),
}
#: A text fragment of a longer sentence names its first and last words only: it then also survives small edits.
_FRAGMENT_CHARACTERS: Final = 80
_FRAGMENT_WORDS: Final = 5


def visible(text: str) -> str:
    """The text with control characters and direction overrides replaced, one for one."""
    return text.translate(_VISIBLE)


def name(label: Label) -> str:
    """A label as it is read: "no claim"."""
    return label.value.replace("_", " ")


def disclosed(report: Report) -> tuple[str, str]:
    """What a page discloses, and what it does not, each as a list in words; both empty where it makes no claim."""
    if all(f.label is Label.NO_CLAIM for f in report.sentences):
        return "", ""
    lines = {f.sentence.start: f.sentence.source_span.line for f in report.sentences if f.sentence.source_span}
    there, missing = [], []
    for disclosure in report.disclosures:
        what, sentence = _DISCLOSED[disclosure.id], disclosure.sentence
        if not disclosure.present:
            missing.append(what)
        elif sentence and sentence.start in lines:
            there.append(f"{what} (line {lines[sentence.start]})")
        else:
            there.append(what)
    return ", ".join(there), ", ".join(missing)


def deciding(finding: Finding) -> list[Claim]:
    """The claims that gave the sentence its label."""
    return [c for c in finding.claims if c.label is finding.label] or list(finding.claims)


def places(finding: Finding) -> tuple[tuple[int, int], ...]:
    """Start and end of the sentence in the page's text, wherever it stands."""
    return tuple((s.start, s.end) for s in (finding.sentence, *finding.repeats))


def marks(finding: Finding) -> Iterator[tuple[int, int]]:
    """The deciding words as offsets into the sentence, in order; spans that overlap or only a hyphen parts are one."""
    size = len(finding.sentence.text)
    spans = sorted((c.start, min(c.end, size)) for claim in deciding(finding) for c in claim.spans)
    current: tuple[int, int] | None = None
    for start, end in spans:
        if end <= start:
            continue
        if current and (start <= current[1] or finding.sentence.text[current[1] : start] in ("-", "‑")):
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def cited(finding: Finding) -> list[Source]:
    """The sources that decided, each once."""
    found: dict[str, Source] = {}
    for claim in deciding(finding):
        for source in claim.entry.sources:
            found.setdefault(citation(source), source)
    return list(found.values())


def citation(source: Source) -> str:
    """Title, publisher and year in one line."""
    where = ", ".join(str(part) for part in (source.publisher, source.year) if part)
    return f"{source.title}. {where}." if where else source.title


def web_address(text: str | None) -> str | None:
    """The text if it is an http or https address that a report may link to, else None."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    sound = (
        parts.scheme in ("http", "https") and parts.netloc and (text or "").isprintable() and " " not in (text or "")
    )
    return text if sound else None


def live_link(source: str, sentence: str) -> str | None:
    """The page's address with a text fragment (URL Fragment Text Directives, WICG) for the sentence; None for a file."""
    address = web_address(source)
    if address is None:
        return None
    words = sentence.split()
    if len(sentence) > _FRAGMENT_CHARACTERS and len(words) > 2 * _FRAGMENT_WORDS:
        ends = " ".join(words[:_FRAGMENT_WORDS]), " ".join(words[-_FRAGMENT_WORDS:])
        wanted = ",".join(_fragment(end) for end in ends)
    else:
        wanted = _fragment(sentence)
    return f"{address}{'' if '#' in address else '#'}:~:text={wanted}"


def _fragment(text: str) -> str:
    # The directive's own signs are "-", "," and "&"; quote() leaves the hyphen as it is.
    return quote(text, safe="", errors="replace").replace("-", "%2D")
