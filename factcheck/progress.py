"""The progress bar of an audit: pages a second, findings, time left. Silent where standard error is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from factcheck.plan import Progress


@contextmanager
def watching(stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    """What to call with a run's progress, often; it draws at most five times a second."""
    if not stream.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    started = time.monotonic()
    columns = (BarColumn(None), TextColumn("{task.description}"), TimeRemainingColumn(compact=True))
    with Bar(*columns, console=Console(file=stream), refresh_per_second=5, transient=True) as bar:
        task = bar.add_task("reading ...", total=None)

        def watch(progress: Progress) -> None:
            pages = progress.counts.pages
            rate = pages / max(time.monotonic() - started, 0.001)
            bar.update(
                task,
                total=max(progress.total, progress.done) or None,
                completed=progress.done,
                description=f"{pages} pages, {rate:.1f}/s, {progress.flagged} findings",
            )

        yield watch
