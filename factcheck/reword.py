"""Wordings to put in place of a flagged sentence. What is offered has been judged as any sentence is, and came out supported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from factcheck.domain import Entry, Grade, Label
from factcheck.explain import inline, sentence
from factcheck.lexicon import Lexicon
from factcheck.read import Reading

#: Wordings that are remembered; subjects come from pages, which may be hostile.
_MOST = 20_000
#: Words before a treatment's name that belong to it, as they are read and as they are written.
_BEFORE = {
    ("iv",): "IV",
    ("intravenous",): "intravenous",
    ("low", "dose"): "low-dose",
    ("supervised",): "supervised",
    ("oral",): "oral",
    ("sublingual",): "sublingual",
    ("compounded",): "compounded",
    ("intramuscular",): "intramuscular",
    ("im",): "IM",
    ("at", "home"): "at-home",
}
#: Words after it: what they become, and whether that is a plural.
_AFTER = {
    ("infusion", "therapy"): ("infusion therapy", False),
    ("nasal", "spray"): ("nasal spray", False),
    ("nasal", "sprays"): ("nasal spray", False),
    ("infusion",): ("infusions", True),
    ("infusions",): ("infusions", True),
    ("injection",): ("injections", True),
    ("injections",): ("injections", True),
    ("lozenge",): ("lozenges", True),
    ("lozenges",): ("lozenges", True),
    ("troche",): ("troches", True),
    ("troches",): ("troches", True),
    ("tablet",): ("tablets", True),
    ("tablets",): ("tablets", True),
    ("therapy",): ("therapy", False),
    ("treatment",): ("treatment", False),
    ("treatments",): ("treatment", False),
    ("session",): ("treatment", False),
    ("sessions",): ("treatment", False),
}
#: Forms of ketamine that a sentence may name without the drug ("our infusions").
_ALONE = frozenset({"infusion", "infusions", "lozenge", "lozenges", "troche", "troches"})
#: Forms other than those that the evidence on benefit is about: what it licenses for the treatment, it need not for them.
_OTHER_FORMS = frozenset(
    "oral sublingual compounded intramuscular IM at-home injections lozenges troches tablets".split()
)
#: What a wording may say of a treatment in any of its forms; "was first synthesized in 1962" is said of the drug alone.
_PREDICATE = re.compile(
    r"(?:can|may|might|could|should|acts|works|blocks|carries|causes|has (?:not been|been shown|potential|side effects)"
    r"|does not (?:work|replace)|(?:is|are) (?:not (?:FDA-approved|recommended|for|a cure)|contraindicated|generally|thought))\b"
)
#: What may be said of a form that the evidence on benefit is not about: that it is not shown or approved, or that it can harm.
_RESTRICTS = re.compile(
    r"(?:has not been|has potential|has side effects|should|carries|can cause|does not"
    r"|(?:is|are) (?:not|contraindicated))\b"
)
_FORM_NAMED = re.compile(r"\b(?:IV|infusions?|injections?|lozenges?|nasal|oral|at[- ]home|single|series|anesthe\w+)\b")
_PLURAL = {"is": "are", "has": "have", "does": "do", "its": "their", "it": "they"}
_SINGULAR = {plural: singular for singular, plural in _PLURAL.items()}
#: A pronoun for the subject, with its verb ("but it has", "and its use").
_PRONOUN = re.compile(r"\b(?:its|it (?:is|has|does|may|can))\b")
#: Where a wording names the treatment that people have had, rather than the drug.
_TREATED = r"\b((?:after|before|during|with) )(?:{name}) (?:treatment|therapy)(?![\w-])"
#: Names that an entry on both drugs may speak of.
_KETAMINE = frozenset({"ketamine", "esketamine"})
#: How a claim may be put, where neither the licensed wording nor the truth is read as supported.
_PUT = {
    Grade.ESTABLISHED: ("{claim}", "it is established that {inline}"),
    Grade.STRONG: ("evidence suggests that {inline}", "it may be that {inline}"),
    Grade.BOUNDED: ("it may be that {inline}", "it has not been proven that {inline}"),
    Grade.MIXED: ("it may be that {inline}", "it has not been proven that {inline}"),
    Grade.ABSENT: ("it has not been shown that {inline}", "there is no good evidence that {inline}"),
    Grade.CONTRARY: ("it is not true that {inline}", "there is no evidence that {inline}"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence calls the treatment: `drug` is its row of the lexicon, `text` as it reads inside a sentence."""

    drug: str
    text: str
    plural: bool = False
    other_form: bool = False  # one that the evidence on benefit is not about


@dataclass(frozen=True, slots=True)
class Flagged:
    """What a suggestion depends on: the entry that a sentence is flagged by, and what the sentence calls the treatment."""

    entry: Entry
    subject: Subject | None

    @property
    def key(self) -> tuple[str, Subject | None]:
        """What tells one from another within a reference set."""
        return self.entry.id, self.subject


