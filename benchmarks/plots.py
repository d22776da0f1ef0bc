"""Draws the results as SVG files into docs/images: `python benchmarks/plots.py`. The same results give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import record
from ablation import changes
from curve import NAMES
from flame import draw_flame
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

IMAGES = record.ROOT / "docs" / "images"
#: Okabe and Ito's colors, which readers with any color vision tell apart.
OURS, PEERS, OTHERS = "#0072B2", "#999999", ("#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
#: What is the same in every plot. Text stays text, so that files are small and can be searched.
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "factcheck",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "figure.facecolor": "white",
    "legend.frameon": False,
}


def draw(folder: Path = IMAGES, results: Path = record.RESULTS) -> list[Path]:
    """Draw every part that has results; the paths."""
    drawn = []
    for part, plot in PLOTS.items():
        result = record.load(part, results)
        if result is not None:
            with mpl.rc_context(STYLE):
                figure = plot(result)
                path = folder / f"bench-{part}.svg"
                figure.savefig(path, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
                plt.close(figure)
            text = "".join(f"{line.rstrip()}\n" for line in path.read_text(encoding="utf-8").splitlines())
            path.write_text(text, encoding="utf-8")
            drawn.append(path)
    return drawn


def _bars(axes: Axes, names: Sequence[str], values: Sequence[float], title: str, digits: int = 2) -> None:
    """Bars from top to bottom, ours in color, each with its value."""
    colors = [OURS if name.startswith(("factcheck", "strength reader")) else PEERS for name in names]
    drawn = axes.barh(range(len(names)), values, color=colors)
    axes.bar_label(drawn, labels=[f"{v:,.{digits}f}" for v in values], padding=2, fontsize=8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)  # the first on top, on shared axes too
    axes.set_title(title, loc="left")
    axes.margins(x=0.18)


def _sizes(axes: Axes, sizes: Sequence[int], every: int = 1) -> None:
    """Ticks of a logarithmic axis where there are points, counted from the largest."""
    shown = sizes[::-1][::every]
    axes.set_xticks(shown, [f"{n:,}" for n in shown], minor=False)
    axes.xaxis.set_minor_locator(NullLocator())


def verdicts(result: Mapping[str, Any]) -> Figure:
    """Flagged F1 on each gold set."""
    rows = result["rows"]
    golds = list(rows[0]["gold"])
    figure, axes = plt.subplots(1, len(golds), figsize=(2.2 * len(golds) + 1.5, 2.8), sharey=True, squeeze=False)
    for ax, gold in zip(axes[0], golds, strict=True):
        _bars(ax, [r["name"] for r in rows], [r["gold"][gold]["flagged_f1"] for r in rows], gold)
        ax.set_xlim(0, 1.15)
    figure.supxlabel("flagged F1", fontsize=9)
    figure.tight_layout()
    return figure


def ablation(result: Mapping[str, Any]) -> Figure:
    """What flagged F1 and macro-F1 change by without a part."""
    golds = [g for g in result["rows"][0]["gold"] if g.endswith("/unread") or g.startswith(("dev", "blind"))]
    figure, axes = plt.subplots(
        1, len(golds), figsize=(2.8 * len(golds) + 1.5, 3), sharey=True, sharex=True, squeeze=False
    )
    for ax, gold in zip(axes[0], golds, strict=True):
        for shift, (score, color, name) in enumerate(
            (("macro_f1", OURS, "macro-F1"), ("flagged_f1", OTHERS[0], "flagged F1"))
        ):
            change = changes(result, gold, score)
            ax.barh(
                [n + 0.4 * shift - 0.2 for n in range(len(change))], list(change.values()), 0.4, color=color, label=name
            )
        ax.set_yticks(range(len(change)), list(change))
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_title(gold, loc="left")
    axes[0][0].invert_yaxis()
    axes[0][-1].legend(loc="lower left")
    figure.supxlabel("change without the part", fontsize=9)
    figure.tight_layout()
    return figure


def curve(result: Mapping[str, Any]) -> Figure:
    """Flagged F1 against training sentences."""
    golds = list(result["rows"][0]["gold"])
    figure, axes = plt.subplots(1, len(golds), figsize=(2.1 * len(golds) + 0.5, 2.6), sharey=True, squeeze=False)
    for ax, gold in zip(axes[0], golds, strict=True):
        for name, color in zip(NAMES, (OURS, PEERS), strict=True):
            rows = [r for r in result["rows"] if r["name"] == name]
            scores = [r["gold"][gold]["flagged_f1"] for r in rows]
            ax.semilogx([r["sentences"] for r in rows], scores, "o-", color=color, label=name, markersize=3)
        _sizes(ax, [r["sentences"] for r in result["rows"][:: len(NAMES)]], every=2)
        ax.set_title(gold, loc="left")
        ax.grid(alpha=0.3)
    axes[0][0].set_ylabel("flagged F1")
    axes[0][0].legend(loc="lower right", fontsize=7)
    figure.supxlabel("training sentences", fontsize=9)
    figure.tight_layout()
    return figure


def extraction(result: Mapping[str, Any]) -> Figure:
    """F1 against speed."""
    kinds = list(result["rows"][0]["types"])
    figure, axes = plt.subplots(1, len(kinds), figsize=(3.6 * len(kinds) + 2, 3), squeeze=False)
    for ax, kind in zip(axes[0], kinds, strict=True):
        for n, row in enumerate(result["rows"]):
            x, y = row["types"][kind]["pages_per_second"], row["types"][kind]["f1"]
            look = {"color": OURS, "marker": "*", "markersize": 12}
            if row["name"] != "factcheck":
                look = {"color": OTHERS[n % len(OTHERS)], "marker": "osD^vPX"[n % 7], "markersize": 6}
            ax.plot(x, y, linestyle="none", label=row["name"], **look)
        ax.set_xscale("log")
        ax.set_xlim(10, 1500)
        ax.set_title(f"{kind} pages", loc="left")
        ax.set_xlabel("pages a second")
        ax.grid(alpha=0.3)
    axes[0][0].set_ylabel("word F1")
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.tight_layout()
    return figure


def sentences(result: Mapping[str, Any]) -> Figure:
    """Golden rules kept, and speed."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2), sharey=True)
    names = [r["name"] for r in result["rows"]]
    _bars(
        left,
        names,
        [result["rules"] - len(r["broken"]) for r in result["rows"]],
        f"golden rules kept, of {result['rules']}",
        0,
    )
    _bars(right, names, [r["sentences_per_second"] for r in result["rows"]], "sentences a second", 0)
    right.set_xscale("log")
    right.set_xlim(1e3, 2e7)
    figure.tight_layout()
    return figure


