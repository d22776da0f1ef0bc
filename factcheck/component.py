"""The spaCy component: `nlp.add_pipe("factcheck")` gives a `Doc` its claims as `doc._.claims`.

spaCy imports this module with every pipeline (entry point `spacy_factories`), so the checker is imported only by a pipeline
that asks for it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc, Span

from factcheck.domain import Block, BlockKind, Document, FactcheckError, Finding, Label, Sentence

if TYPE_CHECKING:
    from factcheck.check import FactChecker

#: Where the claims stand in `Doc.user_data`: as plain values, so that `Doc.to_bytes`, `DocBin` and `n_process` carry them.
KEY = "factcheck"
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?!\s*\n))*")


class ClaimFinder:
    """Checks the sentences of a `Doc`: by its own sentence boundaries, or by those of factcheck where it has none.

    As with a page, a text that names no treatment of the reference set is not read any further.
    """

    def __init__(self, checker: FactChecker) -> None:
        self._checker = checker

    def __call__(self, doc: Doc) -> Doc:
        """Check a text and put its claims into it."""
        found = self._checker.check_sentences(self._sentences(doc))
        claims = tuple(f for f in found if f.label is not Label.NO_CLAIM)
        doc.user_data[KEY] = _FINDINGS.dump_python(claims, mode="json")
        return doc

    def _sentences(self, doc: Doc) -> list[Sentence]:
        from factcheck.split import split

        blocks = tuple(Block(BlockKind.PARAGRAPH, *found.span()) for found in _PARAGRAPH.finditer(doc.text))
        document = Document("", "", doc.text, blocks)
        if not self._checker.on_topic(document):
            return []
        return _own(doc) if doc.has_annotation("SENT_START") else split(document)


def _own(doc: Doc) -> list[Sentence]:
    """The sentences that the pipeline has set, without the white space around them."""
    sentences: list[Sentence] = []
    for span in doc.sents:
        text = span.text.strip()
        if text:
            start = span.start_char + len(span.text) - len(span.text.lstrip())
            before = sentences[-1].text if sentences else ""
            sentences.append(Sentence(text, start, start + len(text), before=before))
    return sentences


@Language.factory(
    "factcheck",
    default_config={"reference": [], "model": None, "as_of": None},
    assigns=["doc._.claims", "span._.claims"],
)
def make_component(nlp: Language, name: str, reference: list[str], model: str | None, as_of: str | None) -> ClaimFinder:
    """Make the component.

    Parameters
    ----------
    nlp, name: given by spaCy.
    reference: folders of entries added to the shipped set.
    model: a model folder other than the shipped.
    as_of: judge by what was true on that day (YYYY-MM-DD); the default is the set's review date.

    Raises `FactcheckError` with one line on what is wrong with which setting or file.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> finder = nlp.add_pipe("factcheck")
    >>> doc = nlp("Ketamine is non-addictive. It blocks NMDA receptors. Call us today!")
    >>> for finding in doc._.claims:
    ...     print(finding.label.value, "|", finding.sentence.text)
    contradicted | Ketamine is non-addictive.
    supported | It blocks NMDA receptors.
    """
    from factcheck.check import FactChecker

    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise FactcheckError(f"factcheck component: as_of: {as_of!r} is not a date; write YYYY-MM-DD") from None
    return ClaimFinder(FactChecker.load([Path(r) for r in reference], Path(model) if model else None, day))


def _of_doc(doc: Doc) -> tuple[Finding, ...]:
    return _FINDINGS.validate_python(doc.user_data.get(KEY, ()))


def _of_span(span: Span) -> tuple[Finding, ...]:
    """Those of the text's claims whose sentence the span shares characters with."""
    claims = _of_doc(span.doc)
    return tuple(f for f in claims if f.sentence.start < span.end_char and span.start_char < f.sentence.end)


Doc.set_extension("claims", getter=_of_doc)
Span.set_extension("claims", getter=_of_span)
