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
from factcheck.lexicon import Lexicon, Mention, fold, normal_form
from factcheck.read import Clause, Reader, Reading

#: Blocks that disclose nothing by themselves: a heading announces, a question asks.
_SILENT = frozenset({BlockKind.HEADING, BlockKind.QUESTION})
#: An invitation begins so; what it names is not said.
_INVITES = frozenset(
    "ask talk speak discuss learn read discover click see find explore view contact call schedule book request download".split()
)
_RELATIVES = frozenset(["which", "who", "that", "whose"])
#: Words with which what follows a comma is a statement of its own, out of reach of a negation before it.
_RESUMES = frozenset("since as so because but although though while yet which who and".split())
#: Tokens before a name in which a contrast makes it what is compared with, not what is spoken of.
_CONTRAST_REACH = 4
_CONTRASTS = frozenset(["than", "unlike", "versus", "vs", "like", "with", "to"])
_NEGATING = frozenset({"negation", "affix"})
_TREATMENT = frozenset({"drug", "treatment"})
#: What else can do harm or be addictive.
_CULPRITS = ("other", "complaint")


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
            if speaks(sentence.kind, sentence.channel):
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
        held = [(rule.discloses, _holds(rule, reading)) for rule in worth]
        found = {disclosed for disclosed, holds in held if holds}
        denied = {disclosed for disclosed, holds in held if holds is False}
        ids = {m.id for m in reading.mentions}
        for rule in by_entry:
            if rule.discloses not in denied and ids.isdisjoint((*rule.without, "doubtful")) and not _elsewhere(reading):
                found.add(rule.discloses)
        if Disclosed.RISKS not in found and listed and self._listed(reading, lead):
            found.add(Disclosed.RISKS)
        return frozenset(found)

    def _listed(self, reading: Reading, lead: str) -> bool:
        """Whether a list item names an effect ("Nausea") under what says that side effects follow."""
        if not any(m.id in _LISTED for m in reading.mentions) or any(m.type in _NEGATING for m in reading.mentions):
            return False
        above = self._reader.read(lead)
        types, ids = {m.type for m in above.mentions}, {m.id for m in above.mentions}
        return (
            not ids.isdisjoint(_LEADING)
            and "told_elsewhere" not in ids
            and not types & {"other", "complaint", *_NEGATING}
        )


#: Words for effects that a list item may name, and those that lead into such a list.
_LISTED = ("effect", "circulation", "unpleasant")
_LEADING = ("side_effect", "risk")


def speaks(kind: BlockKind, channel: Channel) -> bool:
    """Whether what stands in such a block can disclose: readers of the page see it, and it is no heading and no question."""
    return channel is Channel.BODY and kind not in _SILENT


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


def _holds(rule: DisclosureRule, reading: Reading) -> bool | None:
    """True where a clause says what the rule asks for, False where one says the opposite, None where none speaks of it."""
    clauses: Sequence[Clause] = reading.clauses
    if rule.reach == "sentence":
        whole = Clause(0, len(reading.words), reading.mentions, frozenset(), frozenset(), frozenset())
        clauses = (whole,)
    found = [_holds_in(rule, reading, clause) for clause in clauses]
    return True if True in found else (False if False in found else None)


def _holds_in(rule: DisclosureRule, reading: Reading, clause: Clause) -> bool | None:
    ids = {m.id for m in clause.mentions}
    if not all(ids.intersection(group) for group in rule.require) or not ids.isdisjoint((*rule.without, *_UNSAID)):
        return None
    if reading.lowers[clause.end - 1] == "?":
        return None
    holds = None
    for anchor in (m for m in clause.mentions if m.id in rule.require[0]):
        others = [_nearest(anchor, group, clause.mentions, rule.ordered) for group in rule.require[1:]]
        partners = [o for o in others if o is not None]
        if (
            len(partners) < len(others)
            or _of_another(rule, reading, clause, anchor)
            or _relieved(clause, anchor, partners)
        ):
            continue
        end = anchor.end if rule.denied == "yes" else max([anchor.end, *(o.end for o in partners)])
        start = max((o.end for o in partners), default=0) if rule.denied == "between" else clause.start
        if rule.denied == "either" or _denied(clause, reading.lowers, start, anchor, end) == (rule.denied != "no"):
            return True
        holds = False
    return holds


#: Words with which a clause is one person's story, or leaves open whether.
_UNSAID = ("writer", "doubtful")


