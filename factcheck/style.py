"""Whether CSS hides an element's text from readers: its own declarations, and the plain rules of the page's style sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_DECLARATION = re.compile(r"[^;]+")
_PART = re.compile(r"[{}]|[^{}]+")
_NAME = re.compile(r"[.#]-?[a-z_][\w-]*", re.I)
_FAR_OUT = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|em|rem|%|vw|vh|pt|ch)?|-\d{2,}(?:em|rem|vw|vh)")
_NOTHING = re.compile(r"0(?:\.0+)?(?:px|em|rem|%|pt)?|[01](?:\.\d+)?px")
_CLIPPED = re.compile(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)|inset\((?:50|100)%\)")
_OFFSETS = ("left", "right", "top", "bottom", "margin-left", "margin-top")


def hides(declarations: str) -> bool:
    """Whether declarations ("display: none; color: red") hide text.

    Not taken for hidden is `opacity: 0`, from which pages fade their text in as one scrolls.
    """
    if ":" not in declarations:
        return False
    given: dict[str, str] = {}
    for declaration in _DECLARATION.finditer(declarations.lower()):
        name, _, value = declaration[0].partition(":")
        given[name.strip()] = value.replace("!important", "").strip()
    if given.get("display") == "none" or given.get("visibility") in ("hidden", "collapse"):
        return True
    if _NOTHING.fullmatch(given.get("font-size", "")) or _FAR_OUT.fullmatch(given.get("text-indent", "")):
        return True
    if given.get("position") in ("absolute", "fixed"):
        if any(_FAR_OUT.fullmatch(given.get(offset, "")) for offset in _OFFSETS):
            return True
        if _CLIPPED.fullmatch(given.get("clip", "")):
            return True
    if _CLIPPED.fullmatch(given.get("clip-path", "")):
        return True
    if given.get("overflow") == "hidden" and any(_NOTHING.fullmatch(given.get(s, "")) for s in ("width", "height")):
        return True
    ground = given.get("background-color") or given.get("background")
    return bool(ground) and given.get("color") == ground


def hiding_names(sheets: Iterable[str]) -> frozenset[str]:
    """The classes (".x") and ids ("#x") whose text the sheets hide by a rule of their own, in lower case.

    Only rules whose selector is one class or id are read, and none inside `@media` and the like: what a longer selector or a
    narrow screen hides, another rule shows.
    """
    names: set[str] = set()
    for sheet in sheets:
        depth, selector = 0, ""
        for found in _PART.finditer(_COMMENT.sub(" ", sheet)):
            part = found[0]
            if part == "{":
                depth += 1
            elif part == "}":
                depth = max(depth - 1, 0)
                selector = ""
            elif depth == 0:
                selector = part.rpartition(";")[2].strip()
            elif depth == 1 and hides(part):
                names.update(s.strip().lower() for s in selector.split(",") if _NAME.fullmatch(s.strip()))
    return frozenset(names)
