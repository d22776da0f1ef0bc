"""Names in a sentence: of people, places and organizations, which say nothing of the treatment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from spacy.lang.en.stop_words import STOP_WORDS

from factcheck.lexicon import Mention

#: A sentence with a larger share of capitalized words is a heading: its capitals tell no names. One with a full stop may
#: have more: a short one that names a clinic and its city.
_HEADING, _STOPPED_HEADING = 0.6, 0.8
#: Nouns that end the name of an organization, and words inside one that are not capitalized.
_TRADE = frozenset(
    "academy associates care center centers centre centres clinic clinics company group health healthcare hospital infusions "
    "institute ketamine medical medicine network partners practice psychiatry services society solutions specialists spa systems "
    "therapeutics therapies therapy treatment university wellness".split()
)
_LINKING = frozenset({"of", "&", "for", "and", "the"})


def names_in(tokens: Sequence[str], mentions: Sequence[Mention], titled: float) -> tuple[frozenset[int], list[range]]:
    """Tokens that are names: capitalized words within a sentence that the lexicon does not know, and the words of an
    organization's name ("Harbor Ketamine Clinic"), known or not, which are given by themselves as well."""
    if titled > (_STOPPED_HEADING if tokens and tokens[-1] == "." else _HEADING):
        return frozenset(), []
    capital = [
        i
        for i, word in enumerate(tokens)
        if word[0].isupper() and word[1:].islower() and (not i or tokens[i - 1] not in '.!?:"')
    ]
    if not capital:
        return frozenset(), []
    known = {i for m in mentions for i in range(m.start, m.end)}
    unknown = {
        i
        for i in capital
        if i not in known and tokens[i].lower() not in _TRADE and (i or tokens[0].lower() not in STOP_WORDS)
    }
    organizations: list[range] = []
    for run in _runs(capital, tokens):
        named = [i for i in run if i in unknown]
        trade = [i for i in run if i > min(named, default=run[-1]) and tokens[i].lower() in _TRADE]
        if named and trade:
            organizations.append(range(named[0], trade[-1] + 1))
    return frozenset({*unknown - {0}, *(i for each in organizations for i in each)}), organizations


def without(organizations: Sequence[range], mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions, with those inside the name of an organization made one: of a clinic, whatever it calls itself."""
    inside = {i for each in organizations for i in each}
    clinics = [Mention(each.start, each.stop, "clinic_subject", "clinic") for each in organizations]
    return tuple(sorted([*(m for m in mentions if m.start not in inside), *clinics]))


def _runs(capital: Sequence[int], tokens: Sequence[str]) -> Iterator[list[int]]:
    """Capitalized tokens that stand together, or apart by a word like "of"."""
    run: list[int] = []
    for i in capital:
        if run and not (i == run[-1] + 1 or (i == run[-1] + 2 and tokens[i - 1] in _LINKING)):
            yield run
            run = []
        run.append(i)
    yield run


def titled_share(text: str) -> float:
    """The share of the words of four letters and more that begin with a capital, those that stand together counted as one: a
    name of three words says no more of a sentence than one of two."""
    capital = [w[0].isupper() for w in text.split() if len(w) > 3 and w[0].isalpha()]
    apart = [is_capital for is_capital, run in groupby(capital) for _ in range(1 if is_capital else len(list(run)))]
    return apart.count(True) / len(apart) if apart else 0.0