def _nearest(anchor: Mention, group: Sequence[str], mentions: Sequence[Mention], ordered: bool) -> Mention | None:
    """The mention of a group nearest to the anchor, not one of the very same words; before it, if they are ordered."""
    near = [m for m in mentions if m.id in group and (m.start, m.end) != (anchor.start, anchor.end)]
    near = [m for m in near if m.start < anchor.start] if ordered else near
    return min(near, key=lambda m: abs(m.start - anchor.start), default=None)


def _denied(clause: Clause, lowers: Sequence[str], start: int, anchor: Mention, end: int) -> bool:
    """Whether what stands up to `end` is denied: a plain negation ("no", "not"), or a word that takes away ("without", "-free").

    Both together affirm ("not without risk"); two of a kind do not ("no risk and no side effects"). A negation reaches up to a
    word that begins a new statement, and back over a verb beside it ("do not occur").
    """
    kinds = set()
    for m in clause.mentions:
        if m.type not in _NEGATING or m.start < start:
            continue
        if m.start == 0 and lowers[0] == "no" and lowers[1:2] == (",",):  # the answer "No, ..."
            continue
        reaches = m.start < end and not any(
            lowers[i] == "due" or (lowers[i] == "," and lowers[i + 1] in _RESUMES)
            for i in range(m.end, max(anchor.start - 1, m.end))
        )
        back = any(o.id in ("occur", "bring_about") and m.end <= o.start <= m.end + 1 for o in clause.mentions)
        if m.type == "affix" or reaches or back:
            kinds.add(m.id == "not")
    return len(kinds) == 1


def _of_another(rule: DisclosureRule, reading: Reading, clause: Clause, anchor: Mention) -> bool:
    """Whether what the anchor says is said of another drug, therapy or illness: the subject before it, else what follows it."""
    lowers = reading.lowers
    others = _CULPRITS if rule.discloses in (Disclosed.RISKS, Disclosed.ABUSE) else ("other",)
    named = [m for m in _named(clause.mentions) if m.type in _TREATMENT or m.type in others]
    if any(m.type == "drug" for m in named) and "combine" in {m.id for m in clause.mentions}:
        return False
    ahead = [m for m in named if m.start < anchor.start and not _compared(m, lowers)]
    if ahead:
        return all(m.type in others for m in ahead)
    index = next((n for n, c in enumerate(reading.clauses) if c.start == clause.start), 0)
    if index and lowers[clause.start] in _RELATIVES:
        return _last_named_is_other(reading.clauses[index - 1])
    if any(m.type in _TREATMENT for m in named):
        return False
    behind = [m for m in named if m.start >= anchor.end and m.type == "other"]
    return bool(behind) or (index == 0 and _elsewhere(reading))


def _named(mentions: Sequence[Mention]) -> list[Mention]:
    """The treatments and illnesses spoken of. "Traditional treatment" and "botox injections" are one name each."""
    found = [m for m in mentions if m.type in _TREATMENT or m.type in _CULPRITS]
    return [m for m in found if not any(o.type == "other" and o.start <= m.start <= o.end for o in found if o is not m)]


def _compared(mention: Mention, lowers: Sequence[str]) -> bool:
    run_up = lowers[max(0, mention.start - _CONTRAST_REACH) : mention.start]
    return any(w in _CONTRASTS for w in run_up) and "," not in run_up


def _last_named_is_other(clause: Clause) -> bool:
    named = [m for m in clause.mentions if m.type in _TREATMENT or m.type == "other"]
    return bool(named) and named[-1].type == "other"


def _elsewhere(reading: Reading) -> bool:
    """Whether the sentence leans on one that spoke only of another treatment, or itself names only such."""
    types = {m.type for m in _named(reading.mentions)}
    if types & _TREATMENT and "drug" in types:
        return False
    if "other" in types:
        return not types & _TREATMENT
    return bool(reading.context & _OTHERS) and not reading.context & {"ketamine", "esketamine"}


_OTHERS = frozenset({"other_drug", "other_treatment"})


def _relieved(clause: Clause, anchor: Mention, others: Sequence[Mention]) -> bool:
    """Whether the nearest verb before the anchor makes it better ("eases headaches"), not what brings it about."""
    ahead = [m for m in clause.mentions if m.end <= anchor.start and (m.type == "relief" or m in others)]
    return bool(ahead) and max(ahead, key=lambda m: m.end).type == "relief"


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
