"""Characters that look like Latin letters and digits, and characters that cannot be seen. Standard library only.

Chosen from the confusables of Unicode Technical Standard 39: those that a reader takes for a plain letter in running text.
"""

from __future__ import annotations

import unicodedata

_CYRILLIC = dict(zip("аеорсухіјѕԁһԛԝѵкɡАВЕКМНОРСТУХІЈЅԌԚԜ", "aeopcyxijsdhqwvkgABEKMHOPCTYXIJSGQW", strict=True))
_GREEK = dict(zip("αικνορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aikvopuxABEZHIKMNOPTYX", strict=True))
_OTHERS = dict(zip("ıɑօսոᴏᴠᴡᴢ", "iaounovwz", strict=True))
#: Fullwidth forms, letters in circles, mathematical alphabets: a plain character in another dress (NFKC).
_DRESSED = {
    char: plain
    for low, high in ((0x2100, 0x2190), (0x2460, 0x2500), (0xFF01, 0xFF5F), (0x1D400, 0x1D800))
    for char in map(chr, range(low, high))
    if len(plain := unicodedata.normalize("NFKC", char)) == 1 and plain.isascii() and plain.isprintable()
}
#: For `str.translate`, one character for one, so that offsets hold.
PLAIN = str.maketrans({**_DRESSED, **_OTHERS, **_GREEK, **_CYRILLIC})

#: Characters of no width: joiners, spaces of no width, marks of direction, selectors of a variant, tags.
INVISIBLE = (
    "\0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