class Suggester:
    """Chooses, for flagged sentences, the first wording that is judged to be supported. Remembers what it has chosen.

    Parameters
    ----------
    lexicon: names the treatments. entries: their licensed wordings say which names are fit to be used.
    judge: labels of sentences on their own, by the way that every sentence goes.
    """

    def __init__(
        self, lexicon: Lexicon, entries: Mapping[str, Entry], judge: Callable[[Sequence[str]], Sequence[Label]]
    ) -> None:
        self._lexicon = lexicon
        self._wordings = "\n".join(e.licensed for e in entries.values())
        self._judge = judge
        self._chosen: dict[tuple[str, Subject | None], str | None] = {}
        self._supported: dict[str, bool] = {}
        self._names: dict[str, str | None] = {}

    def subject(self, text: str, reading: Reading) -> Subject | None:
        """What a sentence calls its treatment; None where it names several, or none."""
        named = [m for m in reading.mentions if m.id in self._lexicon.drugs]
        if len({m.id for m in named}) > 1:
            return None
        found = [
            _subject(
                m.id,
                self._name(text[reading.offsets[m.start][0] : reading.offsets[m.end - 1][1]]),
                reading,
                m.start,
                m.end,
            )
            for m in named
        ]
        if not named and reading.drugs <= {"ketamine"}:
            found = [
                _subject("ketamine", "ketamine", reading, i, i)
                for i, word in enumerate(reading.lowers)
                if word in _ALONE
            ]
        return next((s for s in found if s is not None), None)

    def suggest(self, flagged: Sequence[Flagged]) -> list[str | None]:
        """A wording for each; None where none of those at hand is judged to be supported."""
        if len(self._chosen) + len(self._supported) > _MOST:
            self._chosen.clear()
            self._supported.clear()
        # One round judges the next wording of every sentence that has none yet, so that few batches are enough.
        open_ = {f.key: self.wordings(f) for f in flagged if f.key not in self._chosen}
        while open_:
            tried = {key: next(wordings, None) for key, wordings in open_.items()}
            self._learn(text for text in tried.values() if text is not None)
            for key, text in tried.items():
                if text is None or self._supported[text]:
                    self._chosen[key] = text
                    del open_[key]
        return [self._chosen[f.key] for f in flagged]

    def wordings(self, flagged: Flagged) -> Iterator[str]:
        """Wordings for a sentence flagged by an entry, the best first."""
        entry, subject = flagged.entry, flagged.subject
        own = self._own(entry, subject) if subject else None
        if own:
            yield sentence(own)
        yield sentence(entry.licensed)
        yield sentence(entry.truth)
        parts = re.split(r"[;:] |, (?:and|but|so|since|though) ", entry.truth)
        yield from (sentence(part) for part in parts[:1] if part != entry.truth)
        claim = entry.claim.rstrip(".")
        yield from (sentence(put.format(claim=claim, inline=inline(claim))) for put in _PUT[entry.grade])

    def _learn(self, texts: Iterable[str]) -> None:
        new = [t for t in dict.fromkeys(texts) if t not in self._supported]
        if new:
            self._supported |= {t: label is Label.SUPPORTED for t, label in zip(new, self._judge(new), strict=True)}

    def _name(self, said: str) -> str | None:
        """A treatment's name as licensed wordings write it; None where none begins with it, as with a street name."""
        key = " ".join(said.lower().split())
        if key not in self._names:
            match = re.search(rf"^{re.escape(key)}(?!\w)", self._wordings, re.IGNORECASE | re.MULTILINE)
            self._names[key] = match[0] if match else None
        return self._names[key]

    def _own(self, entry: Entry, subject: Subject) -> str | None:
        """The licensed wording said of the sentence's own subject, or None where that may not be true or not read well."""
        drugs = _KETAMINE if entry.drug == "both" else frozenset({entry.drug})
        if subject.drug not in drugs:
            return None
        phrases = [p for d in drugs for p in self._lexicon.rows[d].phrases if not p.startswith("=")]
        name = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))
        named = re.findall(rf"\b(?:{name})\b", entry.licensed, re.IGNORECASE)
        if set(named) == {subject.text} or (
            _FORM_NAMED.search(entry.licensed) and subject.text != self._name(subject.text)
        ):
            return None
        lead = re.match(
            rf"(?:{name})(?: and (?:{name}))?(?: (?:treatment|therapy))? (?=\w)", entry.licensed, re.IGNORECASE
        )
        rest = entry.licensed[lead.end() :] if lead else ""
        if _PREDICATE.match(rest) and not re.search(rf"\b(?:{name})\b", rest, re.IGNORECASE):
            return _said_of(subject, rest) if _RESTRICTS.match(rest) or not subject.other_form else None
        treated = re.search(_TREATED.format(name=name), entry.licensed, re.IGNORECASE)
        if treated is None or len(named) > 1 or (subject.other_form and entry.grade is not Grade.CONTRARY):
            return None
        return entry.licensed[: treated.end(1)] + subject.text + entry.licensed[treated.end() :]


def _said_of(subject: Subject, predicate: str) -> str:
    """A predicate of a licensed wording, said of the sentence's own subject, in its number."""
    verb, _, more = predicate.partition(" ")
    if subject.plural:
        more = _PRONOUN.sub(lambda m: " ".join(_PLURAL.get(w, w) for w in m[0].split()), more)
    return f"{subject.text} {_agreeing(verb, subject.plural)} {more}"


def _agreeing(verb: str, plural: bool) -> str:
    if not plural:
        return _SINGULAR.get(verb, verb)
    return _PLURAL.get(verb, verb.removesuffix("s") if verb in ("acts", "works", "blocks", "causes") else verb)


def _subject(drug: str, name: str | None, reading: Reading, start: int, end: int) -> Subject | None:
    """The name at tokens [start, end) with the words around it that belong to it."""
    if name is None:
        return None
    words = reading.lowers
    before: list[str] = []
    while more := next((w for w in _BEFORE if words[max(0, start - len(w)) : start] == w), None):
        before.insert(0, _BEFORE[more])
        start -= len(more)
    after = next((_AFTER[w] for w in _AFTER if words[end : end + len(w)] == w), ("", False))
    own = [words[start - 1]] if start and words[start - 1] == "our" and (before or after[0]) else []
    parts = [*own, *before, name, *([after[0]] if after[0] else [])]
    return Subject(drug, " ".join(parts), after[1], not _OTHER_FORMS.isdisjoint(parts))
