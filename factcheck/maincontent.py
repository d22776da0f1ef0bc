"""Which pieces of a page are its content, and which are site chrome (menus, footers, banners, forms, what hides).

Every threshold and name here was chosen on the even-numbered pages of WCXB with `benchmarks/extraction.py --half even`;
redo it when the rules change, and report on the odd pages.
"""

from __future__ import annotations

import re

from factcheck.markup import Box, Markup, Piece

_CHROME_TAGS = frozenset(["nav", "footer", "form", "dialog", "menu", "aside"])
_CHROME_ROLES = frozenset(
    [
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "complementary",
        "tooltip",
    ]
)
#: Words in a class or id that mark chrome, standing whole or beside a hyphen or underscore.
_CHROME_NAMES = re.compile(
    r"(?:^|[\s_-])(?:[a-z]*nav|navbar|navigation|[a-z]*menu|offcanvas|breadcrumbs?|pagination|pager|skip|skip-link|"
    r"toolbar|topbar|top-bar|masthead|site-header|[a-z]*footer|(?<!with-)(?<!has-)(?<!no-)sidebar|widget-area|toc|table-of-contents|tagcloud|"
    r"cookies?|cookiebar|cookie-banner|consent|gdpr|popup|modal|newsletter|subscribe|promo-bar|announcement|login|tooltip|"
    r"share|sharing|social|socials|related|trending|recommended|comments?|respond|byline|author-box|author-bio|post-meta|entry-meta|"
    r"lang|language|language-switcher|screen-reader-text|sr-only|visually-hidden)(?:$|[\s_-])"
)
_CONTENT_NAMES = re.compile(r"(?:entry|post|article|blog|story)[-_]?(?:content|body|text)|articlebody")
#: What stands on a page behind a click (accordions, tabs, slides) is content though it is hidden at first; so is what React
#: streams into boxes named "S:0", "S:1", which a script then puts in place.
_OPENS = re.compile(r"accordion|faq|collaps|toggle|tab|panel|answer|expand|more|slide|carousel|swiper|\bs:[0-9a-f]+$")
_BUTTON_NAMES = re.compile(r"(?:^|[\s_-])(?:btn|button|cta|close)(?:$|[\s_-])")
#: A box that holds more of the page's text than this is content, whatever its names say (0.5 loses 0.5 points on service pages).
MAX_CHROME_SHARE = 0.6
#: The same for a box hidden by its style: pages are shown by a script more often than a popup is this long.
MAX_HIDDEN_SHARE = 0.3
#: A piece with more of its characters in links than this is navigation (0.5 to 0.9 score alike, 1.0 loses a point).
MAX_LINKED = 0.6
#: Captions of buttons ("Book now") are shorter than this, the headings of accordions mostly longer.
MIN_BUTTON_TEXT = 25
#: The innermost <main>, <article> or content box with at least this share of the content is the whole of it.
MIN_MAIN_SHARE = 0.7


def chrome_boxes(markup: Markup) -> list[bool]:
    """For each box, whether it is site chrome or stands inside some."""
    size = _sums([len(piece.text) - piece.linked for piece in markup.pieces])
    total = max(size[-1], 1)
    chrome: list[bool] = []
    for box in markup.boxes:
        inside = box.parent >= 0 and chrome[box.parent]
        chrome.append(inside or _looks_like_chrome(markup, box, (size[box.last] - size[box.first]) / total))
    return chrome


def _looks_like_chrome(markup: Markup, box: Box, share: float) -> bool:
    if box.tag in ("body", "main", "article") or share > MAX_CHROME_SHARE:
        return False
    if _named_chrome(box):
        return True
    if not box.hidden or share > MAX_HIDDEN_SHARE:
        return False
    return not any(_OPENS.search(near.names) for near in (box, *markup.above(box.parent, 3)))


def main_content(markup: Markup, chrome: list[bool]) -> list[bool]:
    """For each piece, whether it belongs to the page's content."""
    kept = [not chrome[piece.box] and not _is_control(markup, piece) for piece in markup.pieces]
    size = _sums([len(piece.text) if keep else 0 for piece, keep in zip(markup.pieces, kept, strict=True)])
    for box in reversed(markup.boxes):
        if (size[box.last] - size[box.first]) >= MIN_MAIN_SHARE * size[-1] and _is_main(box):
            # An article's headline often stands just above it.
            top = next(
                (i for i, piece in enumerate(markup.pieces) if kept[i] and markup.boxes[piece.box].level == 1), -1
            )
            return [keep and (box.first <= index < box.last or index == top) for index, keep in enumerate(kept)]
    return kept


def hidden_text(markup: Markup, chrome: list[bool]) -> list[str]:
    """What style hides from readers outside site chrome: text for search engines, or for nobody."""
    by_name = [False] * len(markup.boxes)  # is, or stands inside, what is chrome by its tag, role or names
    hidden = [False] * len(markup.boxes)
    for index, box in enumerate(markup.boxes):
        above = box.parent >= 0
        by_name[index] = (above and by_name[box.parent]) or _named_chrome(box)
        hidden[index] = (above and hidden[box.parent]) or box.hidden
    texts = [p.text for p in markup.pieces if chrome[p.box] and hidden[p.box] and not by_name[p.box]]
    return texts + [text for box, text in markup.hidden if not by_name[box]]


def _named_chrome(box: Box) -> bool:
    return (
        box.tag in _CHROME_TAGS or box.role in _CHROME_ROLES or bool(not box.level and _CHROME_NAMES.search(box.names))
    )


def _is_main(box: Box) -> bool:
    return box.tag in ("main", "article") or bool(_CONTENT_NAMES.search(box.names))


def _is_control(markup: Markup, piece: Piece) -> bool:
    """A link that is neither a heading nor a sentence, or the caption of a button that asks nothing (accordions ask)."""
    box = markup.boxes[piece.box]
    if piece.linked > MAX_LINKED * len(piece.text):
        return not box.level and piece.text[-1] not in ".!?"
    if len(piece.text) >= MIN_BUTTON_TEXT or piece.text.endswith("?"):
        return False
    return "button" in (box.tag, markup.boxes[box.parent].tag) or bool(_BUTTON_NAMES.search(box.names))


def _sums(values: list[int]) -> list[int]:
    sums = [0]
    for value in values:
        sums.append(sums[-1] + value)
    return sums
