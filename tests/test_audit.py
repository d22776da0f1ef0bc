"""Audits: each thing once, in any order, whatever happens to the processes that do it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import crawls
import pytest
from crawls import DEADLY_PAGE, DEADLY_SENTENCE, dump, folder, page, record, select, warc

import factcheck.audit
import factcheck.cluster
import factcheck.tasks
from factcheck.audit import audit
from factcheck.database import StoreError
from factcheck.domain import FactcheckError
from factcheck.identity import Settings
from factcheck.plan import Plan, Progress

ROOT = Path(__file__).parent.parent


def run(store: Path, *sources: Path | str, jobs: int = 1, **plan: object) -> Progress:
    return audit(Plan(tuple(map(str, sources)), store, jobs=jobs, **plan))  # type: ignore[arg-type]


def counts(progress: Progress) -> tuple[int, int, int, int, int]:
    c = progress.counts
    return c.pages_extracted, c.pages_unchanged, c.pages_unreadable, c.sentences_judged, c.sentences_rejudged


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("crawl"), 12)


@pytest.fixture(scope="module")
def undisturbed(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store") / "audit.db"
    run(store, crawl)
    return store


def test_a_crawl_becomes_sites_pages_and_findings(undisturbed: Path) -> None:
    assert select(undisturbed, "SELECT name FROM sites ORDER BY 1") == [
        ("clinic0.com",),
        ("clinic1.com",),
        ("clinic2.com",),
    ]
    assert select(undisturbed, "SELECT COUNT(*), COUNT(DISTINCT url), SUM(skipped IS NOT NULL) FROM pages") == [
        (12, 12, 0)
    ]
    assert select(undisturbed, "SELECT url FROM pages ORDER BY 1 LIMIT 1") == [("www.clinic0.com/page0000.html",)]
    found = select(undisturbed, "SELECT url, text, label FROM findings WHERE url LIKE '%page0004.html'")
    assert (
        "www.clinic1.com/page0004.html",
        "Our 4 patients know that ketamine is not addictive.",
        "contradicted",
    ) in found
    entries = select(
        undisturbed,
        "SELECT claims.entry_id FROM findings JOIN claims USING (sentence_id) JOIN entries ON entries.id = entry_id",
    )
    assert entries
    assert select(undisturbed, "SELECT COUNT(*) FROM runs WHERE finished IS NOT NULL") == [(1,)]


def test_text_is_where_the_store_says(undisturbed: Path, crawl: Path) -> None:
    from factcheck.domain import Document, Page
    from factcheck.extract import extract

    document = extract(Page("x", (crawl / "www.clinic1.com" / "page0004.html").read_bytes(), "text/html"))
    assert isinstance(document, Document)
    rows = select(undisturbed, 'SELECT text, start, "end" FROM verdicts WHERE url LIKE ?', "%page0004.html")
    assert len(rows) > 10
    assert all(document.text[start:end] == text for text, start, end in rows)


def test_what_all_pages_say_is_judged_once(undisturbed: Path) -> None:
    rows = select(
        undisturbed, "SELECT COUNT(*), COUNT(DISTINCT sentence_id) FROM verdicts WHERE text LIKE 'Results vary%'"
    )
    assert rows[0][0] == 12
    (judged,) = select(undisturbed, "SELECT sentences_judged FROM runs")[0]
    assert (judged,) == select(undisturbed, "SELECT COUNT(*) FROM sentences")[0]


def test_verdicts_are_those_of_a_scan(undisturbed: Path, crawl: Path) -> None:
    from factcheck.check import FactChecker
    from factcheck.load import load

    checker = FactChecker.load()
    for loaded in load(str(crawl / "www.clinic2.com")):
        report = checker.check_page(loaded)  # type: ignore[arg-type]
        url = "www.clinic2.com/" + Path(report.source).name
        stored = select(
            undisturbed,
            "SELECT text, label, confidence, explanation FROM verdicts WHERE url = ? ORDER BY position",
            url,
        )
        assert stored == [(f.sentence.text, f.label.value, f.confidence, f.explanation) for f in report.sentences]


def test_a_sentence_is_judged_as_of_the_treatment_that_its_page_is_about(tmp_path: Path) -> None:
    """As a scan does: "The treatment is non-addictive" is another claim on a page about TMS than on one about ketamine."""
    from factcheck.check import FactChecker
    from factcheck.load import load

    pack = ROOT / "examples" / "tms"
    said = "<p>The treatment is FDA-cleared for depression.</p><p>The treatment is non-addictive.</p>"
    crawl = tmp_path / "crawl"
    for site, name in (("tms.com", "Transcranial magnetic stimulation (TMS)"), ("ketamine.com", "Ketamine")):
        (crawl / site).mkdir(parents=True)
        html = f"<html><title>{name}</title><body><h1>{name}</h1>{said}<p>Ask about {name} today.</p></body></html>"
        (crawl / site / "index.html").write_text(html, encoding="utf-8")
    store = tmp_path / "audit.db"
    run(store, crawl, settings=Settings(reference=(pack,)))
    rows = select(
        store,
        "SELECT site, verdicts.text, verdicts.label, verdicts.confidence, subject, sentence_id FROM verdicts"
        " JOIN sentences ON sentences.id = sentence_id ORDER BY site, position",
    )
    checker = FactChecker.load([pack])
    scanned = []
    for site in ("ketamine.com", "tms.com"):
        (loaded,) = load(str(crawl / site))
        report = checker.check_page(loaded)  # type: ignore[arg-type]
        scanned += [(site, f.sentence.text, f.label.value, f.confidence) for f in report.sentences]
    assert [row[:4] for row in rows] == scanned
    assert {(site, subject) for site, *_, subject, _ in rows} == {
        ("ketamine.com", ""),
        ("tms.com", "magnetic_stimulation"),
    }
    cleared = [(label, sentence_id) for _, text, label, _, _, sentence_id in rows if "FDA-cleared" in text]
    assert len({label for label, _ in cleared}) == len({sentence_id for _, sentence_id in cleared}) == 2


def test_a_second_run_does_nothing_and_starts_no_process(
    crawl: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(undisturbed)
    monkeypatch.setattr(factcheck.tasks, "LokyPool", None)
    assert counts(run(undisturbed, crawl)) == (0, 12, 0, 0, 0)
    assert dump(undisturbed) == before


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    crawl, store = folder(tmp_path / "crawl", 6), tmp_path / "audit.db"
    run(store, crawl)
    changed = crawl / "www.clinic0.com" / "page0000.html"
    changed.write_bytes(page(0, "<p>Ketamine cures autism in every child.</p>"))
    (crawl / "www.clinic1.com" / "copy.html").write_bytes(page(1))
    done = run(store, crawl)
    assert counts(done)[:3] == (1, 6, 0)
    assert 1 <= done.counts.sentences_judged <= 2  # the new one, and the footer if it now follows another sentence
    fresh = tmp_path / "fresh.db"
    run(fresh, crawl)
    assert dump(store) == dump(fresh)


def test_another_reference_set_judges_anew_without_extracting(tmp_path: Path, undisturbed: Path, crawl: Path) -> None:
    store = tmp_path / "audit.db"
    run(store, crawl)
    judged = len(dump(store)["sentences"])
    own = tmp_path / "entries"
    own.mkdir()
    shipped = (ROOT / "data" / "reference").glob("*.yaml")
    (own / "own.yaml").write_text(sorted(shipped)[0].read_text())
    settings = Settings((own,))
    assert counts(run(store, crawl, settings=settings)) == (0, 12, 0, 0, judged)
    # Without any source too; and back again it is as it was.
    assert counts(run(store)) == (0, 0, 0, 0, judged)
    assert dump(store) == dump(undisturbed)


def test_overrules_stay(tmp_path: Path) -> None:
    crawl, store = folder(tmp_path / "crawl", 2), tmp_path / "audit.db"
    run(store, crawl)
    ((sentence_id, text, context),) = select(
        store, "SELECT id, text, context FROM sentences WHERE text LIKE 'Our 1 patients%'"
    )
    import sqlite3

    with sqlite3.connect(store) as connection:
        connection.execute(
            "INSERT INTO overrules VALUES (?, ?, ?, 'supported', 'an editor', 'quoted', '2026-01-01T00:00:00Z')",
            (sentence_id, text, context),
        )
    connection.close()
    query = "SELECT label, judged FROM verdicts WHERE sentence_id = ?"
    assert select(store, query, sentence_id) == [("supported", "contradicted")]
    run(store, crawl, settings=Settings(as_of=None))
    assert select(store, query, sentence_id) == [("supported", "contradicted")]
    assert not select(store, "SELECT * FROM findings WHERE sentence_id = ?", sentence_id)


def test_pages_are_kept_if_asked(tmp_path: Path) -> None:
    import gzip

    crawl, store = folder(tmp_path / "crawl", 2), tmp_path / "audit.db"
    run(store, crawl)
    assert select(store, "SELECT COUNT(content) FROM documents") == [(0,)]
    run(store, crawl, keep_pages=True)
    kept = select(store, "SELECT url, content FROM pages JOIN documents ON documents.id = document_id")
    assert {url: gzip.decompress(c) for url, c in kept} == {
        f"www.clinic{n}.com/page000{n}.html": page(n) for n in range(2)
    }


def test_what_cannot_be_read_is_a_row_with_its_reason(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "good.html").write_bytes(page(1))
    (site / "empty.html").write_bytes(b"")
    (site / "leaflet.pdf").write_bytes(b"%PDF-1.7 ...")
    (site / "german.html").write_text("<p>" + "Guten Tag, wir wünschen Ihnen einen schönen Aufenthalt. " * 9)
    (site / "style.css").write_text("p {}")
    store = tmp_path / "audit.db"
    done = run(store, site)
    assert done.counts.pages == 4
    reasons = dict(select(store, "SELECT url, skipped FROM pages"))
    assert reasons["site/good.html"] is None
    assert reasons["site/empty.html"].startswith("empty")
    assert reasons["site/leaflet.pdf"].startswith("PDF")
    assert reasons["site/german.html"].startswith("not in English")


def test_a_defect_on_one_page_costs_that_page_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import factcheck.work
    from factcheck.domain import Page
    from factcheck.work import Content, extract_pages

    real = factcheck.work.extract

    def fail(given: Page) -> object:
        if b"Clinic 1<" in given.content:
            raise RecursionError("too deep")
        return real(given)

    monkeypatch.setattr(factcheck.work, "extract", fail)
    contents = [Content(n, Page(str(n), page(n), "text/html")) for n in range(3)]
    first, second, third = extract_pages(contents, factcheck.audit.extractor_digest()).documents
    assert (first.skipped, third.skipped) == (None, None)
    assert second.skipped == "defect of factcheck (RecursionError: too deep); please report it"


# -- processes that die ----------------------------------------------------------------------------------------------


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A crawl with a page, and a sentence of another page, that kill every worker that comes near them."""
    monkeypatch.setattr(factcheck.tasks, "extract_pages", crawls.extract_or_die)
    monkeypatch.setattr(factcheck.tasks, "judge_sentences", crawls.judge_or_die)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    crawl = folder(tmp_path / "crawl", 12)
    (crawl / "www.clinic1.com" / "deadly.html").write_bytes(page(98, f"<!-- {DEADLY_PAGE.decode()} -->"))
    (crawl / "www.clinic1.com" / "other.html").write_bytes(page(99, f"<p>{DEADLY_SENTENCE}</p>"))
    return crawl


