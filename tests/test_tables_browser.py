"""The HTML table in a real browser: search, sort, click through, and a hostile page that stays text.

Needs Debian's chromium and chromium-driver (`.ci/run` installs them); elsewhere these tests are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import FAIR, GUARANTEED, HARMLESS, fill
from chromium import needs_chromium
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from test_tables import evil, run, store  # noqa: F401

pytestmark = needs_chromium


def open_report(browser: WebDriver, store: Path, folder: Path, by: str = "site") -> None:  # noqa: F811
    path = folder / "report.html"
    result = run("report", store, "--by", by, "--output", path)
    assert result.exit_code == 0, result.stderr
    browser.get_log("browser")
    browser.get(path.as_uri())


def find(browser: WebDriver, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def names(browser: WebDriver) -> list[str]:
    return [e.text for e in browser.find_elements(By.CSS_SELECTOR, "#rows tbody th a") if e.is_displayed()]


def every(selector: str) -> str:
    return f"[...document.querySelectorAll('{selector}')]"


def sort(browser: WebDriver, title: str) -> str | None:
    head = next(h for h in browser.find_elements(By.CSS_SELECTOR, "#rows thead th") if h.text.startswith(title))
    head.find_element(By.TAG_NAME, "button").click()
    return head.get_attribute("aria-sort")


def test_search_and_filter(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    open_report(browser, store, tmp_path)
    assert names(browser) == ["a.com", "b.com", "c.com", "d.com"]
    box, status = find(browser, "#search"), find(browser, "#status")
    assert status.text == "4 rows"
    for words, expected in (("B.COM", ["b.com"]), ("addictive ketamine", ["a.com"]), ("zzz", []), ("ptsd", ["b.com"])):
        box.clear()
        box.send_keys(words)
        WebDriverWait(browser, 5).until(lambda b, expected=expected: names(b) == expected)
        shown = [e for e in browser.find_elements(By.CSS_SELECTOR, "section.behind") if e.is_displayed()]
        assert len(shown) == len(expected)
    assert status.text == "1 of 4 rows"
    # A link to what is filtered out shows it again.
    browser.execute_script("location.hash = 'r1'")
    WebDriverWait(browser, 5).until(lambda b: len(names(b)) == 4)
    assert box.get_property("value") == ""
    find(browser, "#only").click()
    assert names(browser) == ["a.com", "b.com"]


def test_sort(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    open_report(browser, store, tmp_path)
    assert sort(browser, "Site") == "ascending"
    assert sort(browser, "Site") == "descending"
    assert names(browser) == ["d.com", "c.com", "b.com", "a.com"]
    assert sort(browser, "Overstated") == "descending"
    assert names(browser)[0] == "b.com"
    assert sort(browser, "Claims non-addictive") == "descending"
    assert names(browser)[0] == "a.com"
    assert names(browser)[-1] == "d.com"  # not read
    assert sort(browser, "Claims non-addictive") == "ascending"
    assert names(browser)[0] == "d.com"
    assert len(browser.find_elements(By.CSS_SELECTOR, "[aria-sort]")) == 1


def test_every_number_leads_to_its_sentences(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    for by in ("site", "page", "entry"):
        open_report(browser, store, tmp_path, by)
        links = browser.find_elements(By.CSS_SELECTOR, "#rows tbody td a, #shares a")
        assert len(links) > 5
        for link in links:
            anchor = (link.get_dom_attribute("href") or "").removeprefix("#")
            assert len(browser.find_elements(By.ID, anchor)) == 1, anchor
        plain = [
            e.text
            for e in browser.find_elements(By.CSS_SELECTOR, "#rows tbody td")
            if not e.find_elements(By.TAG_NAME, "a")
        ]
        digits = [text for text in plain if text.isdigit()]
        assert not digits or set(digits) == {"0"}


def test_a_click_shows_the_sentences(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    open_report(browser, store, tmp_path)

    def click(row: int, cell: int) -> str:
        link = find(browser, f"#rows tbody tr:nth-child({row}) td:nth-of-type({cell}) a")
        browser.execute_script("arguments[0].click()", link)
        anchor = browser.current_url.split("#")[1]
        target = find(browser, f"[id='{anchor}']")
        WebDriverWait(browser, 5).until(
            lambda b: b.execute_script(
                "const y = arguments[0].getBoundingClientRect().y; return y >= -1 && y < innerHeight", target
            )
        )
        return str(browser.execute_script("return arguments[0].nextElementSibling.textContent", target))

    assert HARMLESS.text in (text := click(1, 5))
    assert "http://a.com/" in text
    assert "and 1 more page" in text
    assert FAIR.text in click(1, 7)  # off-label status is mentioned here
    assert "none of the 2 pages read" in " ".join(click(1, 8).split())
    assert GUARANTEED.text in click(2, 6)
    assert "http://a.com/2" in click(1, 1)
    # From the chart to the sites, and on to their sentences.
    browser.execute_script(
        "arguments[0].dispatchEvent(new MouseEvent('click'))", find(browser, "#shares a[href='#c-cure']")
    )
    sites = browser.find_elements(By.CSS_SELECTOR, "#c-cure li a")
    assert [(s.text, (s.get_attribute("href") or "").split("#")[1]) for s in sites] == [("b.com", "r2-cure")]


def test_charts_draw_the_shares(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    open_report(browser, store, tmp_path)
    widths = [float(e.get_attribute("width") or 0) for e in browser.find_elements(By.CSS_SELECTOR, "#shares .bar")]
    assert widths == [150, 150, 150, 150, 300, 150]
    line = find(browser, "#shares .whisker")
    assert (line.get_attribute("x1"), line.get_attribute("x2")) == ("428.4", "671.6")  # 9.5 to 90.5 %
    parts = [
        float(e.get_attribute("width") or 0)
        for e in browser.find_elements(By.CSS_SELECTOR, "#verdicts rect[height='26']")
    ]
    assert parts == [360, 360, 0, 180]
    assert find(browser, "#shares .bar").value_of_css_property("fill") != "rgb(0, 0, 0)"  # the style sheet holds


@pytest.mark.parametrize("by", ["site", "page", "entry"])
def test_a_hostile_page_stays_text(browser: WebDriver, evil: Path, tmp_path: Path, by: str) -> None:  # noqa: F811
    open_report(browser, evil, tmp_path, by)
    assert browser.execute_script("return document.scripts.length") == 1
    links = browser.execute_script(
        "return [...document.querySelectorAll('a[href]')].map(a => new URL(a.href.baseVal ?? a.href, location).protocol)"
    )
    assert set(links) <= {"http:", "https:", "file:"}  # file: the report's own anchors
    attributes = f"{every('*')}.flatMap(e => [...e.attributes].map(a => a.name))"
    handlers = f"return {attributes}.some(name => name.startsWith('on') || name == 'style')"
    assert not browser.execute_script(handlers)
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    find(browser, "#search").send_keys("<script>")
    WebDriverWait(browser, 5).until(lambda b: "of" in find(b, "#status").text or names(b))
    assert browser.get_log("browser") == []


def test_the_policy_stops_what_escaping_might_miss(browser: WebDriver, store: Path, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "planted.html"
    text = run("report", store, "--format", "html").stdout
    planted = "<script>document.title = 'run'</script><img src='https://evil.example/x.png'><b style='color: red'>x</b>"
    path.write_text(text.replace("</main>", f"{planted}</main>"), encoding="utf-8")
    browser.get_log("browser")
    browser.get(path.as_uri())
    assert browser.title == "factcheck: audit by site"
    refused = [entry["message"] for entry in browser.get_log("browser")]
    assert sum("Content Security Policy" in message for message in refused) >= 3
    assert find(browser, "#status").text == "4 rows"  # its own script runs


def test_many_sites(browser: WebDriver, tmp_path: Path) -> None:
    """A large audit stays one file that a browser opens and sorts."""
    sites = {f"site{n}.com": {f"http://site{n}.com/": [HARMLESS, GUARANTEED, FAIR]} for n in range(500)}
    open_report(browser, fill(tmp_path / "a.db", sites), tmp_path)
    assert sort(browser, "Site") == "ascending"
    assert browser.execute_script("return document.querySelector('#rows tbody tr').cells[0].textContent") == "site0.com"
    assert sort(browser, "Site") == "descending"
    assert (
        browser.execute_script("return document.querySelector('#rows tbody tr').cells[0].textContent") == "site499.com"
    )
