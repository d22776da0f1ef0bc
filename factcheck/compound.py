"""The parts of a compound sentence that state something by themselves ("X relieves pain, and it is FDA-approved for PTSD").

A second clause with a verb of its own is judged by itself (docs/labels.md), so that an honest half does not cover for the other.
"""

from __future__ import annotations

import re

#: Where one statement ends and another begins: at a semicolon or a spaced dash, at a conjunction or relative after a comma (but
#: not "which is", which explains a word), at a conjunction before a word that can be a subject or before a verb that goes on with
#: the same one ("and never harms"), before what something is said to prove, at a comma after "not merely", and at the comma after
#: a clause that the sentence begins with ("Because it is legal, ...").
_CUT = re.compile(
    r"(?:,|;|\s[—–-])\s(?:and|but|while|whereas|although|though|yet|so|because|since|or|(?:which|who)(?!\s(?:is|are|was|were)\b))\s"
    r"|;\s|\s[—–]\s"
    r"|\s(?:and|but)\s(?=(?:(?:also|then|never|always)\s)?(?:is|are|was|were|has|have|had|can|cannot|may|might|could|will|would|does|do"
    r"|did|carries|causes|lasts|works|acts|helps|relieves|treats|cures|heals|ends|lifts|eliminates|restores|needs|requires|leaves"
    r"|makes|brings|gives|stays|keeps|remains|produces|poses|never|always)(?:n['’]t)?\s)"
    r"|\s(?:and|but|while|whereas|although|because)\s"
    r"(?=(?:it|they|this|these|the|we|its|nobody|no|ketamine|esketamine|spravato|scientists|researchers|patients)\b)"
    r"|(?P<more>[,;:]|\s[—–-])\s(?=(?:it|they|this|these)(?:['’]s|['’]re|\s(?:is|are|can|will|has|have|does|do)\b))"
    r"|\s(?P<proof>pro(?:ves?|ved|ven|of)|guarantees?|certif(?:y|ies)|confirm(?:s|ed)?|means?|beyond (?:any )?doubt)\sthat\s",
    re.IGNORECASE,
)
#: What lets a second clause with a pronoun go on without a conjunction ("not merely a treatment, it is a cure").
_MERELY = re.compile(r"\b(?:not|n['’]t)\s(?:merely|only|just|simply)\b", re.I)
#: Words before it by which nothing is said to be proven.
_UNPROVEN = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|cannot|\w+n['’]t|whether|if|until|yet)\b", re.I
)
#: A clause that the sentence begins with, and the comma after it.
#: Its subject must not be a pronoun, which would stand for what comes after.
_OPENING = re.compile(
    r"\A(?:because|since|although|though|while|whereas|as|now that)\s(?!(?:it|they|this|these)\b)[^,;]*"
    r"(?P<end>,\s)(?!and\s|or\s)",
    re.I,
)
#: A verb, or a word in the form of one: a statement has it.
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|may|might|could|will|would|does|do|did|\w{3,}(?:s|ed))\b", re.I
)
#: Shorter parts are names and asides ("or so they say"). Set by judgment; not swept.
_LEAST_WORDS = 3


def statements(text: str) -> list[tuple[int, int]]:
    """Offsets of the parts of a sentence that could each stand alone, in order; empty where it is of one piece."""
    opening = _OPENING.match(text)
    first = opening.span("end") if opening else (0, 0)
    cuts: list[tuple[int, int]] = [first] if opening else []
    for m in _CUT.finditer(text, first[1]):
        before = text[cuts[-1][1] if cuts else 0 : m.start()]
        if (m["proof"] and _UNPROVEN.search(before)) or (m["more"] and not _MERELY.search(before)):
            continue
        cuts.append(m.span())
    bounds = [0, *(i for cut in cuts for i in cut), len(text)]
    parts = list(zip(bounds[::2], bounds[1::2], strict=True))
    if len(parts) < 2:
        return []
    return [(s, e) for s, e in parts if len(text[s:e].split()) >= _LEAST_WORDS and _VERB.search(text, s, e)]


def leans_on(before: str, text: str, start: int) -> str:
    """What a part that begins at an offset leans on: what the sentence has said so far, or the sentence before."""
    return text[:start] or before
