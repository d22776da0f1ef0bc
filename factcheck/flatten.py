"""HTML cut down to what parses in linear time: how crowded with markup it is, and tags that no page needs."""

from __future__ import annotations

import re

#: Nesting past this is flattened, as browsers do at 512: lexbor takes quadratic time (10 s at 100,000 levels).
MAX_DEPTH = 512
#: Pages with fewer tags than this cannot nest deeply enough to be slow (0.5 s at 20,000 levels, 0.03 s at 5,000, measured).
DEPTH_CHECK_FROM = 5_000

#: More attributes of one tag than this are dropped: lexbor compares each with all others (36 s at 150,000).
MAX_ATTRIBUTES = 2_000

_UNNESTED = (
    "area base br col embed hr img input link meta param source track wbr "  # hold nothing
    "p li dt dd tr td th thead tfoot tbody colgroup caption option optgroup rb rt rtc rp html head body"  # end by themselves
)
_CONTAINER_TAG = re.compile(rf"<(/?)(?!(?:{_UNNESTED.replace(' ', '|')})[\s/>])[a-z][^<>]*>", re.I)
_ATTRIBUTE = (
    r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+))?+"  # HTML 13.2.5.32
)
_CROWDED_TAG = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1|\Z)"
    rf"|(?P<kept><[a-z][^\s/>]*+(?:{_ATTRIBUTE}){{{MAX_ATTRIBUTES}}})(?:{_ATTRIBUTE})++"
    rf"|<[a-z][^\s/>]*+(?:{_ATTRIBUTE})*+",  # any other tag, so that none is begun again within
    re.I | re.S,
)
_TAG = re.compile(rf"<[a-z][^\s/>]*+(?:{_ATTRIBUTE})*+", re.I)
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE)


def crowding(html: str) -> int:
    """How many tags and attributes a page has, those in its scripts and comments too."""
    attributes = sum(len(_EACH_ATTRIBUTE.findall(tag[0])) for tag in _TAG.finditer(html))
    return html.count("<") + attributes


def flatten(html: str) -> str:
    """Drop the tags of containers nested deeper than MAX_DEPTH, and attributes past MAX_ATTRIBUTES: parsing stays linear."""
    # A page is only copied where there is something to drop: its pieces take several times its memory.
    # A page is only copied where there is something to drop: its pieces take several times its memory.
    if len(html) > 2 * MAX_ATTRIBUTES and any(found["kept"] for found in _CROWDED_TAG.finditer(html)):
        html = _CROWDED_TAG.sub(lambda found: found["kept"] or found[0], html)
    if html.count("<") < DEPTH_CHECK_FROM or not _is_deep(html):
        return html
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        if not tag[1]:
            depth += 1
            return tag[0] if depth <= MAX_DEPTH else " "
        depth = max(depth - 1, 0)
        return tag[0] if depth < MAX_DEPTH else " "

    return _CONTAINER_TAG.sub(keep, html)


def _is_deep(html: str) -> bool:
    depth = 0
    for tag in _CONTAINER_TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False
