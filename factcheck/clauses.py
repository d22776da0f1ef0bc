"""A sentence's clauses: where one ends and the next begins, and which drug each speaks of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from factcheck.lexicon import Mention

_CONJUNCTIONS = frozenset(("and but while whereas although though yet so because since or however").split())
_SUBORDINATORS = frozenset(
    ["while", "whereas", "although", "though", "because", "but", "however", "if", "when", "unless"]
)
_FRONTED = _SUBORDINATORS | {"unlike", "despite", "as", "by", "with", "compared"}
_RELATIVES = frozenset(["which", "who", "that", "where", "whose"])
_CONTRASTS = frozenset({"than", "unlike", "versus", "vs"})
#: Tokens on either side of a contrast ("unlike Spravato, ...") in which a drug is what is compared with, not spoken of.
_CONTRAST_REACH = 4


def drugs_spoken_of(mentions: Sequence[Mention], lowers: Sequence[str], names: frozenset[str]) -> frozenset[str]:
    """The drugs that a clause speaks of: not one that it only compares with, nor "ketamine" as Spravato's kind."""
    drugs: dict[str, bool] = {}
    for m in mentions:
        if m.id in names:
            run_up = lowers[max(0, m.start - _CONTRAST_REACH) : m.start]
            compared = any(w in _CONTRASTS for w in run_up) and "," not in run_up
            drugs[m.id] = drugs.get(m.id, False) or not compared
    spoken = {d for d, yes in drugs.items() if yes} or set(drugs)
    if {"ketamine", "esketamine"} <= spoken:
        first = next(m.id for m in mentions if m.id in spoken)
        if first == "esketamine" and not any(w in ("and", "or", "/") for w in lowers):
            spoken.discard("ketamine")
    return frozenset(spoken)


def clause_spans(lowers: Sequence[str], mentions: Sequence[Mention]) -> list[tuple[int, int, bool]]:
    """Cut a sentence into clauses: at semicolons and colons, at a comma before a conjunction, relative or participle, and at
    subordinating words. A cut that would leave no lexicon mention behind it is not made, so lists stay whole."""
    cuts: list[tuple[int, bool]] = []
    n = len(lowers)
    for i, word in enumerate(lowers):
        following = lowers[i + 1] if i + 1 < n else ""
        if word in (";", ":", "(", ")", ".", "?", "!") and i + 1 < n:
            cuts.append((i + 1, False))
        elif word == "," and i + 1 < n:
            participle = following.endswith("ing") and len(following) > 4
            finite = i + 2 < n and following in _CONJUNCTIONS and _starts_clause(lowers, i + 2)
            fronted = not cuts and lowers[0] in _FRONTED
            if following in _RELATIVES or participle or finite or following in _SUBORDINATORS or fronted:
                cuts.append((i + 1, participle))
        elif (i > 2 and word in _SUBORDINATORS and lowers[i - 1] != "," and word not in ("but", "when", "if")) or (
            i > 2 and word in ("which", "but") and lowers[i - 1] != "," and following != "also"
        ):
            cuts.append((i, False))
    starts = [m.start for m in mentions]
    spans = []
    begin, kind = 0, False
    for cut, participle in cuts:
        if cut - begin >= 2 and bisect_left(starts, begin) < bisect_left(starts, cut) < len(starts):
            spans.append((begin, cut, kind))
            begin, kind = cut, participle
    spans.append((begin, n, kind))
    return spans


_AUXILIARIES = frozenset(
    ("is are was were has have had can may might could will would should does do did must").split()
)


def _starts_clause(lowers: Sequence[str], i: int) -> bool:
    """Whether the words from i on look like a clause of their own: an auxiliary or a verb in -s within the next few words."""
    for j in range(i, min(i + 6, len(lowers))):
        if lowers[j] == ",":
            return False
        if lowers[j] in _AUXILIARIES:
            return True
    return False
