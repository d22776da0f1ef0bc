"""The HTML report in a real browser: what it shows, its filter and links, and that a hostile page stays text.

Needs Debian's chromium and chromium-driver (`.ci/run` installs them); elsewhere these tests are skipped.
"""

from __future__ import annotations

import base64
import io
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chromium import needs_chromium
from pdfminer.high_level import extract_text
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait
from test_formats import BAD, EVERY
from test_reports import HELLO, SKIPPED, VIEW, finding, written

from factcheck.domain import Channel, Label, Notice, Report, Suppression
from factcheck.reports.said import visible

pytestmark = needs_chromium


def open_report(browser: WebDriver, folder: Path, *reports: Report, **view: Any) -> None:
    path = folder / "report.html"
    path.write_text(written("html", *reports, view=replace(VIEW, **view)), encoding="utf-8", errors="backslashreplace")
    browser.get_log("browser")
    browser.get(path.as_uri())


def shown(browser: WebDriver, selector: str) -> list[str]:
    return [e.text for e in browser.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()]


def style(browser: WebDriver, selector: str, name: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).value_of_css_property(name)


def sentences() -> Report:
    lines = [
        ("Our clinic.", Label.NO_CLAIM, None),
        ("Ketamine is completely non-addictive.", Label.CONTRADICTED, None),
        ("Ketamine always works in an hour.", Label.OVERSTATED, None),
        ("Ketamine blocks the NMDA receptor.", Label.SUPPORTED, None),
        ("Ketamine is never addictive at all.", Label.CONTRADICTED, Suppression("inline", "quoted")),
    ]
    made, text = [], ""
    for number, (words, label, silenced) in enumerate(lines):
        found = replace(finding(words, label, start=len(text)), id=f"f{number}", suppressed=silenced)
        made.append(found)
        text += words + ("\n" if number in (0, 2) else " ")
    meta = replace(finding("Ketamine is a proven cure.", start=len(text) + 1, channel=Channel.META), id="meta")
    return Report("a.html", "A clinic", f"{text}\n{meta.sentence.text}", (*made, meta), notices=(Notice("unused", 7),))


def test_the_filter_and_the_cards(browser: WebDriver, tmp_path: Path) -> None:
    open_report(browser, tmp_path, sentences())
    assert browser.title == "factcheck: A clinic"
    assert "line 7: unused" in browser.page_source
    verdicts = ".card .verdict"
    assert shown(browser, verdicts) == ["Contradicted", "Overstated", "Contradicted"]
    assert [t.rstrip("123") for t in shown(browser, "mark")][:2] == [
        "Ketamine is completely non-addictive.",
        "Ketamine always works in an hour.",
    ]
    # The style sheet is the one that the policy allows: marks are colored, and lose it with the filter.
    plain = style(browser, "body", "background-color")
    assert style(browser, "mark.contradicted", "background-color") != plain
    assert style(browser, "mark.supported", "text-decoration-line") == "none"
    for box, expected in (
        ("show-contradicted", ["Overstated"]),
        ("show-supported", ["Overstated", "Supported"]),
        ("show-overstated", ["Supported"]),
        ("show-suppressed", ["Supported", "Contradicted"]),
        ("show-contradicted", ["Contradicted", "Supported", "Contradicted", "Contradicted"]),
    ):
        browser.find_element(By.ID, box).click()
        assert shown(browser, verdicts) == expected
    assert "Suppressed (inline): quoted" in shown(browser, ".card.suppressed")[0]
    assert "Our clinic." in shown(browser, ".text")
    browser.find_element(By.ID, "only").click()
    assert "Our clinic." not in shown(browser, ".text")
    assert shown(browser, ".text")


def test_marks_and_cards_lead_to_each_other(browser: WebDriver, tmp_path: Path) -> None:
    open_report(browser, tmp_path, sentences())
    mark, card = (browser.find_element(By.CSS_SELECTOR, s) for s in ("mark.contradicted", ".card.contradicted"))
    # The card stands beside its sentence, with the reason, the source and the wording.
    assert card.rect["x"] >= mark.rect["x"] + mark.rect["width"]
    assert abs(card.rect["y"] - mark.rect["y"]) < 60
    for part in ("93% sure", "The evidence says otherwise", "Ketalar label. FDA, 2024.", "Instead: ketamine has abuse"):
        assert part in card.text
    more = card.find_element(By.TAG_NAME, "summary")
    assert more.text == "2 more"
    assert "A third" not in card.text
    more.click()
    assert "A third. Journal, 2020." in card.text
    mark.find_element(By.CSS_SELECTOR, "a.number").click()
    assert browser.current_url.endswith("#p1-1")
    assert style(browser, ".card.contradicted", "outline-style") == "solid"
    card.find_element(By.CSS_SELECTOR, "a.number").click()
    assert browser.current_url.endswith("#p1-1-s")
    assert style(browser, "mark.contradicted", "outline-style") == "solid"
    assert "Not shown on the page itself" in browser.page_source


