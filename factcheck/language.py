"""Is a text English? Common words answer in most cases; py3langid names the language of the rest."""

from __future__ import annotations

import re
from functools import cache

from factcheck.lookalikes import PLAIN

_WORD = re.compile(r"[^\W\d_]+")
#: Common English words that are rare in the other languages of `_NAMES` ("is", "in", "was", "a" are not).
_WORDS = (
    "the of and to that it with are be this by or from can may have not you your our their they which who will how what when "
    "more if about help been other than these does get us new up out now into there each some most only before after why find"
)
_COMMON = frozenset(_WORDS.split())
#: Share of common words above which a text is English: all English pages of WCXB but two have 0.1 or more; a paragraph each
#: of Danish, Dutch, French, German, Italian, Portuguese, Romanian, Spanish and Swedish had under 0.04.
ENGLISH_SHARE = 0.06
#: Shorter texts are taken as English: no method names the language of a few words (py3langid calls "Ketamine." Estonian).
MIN_WORDS = 20
MIN_LINE_WORDS = 5
#: Lists of names, which py3langid takes for any language, have a smaller share of words without a capital.
MIN_SMALL = 0.4
#: One word with an accent in a long English line is a loan ("café").
MIN_ACCENTED = 0.1
#: How much of a text is read to decide.
ENOUGH = 5_000


def foreign(text: str) -> str:
    """The name of the language that a text is in, or "" for English and for what cannot be told."""
    text = text[:ENOUGH].translate(PLAIN)  # a page in look-alikes is read as what it looks like
    words = _WORD.findall(text.lower())
    if (len(words) < MIN_WORDS and text.isascii()) or _share(words) >= ENGLISH_SHARE:
        return ""
    code = _identify(text)
    return "" if code == "en" else _NAMES.get(code, f"'{code}'")


def is_foreign_line(line: str) -> bool:
    """Whether a line in an English text is in another language: letters beyond ASCII, no common English word, not names alone."""
    if line.isascii() or (line := line.translate(PLAIN)).isascii():
        return False
    words = _WORD.findall(line)
    accented = sum(not word.isascii() for word in words)
    if len(words) < MIN_LINE_WORDS or accented < MIN_ACCENTED * len(words) or _share([word.lower() for word in words]):
        return False
    small = sum(not word[0].isupper() for word in words)
    return small >= MIN_SMALL * len(words) and _identify(line) != "en"


def _share(words: list[str]) -> float:
    return sum(word in _COMMON for word in words) / max(len(words), 1)


def _identify(text: str) -> str:
    _load()
    import py3langid

    return str(py3langid.classify(text)[0])


@cache
def _load() -> None:
    """Load the model, which takes half a second, for which pages in plain English need not wait."""
    import py3langid

    py3langid.set_languages([*_NAMES, "en"])


_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
