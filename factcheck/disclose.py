"""What a page discloses (fair balance): off-label status, risks, abuse potential, that results vary (docs/disclosures.md).

A sentence discloses where the reading finds it said of the treatment, clause by clause, by the rules of `data/disclosures/`, or
where it takes a stance on one of the reference entries that are named there. Either way it has to be a statement: a question, an
invitation to ask, a denial or another treatment's risk discloses nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from factcheck.border import DataError, DisclosureRule, LexiconRow, load_yaml
from factcheck.domain import BlockKind, Channel, Claim, Disclosed, Disclosure, Finding, Label, Sentence
from factcheck.lexicon import Lexicon, normal_form
from factcheck.read import Reader, Reading
from factcheck.statements import NEGATING, elsewhere, holds
from factcheck.words import fold

#: An invitation begins so; what it names is not said.
_INVITES = frozenset(
    "ask talk speak discuss learn read discover click see find explore view contact call schedule book request download".split()
)


class Discloser:
    """Reads what sentences and pages disclose.

    Parameters
    ----------
    reader: reads with the words of `data/disclosures/`. rules: the validated rows.
    """

    def __init__(self, reader: Reader, rules: Sequence[DisclosureRule]) -> None:
        self._reader = reader
        self._rules = [rule for rule in rules if rule.require]
        self._by_entry = {(e, rule.stance): rule for rule in rules for e in rule.entries}
        self._stems = [_stems(rule.require, reader.lexicon) for rule in self._rules]
        self._by_form: dict[str, list[int]] = defaultdict(list)
        for n, stems in enumerate(self._stems):
            for form in min(stems, key=len):
                self._by_form[form].append(n)
        self._listed_forms, self._lead_forms = _stems((_LISTED, _LEADING), reader.lexicon)

    @classmethod
    def load(cls, folder: Path) -> Discloser:
        """Read `words.yaml` and `rules.yaml`. Raises `DataError` with file and row where one does not fit."""
        lexicon = Lexicon(load_yaml(folder / "words.yaml", LexiconRow), ())
        path = folder / "rules.yaml"
        rules = load_yaml(path, DisclosureRule)
        for rule in rules:
            for word in (*(w for group in rule.require for w in group), *rule.without):
                if word not in lexicon.rows:
                    raise DataError(f"{path}: {rule.id}: no word {word!r} in words.yaml; add a row or correct the name")
        return cls(Reader(lexicon), rules)

    def page(self, findings: Sequence[Finding]) -> tuple[Disclosure, ...]:
        """What a page discloses, each with the first sentence that does: one that a reader of the page sees, no heading."""
        found: dict[Disclosed, Sentence] = {}
        missing = frozenset(Disclosed)
        for finding in findings:
            sentence = finding.sentence
            if not missing:
                break
            if sentence.channel is Channel.BODY and sentence.kind.states:
                disclosed = self.sentence(sentence, finding.claims, missing)
                found |= dict.fromkeys(disclosed, sentence)
                missing -= disclosed
        return tuple(Disclosure(d, d in found, found.get(d)) for d in Disclosed)

    def sentence(
        self, sentence: Sentence, claims: Iterable[Claim] = (), among: Collection[Disclosed] = tuple(Disclosed)
    ) -> frozenset[Disclosed]:
        """What one sentence discloses of `among`, whatever it stands in; `claims` are those of its finding.

        Where the reading finds the words of a disclosure and that they are denied, no claim makes up for it.
        """
        in_table = sentence.kind is BlockKind.TABLE_CELL
        by_entry = [
            rule
            for c in (
                () if in_table else claims
            )  # the name of a row ("Risk of dependence") is read as a claim, but says nothing
            if c.label in (Label.SUPPORTED, Label.OVERSTATED)
            and (rule := self._by_entry.get((c.entry.id, c.stance)))
            and rule.discloses in among
        ]
        lead = _lead(sentence)
        words = _words(sentence.text)
        listed = bool(lead) and Disclosed.RISKS in among and not words.isdisjoint(self._listed_forms)
        listed = listed and not _words(lead).isdisjoint(self._lead_forms)
        near = sorted({n for form in words & self._by_form.keys() for n in self._by_form[form]})
        worth = [
            self._rules[n]
            for n in near
            if self._rules[n].discloses in among and not any(map(words.isdisjoint, self._stems[n]))
        ]
        if not (by_entry or listed or worth):
            return frozenset()
        reading = self._reader.read(sentence.text, sentence.heading if in_table else sentence.before)
        if reading.question or _invites(reading.lowers):
            return frozenset()
        held = [(rule.discloses, holds(rule, reading)) for rule in worth]
        found = {disclosed for disclosed, holds in held if holds}
        denied = {disclosed for disclosed, holds in held if holds is False}
        ids = {m.id for m in reading.mentions}
        for rule in by_entry:
            if rule.discloses not in denied and ids.isdisjoint((*rule.without, "doubtful")) and not elsewhere(reading):
                found.add(rule.discloses)
        if Disclosed.RISKS not in found and listed and self._listed(reading, lead):
            found.add(Disclosed.RISKS)
        return frozenset(found)

    def _listed(self, reading: Reading, lead: str) -> bool:
        """Whether a list item names an effect ("Nausea") under what says that side effects follow."""
        if not any(m.id in _LISTED for m in reading.mentions) or any(m.type in NEGATING for m in reading.mentions):
            return False
        above = self._reader.read(lead)
        types, ids = {m.type for m in above.mentions}, {m.id for m in above.mentions}
        return (
            not ids.isdisjoint(_LEADING)
            and "told_elsewhere" not in ids
            and not types & {"other", "complaint", *NEGATING}
        )


#: Words for effects that a list item may name, and those that lead into such a list.
_LISTED = ("effect", "circulation", "unpleasant")
_LEADING = ("side_effect", "risk")


def _invites(lowers: Sequence[str]) -> bool:
    """Whether a sentence sends its reader elsewhere ("Ask us about ...", "Keep reading"), or quotes what it will refute."""
    first = lowers[1:] if lowers[:1] == ("please",) else lowers
    return not first or first[0] in _INVITES or first[0] == "myth" or first[:2] == ("keep", "reading")


def _lead(sentence: Sentence) -> str:
    """What leads into a list item: the sentence before it, or the heading above it."""
    if sentence.before.rstrip().endswith(":"):
        return sentence.before
    under = sentence.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_CELL)
    return sentence.heading if under else ""


def _stems(groups: Iterable[Iterable[str]], lexicon: Lexicon) -> list[frozenset[str]]:
    """For each group the forms of which a sentence must have one, so that most need not be read."""
    rows = [[lexicon.rows[word] for word in group] for group in groups]
    return [
        frozenset(normal_form(max(_WORD.findall(p.lower()), key=len)) for row in group for p in row.phrases)
        for group in rows
        if not any(row.id == "not" for row in group)  # "n't" is no word here
    ]


def _words(text: str) -> frozenset[str]:
    plain = text if text.isascii() else fold(text)[0]
    return frozenset(map(_form, _WORD.findall(plain.lower())))


_WORD = re.compile(r"[a-z%]+")
#: Pages repeat their words.
_form = lru_cache(maxsize=20_000)(normal_form)
