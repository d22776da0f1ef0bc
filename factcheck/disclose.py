"""What a page discloses (fair balance): off-label status, risks, abuse potential, that results vary. docs/disclosures.md defines them.

A sentence discloses where the reading finds it said of the treatment, clause by clause, by the rules of `data/disclosures/`, or
where it takes a stance on one of the reference entries that are named there. Either way it has to be a statement: a question, an
invitation to ask, a denial or another treatment's risk discloses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from factcheck.border import DataError, DisclosureRule, LexiconRow, load_yaml
from factcheck.domain import BlockKind, Channel, Claim, Disclosed, Disclosure, Finding, Label, Sentence
from factcheck.features import NEGATING
from factcheck.lexicon import Lexicon, Mention, fold, normal_form
from factcheck.read import Clause, Reader, Reading

#: Blocks that disclose nothing by themselves: a heading announces, a question asks.
_SILENT = frozenset({BlockKind.HEADING, BlockKind.QUESTION})
#: An invitation begins so; what it names is not said.
_INVITES = frozenset(
    "ask learn read discover click see find explore view contact call schedule book request download watch visit".split()
)
_RELATIVES = frozenset(["which", "who", "that", "whose"])
#: Words with which what follows a comma is a statement of its own, out of reach of a negation before it.
_RESUMES = frozenset("since as so because but although though while yet which who and".split())
#: Tokens before a name in which a contrast makes it what is compared with, not what is spoken of.
_CONTRAST_REACH = 4
_CONTRASTS = frozenset(["than", "unlike", "versus", "vs", "like", "with", "to"])
_TREATMENT = frozenset({"drug", "treatment"})


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
        anchors = {word for rule in self._rules for word in rule.require[0]}
        stems = {_stem(phrase) for word in anchors for phrase in reader.lexicon.rows[word].phrases}
        self._worth_reading = re.compile("|".join(sorted(map(re.escape, stems)))).search

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
        for finding in findings:
            sentence = finding.sentence
            if sentence.channel is Channel.BODY and sentence.kind not in _SILENT and len(found) < len(Disclosed):
                for disclosed in self.sentence(sentence, finding.claims):
                    found.setdefault(disclosed, sentence)
        return tuple(Disclosure(d, d in found, found.get(d)) for d in Disclosed)

    def sentence(self, sentence: Sentence, claims: Iterable[Claim] = ()) -> frozenset[Disclosed]:
        """What one sentence discloses, whatever it stands in; `claims` are those of its finding."""
        by_entry = [
            rule
            for c in claims
            if c.label in (Label.SUPPORTED, Label.OVERSTATED) and (rule := self._by_entry.get((c.entry.id, c.stance)))
        ]
        lead = _lead(sentence)
        if not by_entry and not lead and not self._worth_reading(fold(sentence.text)[0].lower()):
            return frozenset()
        reading = self._reader.read(sentence.text, sentence.before)
        if reading.question or not reading.clauses or reading.lowers[0] in _INVITES:
            return frozenset()
        ids = {m.id for m in reading.mentions}
        found = {rule.discloses for rule in by_entry if ids.isdisjoint(rule.without) and not _elsewhere(reading)}
        for rule in self._rules:
            if rule.discloses not in found and _holds(rule, reading):
                found.add(rule.discloses)
        if Disclosed.RISKS not in found and lead and self._listed(reading, lead):
            found.add(Disclosed.RISKS)
        return frozenset(found)

    def _listed(self, reading: Reading, lead: str) -> bool:
        """Whether a list item names an effect ("Nausea") under what says that side effects follow."""
        if not any(m.id in _LISTED for m in reading.mentions) or any(m.type in NEGATING for m in reading.mentions):
            return False
        above = self._reader.read(lead)
        types, ids = {m.type for m in above.mentions}, {m.id for m in above.mentions}
        return "side_effect" in ids and "told_elsewhere" not in ids and not types & {"other", "complaint", *NEGATING}


#: Words for effects that a list item may name.
_LISTED = frozenset({"effect", "circulation", "unpleasant"})


def _lead(sentence: Sentence) -> str:
    """What leads into a list item: the sentence before it, or the heading above it."""
    if sentence.before.rstrip().endswith(":"):
        return sentence.before
    under = sentence.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_CELL)
    return sentence.heading if under else ""


def _holds(rule: DisclosureRule, reading: Reading) -> bool:
    if rule.reach == "sentence":
        n = len(reading.words)
        return _holds_in(rule, reading, Clause(0, n, reading.mentions, frozenset(), frozenset(), frozenset()))
    return any(_holds_in(rule, reading, clause) for clause in reading.clauses)


def _holds_in(rule: DisclosureRule, reading: Reading, clause: Clause) -> bool:
    ids = {m.id for m in clause.mentions}
    if not all(ids.intersection(group) for group in rule.require) or not ids.isdisjoint(rule.without):
        return False
    if "writer" in ids or reading.lowers[clause.end - 1] == "?":
        return False
    for anchor in (m for m in clause.mentions if m.id in rule.require[0]):
        others = [_nearest(anchor, group, clause.mentions) for group in rule.require[1:]]
        if any(o is None for o in others):
            continue
        end = max([anchor.end, *(o.end for o in others if o)])
        denied = _denials(clause, reading.lowers, anchor, end) % 2 == 1
        if rule.denied != "either" and denied != (rule.denied == "yes"):
            continue
        if not _of_another(reading, clause, anchor) and not _relieved(clause, anchor, others):
            return True
    return False


def _nearest(anchor: Mention, group: Sequence[str], mentions: Sequence[Mention]) -> Mention | None:
    """The mention of a group nearest to the anchor, not one of the very same words."""
    near = [m for m in mentions if m.id in group and (m.start, m.end) != (anchor.start, anchor.end)]
    return min(near, key=lambda m: abs(m.start - anchor.start), default=None)


def _denials(clause: Clause, lowers: Sequence[str], anchor: Mention, end: int) -> int:
    """How many negations govern what stands up to `end`: those before it whose reach no resuming word ends, an affix anywhere,
    and one after it that denies its occurring ("do not occur")."""
    count, covered = 0, -1
    for m in clause.mentions:
        if m.type not in NEGATING or m.start < covered:
            continue
        if m.start == 0 and lowers[0] == "no" and lowers[1:2] == (",",):  # the answer "No, ..."
            continue
        before = m.start < end and not any(
            lowers[i] == "," and lowers[i + 1] in _RESUMES for i in range(m.end, max(anchor.start - 1, m.end))
        )
        after = m.start >= end and any(o.id == "occur" and m.end <= o.start <= m.end + 1 for o in clause.mentions)
        if m.type == "affix" or before or after:
            count += 1
            covered = m.end if m.type != "affix" else m.start
    return count


def _of_another(reading: Reading, clause: Clause, anchor: Mention) -> bool:
    """Whether what the anchor says is said of another drug, therapy or illness: the subject before it, else what follows it."""
    lowers = reading.lowers
    named = [m for m in clause.mentions if m.type in _TREATMENT or m.type in ("other", "complaint")]
    named = [m for m in named if not any(o.type == "other" and o.start <= m.start < o.end for o in named if o is not m)]
    if any(m.type == "drug" for m in named) and "combine" in {m.id for m in clause.mentions}:
        return False
    ahead = [m for m in named if m.start < anchor.start and not _compared(m, lowers)]
    if ahead:
        return ahead[0].type in ("other", "complaint") and not any(m.type in _TREATMENT for m in ahead)
    index = next((n for n, c in enumerate(reading.clauses) if c.start == clause.start), 0)
    if index and lowers[clause.start] in _RELATIVES:
        return _last_named_is_other(reading.clauses[index - 1])
    if any(m.type in _TREATMENT for m in named):
        return False
    behind = [m for m in named if m.start >= anchor.end and m.type == "other"]
    return bool(behind) or (index == 0 and _elsewhere(reading))


def _compared(mention: Mention, lowers: Sequence[str]) -> bool:
    run_up = lowers[max(0, mention.start - _CONTRAST_REACH) : mention.start]
    return any(w in _CONTRASTS for w in run_up) and "," not in run_up


def _last_named_is_other(clause: Clause) -> bool:
    named = [m for m in clause.mentions if m.type in _TREATMENT or m.type == "other"]
    return bool(named) and named[-1].type == "other"


def _elsewhere(reading: Reading) -> bool:
    """Whether the sentence leans on one that spoke only of another treatment, or itself names only such."""
    types = {m.type for m in reading.mentions}
    if types & _TREATMENT and "drug" in types:
        return False
    if "other" in types:
        return not types & _TREATMENT
    return bool(reading.context & _OTHERS) and not reading.context & {"ketamine", "esketamine"}


_OTHERS = frozenset({"other_drug", "other_treatment"})


def _relieved(clause: Clause, anchor: Mention, others: Sequence[Mention | None]) -> bool:
    """Whether the nearest verb before the anchor makes it better ("eases headaches"), not what brings it about."""
    ahead = [m for m in clause.mentions if m.end <= anchor.start and (m.type == "relief" or m in others)]
    return bool(ahead) and max(ahead, key=lambda m: m.end).type == "relief"


def _stem(phrase: str) -> str:
    """A stretch of the text that a phrase cannot be matched without: the stem of its longest word."""
    words = re.findall(r"[a-z%]+", phrase.lower().removeprefix("="))
    return normal_form(max(words, key=len)).rstrip("y")
