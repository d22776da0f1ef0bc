"""A flame graph (Gregg, 2016): frames side by side by name, as wide as their share of the samples, callers below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from stages import STAGES, stage

#: Inches; the width of a character of the labels as a share of the graph's.
_WIDTH, _ROW = 11.0, 0.19
_CHARACTER = 0.0063
_COLORS = plt.get_cmap("tab20").colors
_FILL = {name: _COLORS[(2 * n + 1) % len(_COLORS)] for n, name in enumerate(STAGES)} | {"other": "#dddddd"}


@dataclass
class _Frame:
    total: int = 0
    inner: dict[str, _Frame] = field(default_factory=dict)


def draw_flame(stacks: Mapping[str, int], title: str) -> Figure:
    """Draw stacks (frames joined by ";", outermost first) with their samples; a color is a stage."""
    root = _Frame()
    for folded, count in stacks.items():
        at = root
        at.total += count
        for name in folded.split(";"):
            at = at.inner.setdefault(name, _Frame())
            at.total += count
    height = _depth(root)
    figure, ax = plt.subplots(figsize=(_WIDTH, _ROW * height + 0.7))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, height)
    ax.axis("off")
    ax.set_title(title, loc="left")
    seen: dict[str, None] = {}
    waiting = [(root, 0.0, 0, ())]
    while waiting:
        frame, x, y, path = waiting.pop()
        for name, inner in sorted(frame.inner.items()):
            width, stack = inner.total / root.total, (*path, name)
            of = stage(stack)
            seen[of] = None
            ax.add_patch(plt.Rectangle((x, y), width, 0.94, facecolor=_FILL[of], edgecolor="white", linewidth=0.3))
            label = _label(name, int(width / _CHARACTER))
            if label:
                ax.text(x + 0.002, y + 0.45, label, fontsize=6.5, va="center", ha="left")
            waiting.append((inner, x, y + 1, stack))
            x += width
    keys = [plt.Rectangle((0, 0), 1, 1, facecolor=_FILL[name]) for name in _FILL if name in seen]
    names = [name for name in _FILL if name in seen]
    ax.legend(keys, names, ncols=len(names), loc="upper left", bbox_to_anchor=(0, 0), fontsize=7, handlelength=1)
    return figure


def _depth(frame: _Frame) -> int:
    return max((1 + _depth(inner) for inner in frame.inner.values()), default=0)


def _label(name: str, room: int) -> str:
    """The function's name, cut to so many characters; none where three do not fit."""
    short = re.sub(r" \(.*", "", name).replace("<locals>.", "")
    if len(short) <= room:
        return short
    return f"{short[: room - 1]}…" if room > 3 else ""