def strength(result: Mapping[str, Any]) -> Figure:
    """Macro-F1 on each data set."""
    rows = result["rows"][:2]
    tasks = {
        "PubMed": lambda r: r["pubmed"]["macro_f1"],
        "EurekAlert": lambda r: r["eurekalert"]["macro_f1"],
        "EurekAlert, by release": lambda r: r["eurekalert_by_release"]["macro_f1"],
        "PubMed to EurekAlert": lambda r: r["pubmed_to_eurekalert"],
        "exaggeration": lambda r: r["exaggeration"]["by_degree"],
    }
    figure, axes = plt.subplots(1, len(tasks), figsize=(9.5, 1.3), sharey=True)
    for ax, (task, value) in zip(axes, tasks.items(), strict=True):
        _bars(ax, [r["name"] for r in rows], [value(r) for r in rows], task)
        ax.set_xlim(0, 1.1)
    figure.tight_layout()
    return figure


def throughput(result: Mapping[str, Any]) -> Figure:
    """Pages a second on each set of pages."""
    rows = result["rows"]
    figure, axes = plt.subplots(1, len(rows), figsize=(3 * len(rows), 1.6), squeeze=False)
    names = {"scan": "factcheck, scan", "extract": "factcheck, extraction", "trafilatura": "trafilatura, extraction"}
    for n, (ax, row) in enumerate(zip(axes[0], rows, strict=True)):
        _bars(ax, list(names.values()), [row["per_second"][key] for key in names], row["pages"], 0)
        ax.set_yticklabels([] if n else names.values())
    figure.supxlabel("pages a second on one core", fontsize=9)
    figure.tight_layout()
    return figure


def scale(result: Mapping[str, Any]) -> Figure:
    """Time and memory against pages."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 2.6))
    counts = [r["count"] for r in result["rows"]]
    left.loglog(counts, [r["seconds"] for r in result["rows"]], "o-", color=OURS)
    left.set_title("seconds", loc="left")
    right.semilogx(counts, [r["peak_megabytes"] for r in result["rows"]], "o-", color=OURS)
    right.set_ylim(bottom=0)
    right.set_title("peak memory, MB", loc="left")
    for ax in (left, right):
        _sizes(ax, counts)
        ax.set_xlabel("pages")
        ax.grid(alpha=0.3)
    figure.tight_layout()
    return figure


def start(result: Mapping[str, Any]) -> Figure:
    """Seconds from start to end."""
    figure, ax = plt.subplots(figsize=(6, 2.2))
    _bars(ax, [r["name"] for r in result["rows"]], [r["seconds"] for r in result["rows"]], "seconds")
    figure.tight_layout()
    return figure


def stages(result: Mapping[str, Any]) -> Figure:
    """The flame graph of the first set of pages."""
    row = result["rows"][0]
    return draw_flame(row["stacks"], f"Scan of {row['pages']}, {row['samples']:,} samples")


PLOTS: Mapping[str, Callable[[Mapping[str, Any]], Figure]] = {
    "verdicts": verdicts,
    "ablation": ablation,
    "curve": curve,
    "extraction": extraction,
    "sentences": sentences,
    "strength": strength,
    "throughput": throughput,
    "scale": scale,
    "start": start,
    "stages": stages,
}

if __name__ == "__main__":
    draw()