def test_several_pages_have_a_list(browser: WebDriver, tmp_path: Path) -> None:
    nothing = Report("b.html", "Nothing here", "Hello.", (HELLO,))
    open_report(browser, tmp_path, sentences(), nothing, SKIPPED)
    assert browser.find_element(By.TAG_NAME, "h1").text == "3 pages"
    rows = [row.text.replace("\n", " ") for row in browser.find_elements(By.CSS_SELECTOR, "nav tbody tr")]
    assert rows[0].endswith("2 contradicted 1 overstated 1 supported 1 suppressed")
    assert rows[1].endswith("no claim")
    assert rows[2].endswith("not checked")
    browser.find_element(By.LINK_TEXT, "Nothing here").click()
    assert browser.current_url.endswith("#p2")


def test_a_link_leads_to_the_sentence_on_the_live_page(browser: WebDriver, tmp_path: Path) -> None:
    filler = "".join(f"<p>Line {n}.</p>" for n in range(200))
    page = f"<title>Live</title>{filler}<p id='it'>Ketamine is <b>completely</b> non-addictive.</p>{filler}"
    (tmp_path / "live.html").write_text(page)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/live.html"
            open_report(browser, tmp_path, replace(sentences(), source=address))
            report = browser.current_window_handle
            browser.find_element(By.CSS_SELECTOR, ".card.contradicted .live").click()
            WebDriverWait(browser, 10).until(lambda b: len(b.window_handles) == 2)
            browser.switch_to.window(next(h for h in browser.window_handles if h != report))
            WebDriverWait(browser, 10).until(lambda b: b.title == "Live")
            in_view = (
                "const y = document.getElementById('it').getBoundingClientRect().y; return y >= 0 && y < innerHeight"
            )
            WebDriverWait(browser, 10).until(lambda b: b.execute_script(in_view))
            assert browser.execute_script("return [document.referrer, window.opener]") == ["", None]
            browser.close()
            browser.switch_to.window(report)
        finally:
            server.shutdown()


def test_it_prints_with_all_sources(browser: WebDriver, tmp_path: Path) -> None:
    open_report(browser, tmp_path, sentences())
    printed = " ".join(extract_text(io.BytesIO(base64.b64decode(browser.print_page()))).split())
    for part in (
        "Ketamine is completely non-addictive.",
        "Ketalar label. FDA, 2024.",
        "A third. Journal, 2020.",
        "xxxxx",
    ):
        assert part in printed  # sources that are folded on the screen too, and their addresses
    assert "only blocks with findings" not in printed


@pytest.mark.parametrize("number", range(len(BAD)))
def test_a_hostile_page_stays_text(browser: WebDriver, tmp_path: Path, number: int) -> None:
    bad = BAD[number]
    found = [
        replace(finding(bad, Label.CONTRADICTED, 0), id="a", explanation=bad, suggestion=bad),
        replace(finding(bad, Label.CONTRADICTED, len(bad) + 1), id="b", suppressed=Suppression("inline", bad)),
    ]
    reports = [
        Report(source, bad, f"{bad}\n{bad}", tuple(found), notices=(Notice(bad),))
        for source in (bad, f"https://example.org/{bad}", "javascript:alert(1)")
    ]
    view = {"show": EVERY.show, "every": True}
    open_report(
        browser, tmp_path, *reports, replace(SKIPPED, source=bad, skipped=replace(SKIPPED.skipped, reason=bad)), **view
    )  # type: ignore[type-var]
    assert browser.execute_script("return document.scripts.length") == 0
    elements = browser.execute_script(
        "return [...new Set([...document.body.querySelectorAll('*')].map(e => e.tagName.toLowerCase()))]"
    )
    assert not {"img", "svg", "iframe", "script", "object", "form", "base", "link"} & set(elements)
    links = browser.execute_script("return [...document.querySelectorAll('a')].map(a => a.protocol)")
    assert set(links) <= {"http:", "https:", "file:"}  # file: the report's own anchors
    attributes = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => a.name))"
    handlers = f"return {attributes}.some(name => name.startsWith('on') || name == 'style')"
    assert not browser.execute_script(handlers)
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.get_log("browser") == []  # neither a blocked request nor a script's error
    heading = browser.find_element(By.CSS_SELECTOR, "article h1").text
    assert heading.split() == visible(bad).split()


def test_the_policy_stops_what_escaping_might_miss(browser: WebDriver, tmp_path: Path) -> None:
    text = written("html", sentences())
    planted = "<script>document.title = 'run'</script><img src='https://evil.example/x.png'>"
    planted += "<style>h1 { color: rgb(1, 2, 3) }</style>"
    path = tmp_path / "planted.html"
    path.write_text(text.replace("</main>", f"{planted}</main>"))
    browser.get(path.as_uri())
    assert browser.title == "factcheck: A clinic"
    assert style(browser, "h1", "color") != "rgba(1, 2, 3, 1)"
    refused = [entry["message"] for entry in browser.get_log("browser")]
    assert sum("Content Security Policy" in message for message in refused) >= 3