@pytest.mark.parametrize("dask", [False, True], ids=["loky", "dask"])
def test_what_kills_its_worker_is_set_aside(deadly: Path, tmp_path: Path, dask: bool) -> None:
    store = tmp_path / "audit.db"
    done = run(store, deadly, jobs=2, dask=dask)
    assert (done.counts.pages, done.counts.pages_extracted) == (14, 14)
    ((url, reason),) = select(store, "SELECT url, skipped FROM pages WHERE skipped IS NOT NULL")
    assert url == "www.clinic1.com/deadly.html"
    assert "ends the worker process" in reason
    ((text, label, said),) = select(store, "SELECT text, label, explanation FROM sentences WHERE reason = 'not judged'")
    assert (text, label) == (DEADLY_SENTENCE, "unverified")
    assert "ends the worker process" in said
    assert select(store, "SELECT COUNT(*) FROM sentences WHERE judge IS NULL") == [(0,)]


def children(pid: int) -> list[int]:
    """Worker processes of a process: those that loky started to compute."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            command = status.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"popen_loky" in command:
            found.append(int(status.parent.name))
    return found


def start(source: Path, store: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, crawls.__file__, str(source), str(store), "2"], stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """A crawl of 100 pages, its undisturbed store, and the seconds that a run takes."""
    root = tmp_path_factory.mktemp("larger")
    crawl = folder(root / "crawl", 100)
    began = time.monotonic()
    assert start(crawl, root / "audit.db").wait() == 0
    return crawl, root / "audit.db", time.monotonic() - began


def killed_once(crawl: Path, store: Path, seconds: float, chance: random.Random, *, worker: bool) -> None:
    """Start an audit and kill the parent, or a worker, at some point of its run; then let it come to its end."""
    process = start(crawl, store)
    time.sleep(chance.uniform(0.2, seconds))
    victims = children(process.pid) if worker else [process.pid]
    for victim in victims[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    status = process.wait()
    if worker:
        assert status == 0
    else:
        assert status in (0, -signal.SIGKILL)
        if store.exists() and store.stat().st_size:
            dump(store)  # opens, and is whole
        assert start(crawl, store).wait() == 0


ROUNDS = int(os.environ.get("FACTCHECK_KILLS", "3"))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_it_comes_to_the_same(
    larger: tuple[Path, Path, float], tmp_path: Path, number: int
) -> None:
    crawl, undisturbed, seconds = larger
    store = tmp_path / "audit.db"
    killed_once(crawl, store, seconds, random.Random(number), worker=number % 4 == 2)
    assert dump(store) == dump(undisturbed)


def test_workers_end_with_their_parent(larger: tuple[Path, Path, float], tmp_path: Path) -> None:
    crawl, _, _ = larger
    process = start(crawl, tmp_path / "audit.db")
    deadline = time.monotonic() + 30
    while not (workers := children(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers
    process.kill()
    process.wait()
    while any(Path(f"/proc/{w}/cmdline").exists() for w in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{w}/cmdline").exists() for w in workers)


# -- Dask ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    processes = [subprocess.Popen([*dask, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet)]  # type: ignore[call-overload]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--no-nanny",
        "--nthreads",
        "1",
        "--no-dashboard",
    ]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]  # type: ignore[call-overload]
    yield address, processes
    for process in processes:
        process.kill()
        process.wait()


def test_a_cluster_that_loses_a_worker_comes_to_the_same(
    larger: tuple[Path, Path, float], cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    crawl, undisturbed, _ = larger
    address, (_, first, _) = cluster
    killed = []

    def watch(progress: Progress) -> None:
        if progress.counts.sentences_judged and not killed:
            killed.append(progress.counts.sentences_judged)
            first.kill()

    store = tmp_path / "audit.db"
    done = audit(Plan((str(crawl),), store, scheduler=address), watch)
    assert killed[0] < done.counts.sentences_judged
    assert dump(store) == dump(undisturbed)


def test_a_lost_scheduler_is_said_and_the_same_command_goes_on(
    larger: tuple[Path, Path, float], cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    crawl, undisturbed, _ = larger
    address, (scheduler, *_) = cluster
    store = tmp_path / "audit.db"

    def watch(progress: Progress) -> None:
        if progress.counts.sentences_judged:
            scheduler.kill()

    with pytest.raises(FactcheckError, match="run the same command again"):
        audit(Plan((str(crawl),), store, scheduler=address), watch)
    run(store, crawl)
    assert dump(store) == dump(undisturbed)


def test_no_scheduler(tmp_path: Path, crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factcheck.cluster, "CONNECT", 1.0)
    with pytest.raises(FactcheckError, match="no Dask workers"):
        run(tmp_path / "audit.db", crawl, scheduler="tcp://127.0.0.1:9")


# -- places that cannot be written -----------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_the_same_command_goes_on(larger: tuple[Path, Path, float], tmp_path: Path) -> None:
    crawl, undisturbed, _ = larger
    store = tmp_path / "audit.db"
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000));"
        f"sys.argv = ['factcheck', 'audit', {str(crawl)!r}, '--store', {str(store)!r}, '--jobs', '1'];"
        "from factcheck.cli import main; main()"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1, process.stderr
    assert "make room and run the same command again" in process.stderr
    dump(store)
    run(store, crawl)
    assert dump(store) == dump(undisturbed)


def test_interrupted_it_ends_quietly_and_goes_on(larger: tuple[Path, Path, float], tmp_path: Path) -> None:
    crawl, undisturbed, _ = larger
    store = tmp_path / "audit.db"
    command = [Path(sys.executable).parent / "factcheck", "audit", crawl, "--store", store, "--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (store.exists() and children(process.pid)):
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers and all
    _, talk = process.communicate(timeout=30)
    assert (process.returncode, talk) == (130, "factcheck: interrupted\n")
    run(store, crawl)
    assert dump(store) == dump(undisturbed)


def test_two_audits_on_one_store(larger: tuple[Path, Path, float], tmp_path: Path) -> None:
    crawl, _, _ = larger
    store = tmp_path / "audit.db"
    process = start(crawl, store)
    while not store.exists():
        time.sleep(0.01)
    with pytest.raises(StoreError, match="another audit is writing to it"):
        run(store, crawl)
    process.kill()
    process.wait()
    run(store, folder(tmp_path / "crawl", 1))  # the lock of a killed process is no lock


def test_captures_of_one_address_leave_the_newest_in_any_order(tmp_path: Path) -> None:
    old = record("http://www.clinic.com/", page(1), "2024-01-01T00:00:00Z")
    new = record("http://www.clinic.com/", page(2), "2025-01-01T00:00:00Z")
    gone = record("http://www.clinic.com/", b"<p>gone", "2026-01-01T00:00:00Z", status="503 Unavailable")
    dumps = []
    for n, order in enumerate(([old, new, gone], [gone, new, old])):
        run(tmp_path / f"{n}.db", warc(tmp_path / f"{n}.warc", order))
        dumps.append(dump(tmp_path / f"{n}.db", without=["source"]))
    assert dumps[0] == dumps[1]
    assert select(tmp_path / "0.db", "SELECT fetched, skipped FROM pages") == [("2025-01-01T00:00:00Z", None)]
