"""The report in a real browser: filter, sort, search, pages, opened events, keyboard, colours, narrow screens, hostile text.

Skipped where Chromium, its driver or selenium is absent.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_world import HOSTILE, document, event, made_up, write_build

from coder.report import write_report
from coder.resources import Resources

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
)  # fmt: skip

def available() -> str:
    """Why the browser cannot be used; nothing where it can."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed"
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        return "Chromium is not installed"
    return "" if shutil.which("chromedriver") else "chromedriver is not installed"


class Browser:
    """Headless Chromium with a profile of its own, on one page."""

    def __enter__(self) -> Browser:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self.profile = tempfile.TemporaryDirectory(prefix="eventcoder-chromium-", ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in (*FLAGS, f"--user-data-dir={self.profile.name}", "--window-size=1200,900"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()
        self.profile.cleanup()

    def open(self, page: Path, *, wait: float = 20) -> None:
        self.size(1200)
        self.media("light")
        self.log("performance")
        self.log("browser")
        self.driver.get(page.resolve().as_uri())
        self.until(lambda: self.run("return document.documentElement.dataset.ready") == "yes", wait)

    def run(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def log(self, kind: str) -> list[dict[str, Any]]:
        return list(self.driver.get_log(kind))

    def until(self, holds: Callable[[], Any], wait: float = 10) -> Any:
        end = time.monotonic() + wait
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {wait} seconds; the page says: {self.text('#count')}")

    def size(self, width: int, height: int = 900) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        )

    def media(self, scheme: str) -> None:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def texts(self, selector: str) -> list[str]:
        return list(self.run("return Array.from(document.querySelectorAll(arguments[0]), n => n.textContent)", selector))

    def fill(self, name: str, value: str) -> None:
        """Fill a filter as a person does and wait until the table follows."""
        self.run(
            "document.getElementById('count').textContent = '…'; const field = document.getElementById('filter').elements[arguments[0]];"
            "field.value = arguments[1]; field.dispatchEvent(new Event('input', {bubbles: true}));", name, value,
        )  # fmt: skip
        self.until(lambda: self.text("#count") != "…", 30)

    def click(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).click()", selector)

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            ActionChains(self.driver).send_keys(getattr(Keys, key, key)).perform()

    def focus(self) -> str:
        return str(self.run("return document.activeElement.getAttribute('aria-label') || document.activeElement.id || document.activeElement.textContent"))

    def detail(self) -> str:
        """The text of the opened event, once its tree is there."""
        self.until(lambda: self.run("const d = document.querySelector('.treebox'); return d && !d.textContent.includes('Unpacking')"))
        return self.text(".detail")


pytestmark = pytest.mark.skipif(bool(available()), reason=available() or "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> tuple[Path, list[dict[str, Any]]]:
    import pyarrow.parquet as pq

    folder = made_up(tmp_path_factory.mktemp("world"), resources, 400)
    write_report(folder, resources)
    return folder / "report.html", pq.read_table(folder / "events.parquet").to_pylist()


def test_totals_and_no_network(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    assert browser.text("#count") == f"All {len(rows)} events"
    requests = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    asked = [r["params"]["request"]["url"] for r in requests if r["method"] == "Network.requestWillBeSent"]
    assert [u for u in asked if not u.startswith(("file://", "data:"))] == []
    assert [u for u in asked if u.startswith("file://")] == [page.resolve().as_uri()]
    assert [e for e in browser.log("browser") if e["level"] == "SEVERE"] == []


FILTERS: list[tuple[dict[str, str], Callable[[dict[str, Any]], bool]]] = [
    ({"status": "negated"}, lambda r: r["status"] == "negated"),
    ({"quad": "4"}, lambda r: r["quad_class"] == 4),
    ({"root": "13"}, lambda r: r["root_code"] == "13"),
    ({"code": "0"}, lambda r: r["code"].startswith("0")),
    ({"country": "AFG"}, lambda r: "AFG" in (r["source_country"], r["target_country"])),
    ({"source": "AFG"}, lambda r: r["source"].startswith("AFG")),
    ({"target": "Alban"}, lambda r: "Alban" in r["target_name"]),
    ({"issue": "refugees"}, lambda r: "refugees" in (r["issues"] or [])),
    ({"from": "2018-01-01", "to": "2019-06-30"}, lambda r: dt.date(2018, 1, 1) <= r["event_date"] <= dt.date(2019, 6, 30)),
    ({"search": "copper"}, lambda r: "copper" in r["sentence_text"].lower()),
    ({"search": "copper geneva"}, lambda r: "copper" in r["sentence_text"].lower() and r["location_name"] == "Geneva"),
    ({"search": '"sent troops"', "status": "asserted"}, lambda r: r["trigger_text"].startswith("sent troops") and r["status"] == "asserted"),
    ({"search": "no such words"}, lambda r: False),
]  # fmt: skip


def test_filters(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    for filters, fits in FILTERS:
        for name, value in filters.items():
            browser.fill(name, value)
        expected = sum(fits(r) for r in rows)
        assert browser.text("#count") == (f"All {len(rows)} events" if expected == len(rows) else f"{expected} of {len(rows)} events"), filters
        browser.run("document.getElementById('count').textContent = '…'")
        browser.click("#clear")
        browser.until(lambda: browser.text("#count") == f"All {len(rows)} events")


def test_sort_and_pages(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    assert browser.texts("tbody .c-date")[:50] == sorted(str(r["event_date"]) for r in rows)[:50]
    browser.click("th.c-date button")
    assert browser.texts("#table tbody .c-date") == sorted((str(r["event_date"]) for r in rows), reverse=True)[:50]
    assert browser.run("return document.querySelector('th.c-date').getAttribute('aria-sort')") == "descending"
    for column, key in (("source", "source"), ("target", "target"), ("code", "code")):
        browser.click(f"th.c-{column} button")
        assert browser.texts(f"#table tbody .c-{column} .code") == sorted(r[key] for r in rows)[:50]
    assert browser.text("#page-count") == "of 8"
    browser.click("[data-go=last]")
    assert browser.texts("#table tbody .c-code .code") == sorted(r["code"] for r in rows)[350:]
    assert browser.run("return document.querySelector('[data-go=next]').getAttribute('aria-disabled')") == "true"
    browser.run("const f = document.getElementById('page-number'); f.value = 2; f.dispatchEvent(new Event('change'))")
    assert browser.texts("#table tbody .c-code .code") == sorted(r["code"] for r in rows)[50:100]
    browser.run("const f = document.getElementById('page-size'); f.value = 100; f.dispatchEvent(new Event('change'))")
    assert len(browser.texts("#table tbody .event")) == 100


def test_open_an_event(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    row = next(r for r in rows if r["location_name"])
    browser.fill("search", row["event_id"])
    assert browser.text("#count").startswith("1 of")
    browser.click("#table tbody .event td.c-code")
    shown = browser.detail()
    plain = "const s = document.querySelector('.sentence').cloneNode(true); s.querySelectorAll('.tag').forEach(t => t.remove()); return s"
    assert browser.run(f"{plain}.textContent") == row["sentence_text"]
    for part in ("source", "trigger", "target"):
        assert browser.run(f"{plain}.querySelector('mark.{part}').textContent") == row[f"{part}_text"]
    for words in (row["pattern_id"], row["location_name"], row["event_id"], row["code_label"], f"{row['source_start']}–{row['source_end']}"):
        assert words in shown
    assert "source: " in browser.text(".detail pre") or "target" in browser.text(".detail pre")  # the frame of the dictionary


def test_keyboard_alone(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    seen = []
    browser.press("TAB")
    assert browser.focus() == "Skip to the events"
    for _ in range(60):  # every stop on the way is named and visibly focused
        browser.press("TAB")
        seen.append(browser.focus())
        assert seen[-1], seen
        outline = browser.run("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)]")
        assert outline[0] != "none" and outline[1] >= 1, seen[-1]
        if seen[-1].startswith("Open "):
            break
    assert {"theme", "f-search", "f-from", "f-source", "f-status", "clear", "dyad", "unit", "page-size"} <= set(seen)
    assert seen[-1].startswith(f"Open {rows[0]['event_date']}")
    browser.press("ARROW_DOWN", "ARROW_DOWN", "ENTER")
    assert browser.run("return document.querySelectorAll('tr.event')[2].querySelector('.open').getAttribute('aria-expanded')") == "true"
    assert browser.text(".sentence .source").startswith(rows[2]["source_text"])
    browser.press("ESCAPE")
    assert browser.run("return document.querySelector('.detail')") is None
    browser.press("PAGE_DOWN")
    assert browser.run("return document.getElementById('page-number').value") == "2"
    assert browser.focus().startswith("Open ")
    browser.press("ARROW_UP")
    assert browser.run("return document.getElementById('page-number').value") == "1"
    assert browser.run("return document.activeElement === document.querySelectorAll('.open')[49]") is True
    browser.run("document.querySelector('.heat button[tabindex=\"0\"]').focus()")
    before = browser.focus()
    browser.press("ARROW_RIGHT", "ARROW_DOWN")
    assert browser.focus() != before and " to " in browser.focus()
    browser.press("ENTER")
    browser.until(lambda: " of " in browser.text("#count"))


def test_plots_count_what_the_table_holds(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, rows = world
    browser.open(page)
    asserted = [r for r in rows if r["status"] == "asserted"]
    assert browser.text("#plots-note").startswith(f"{len(asserted)} events in the plots")
    bars = dict(zip(browser.texts("#plot-roots .code"), browser.texts("#plot-roots .number"), strict=True))
    for root in ("04", "11", "19", "20"):
        assert int(bars[root]) == sum(r["root_code"] == root for r in asserted)
    browser.run("document.querySelectorAll('details.figures').forEach(d => { d.open = true })")
    browser.until(lambda: len(browser.texts("#plot-quads tbody tr")) > 10)
    figures = [line.split("\t") for line in browser.run("return document.querySelector('#plot-quads tbody').innerText").splitlines()]
    assert [sum(int(f[q]) for f in figures) for q in (1, 2, 3, 4)] == [sum(r["quad_class"] == q for r in asserted) for q in (1, 2, 3, 4)]
    spots = browser.run("return Array.from(document.querySelectorAll('.spot'), s => [s.getAttribute('aria-label'), +s.getAttribute('cx'), +s.getAttribute('cy')])")
    geneva = sum(r["location_name"] == "Geneva" for r in asserted)
    assert [f"Geneva, Switzerland: {geneva} events", pytest.approx(5 * (180 + 6.14569)), pytest.approx(5 * (90 - 46.20222))] in spots
    pair = browser.run("return document.getElementById('dyad').value").split()
    lines = [line.split("\t") for line in browser.run("return document.querySelector('#plot-goldstein tbody').innerText").splitlines()]
    scores = [r["goldstein"] for r in asserted if [r["source_country"], r["target_country"]] == pair]
    mine = [(float(mean), int(n)) for _, direction, mean, n in lines if direction == f"{pair[0]} → {pair[1]}"]
    assert sum(n for _, n in mine) == len(scores)
    assert sum(mean * n for mean, n in mine) == pytest.approx(sum(scores), abs=0.01 * len(scores))
    cell = browser.run("const b = document.querySelector('.heat button'); return [b.getAttribute('aria-label'), b.textContent]")
    browser.click(".heat button")
    assert browser.text("#count") == f"{cell[1]} of {len(rows)} events"


def test_save_as_csv(browser: Browser, world: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    page, rows = world
    browser.open(page)
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.fill("status", "negated")
    browser.click("#save")
    browser.until(lambda: (tmp_path / "events.csv").exists())
    saved = list(csv.DictReader(io.StringIO((tmp_path / "events.csv").read_text(encoding="utf-8-sig"))))
    assert [s["event_id"] for s in saved] == [r["event_id"] for r in rows if r["status"] == "negated"]
    assert saved[0]["sentence_text"] == next(r for r in rows if r["event_id"] == saved[0]["event_id"])["sentence_text"]


def test_light_and_dark(browser: Browser, world: tuple[Path, list[dict[str, Any]]]) -> None:
    page, _ = world
    browser.open(page)

    def ground() -> int:
        colour = browser.run("return getComputedStyle(document.body).backgroundColor")
        return sum(int(c) for c in colour[4:-1].split(","))

    assert ground() > 600
    browser.media("dark")
    assert ground() < 150
    browser.click("#theme")  # system -> light
    assert browser.text("#theme") == "Colours: light" and ground() > 600
    browser.media("light")
    browser.click("#theme")
    assert browser.text("#theme") == "Colours: dark" and ground() < 150
    browser.open(page)  # the choice is kept
    assert ground() < 150
    browser.click("#theme")


@pytest.mark.parametrize("width", [360, 700, 1200])
def test_nothing_scrolls_sideways(browser: Browser, world: tuple[Path, list[dict[str, Any]]], width: int) -> None:
    page, _ = world
    browser.open(page)
    browser.size(width, 740)
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    browser.click(".open")
    browser.detail()
    time.sleep(0.4)  # the plots follow the width
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert browser.run("return Array.from(document.querySelectorAll('svg')).every(s => s.getBoundingClientRect().right <= innerWidth)") is True


def hostile_build(folder: Path, resources: Resources) -> Path:
    """A build with hostile text in every field that holds text."""
    rows, documents = [], []
    for n, text in enumerate(HOSTILE):
        identifier = f"{text}#{n}"
        sentence = f"{text} attacked\u200f {text}, said {text}."
        target = len(text) + 11
        rows.append(
            event(
                resources.ontology, event_id=f"id{text}", document_id=identifier, source="FRA", target="PER", source_name=text, target_name=text,
                source_text=text, source_start=50, source_end=50 + len(text), trigger_text="attacked", trigger_start=51 + len(text),
                trigger_end=59 + len(text), target_text=text, target_start=50 + target, target_end=50 + target + len(text), sentence_text=sentence,
                attributed_to="GBR", attributed_text=text, pattern_id=text, location_name=text, location_country=text, latitude=1.0 + n, longitude=2.0,
                geoname_id=n, issues=[text], code_label=text, plover_event=text, plover_mode=text, plover_context=text,
            ) | {"source": f"FRA{text}", "target": f"PER{text}", "source_country": text, "target_country": text + "2", "source_role": text}
        )  # fmt: skip
        documents.append(document(identifier, title=text, publisher=text, url=text, path=text))
    documents.append(document("linked", url="https://wire.example/a?b=<c>&d=\"e\""))
    unresolved = [{"name": t, "count": 1, "documents": 1, "sentence": t} for t in HOSTILE]
    rejects = [
        {"document_id": t, "path": t, "line": 1, "sentence_index": None, "stage": t, "reason": t, "detail": t} for t in HOSTILE
    ]
    about = {"eventcoder.model": HOSTILE[1], "eventcoder.options": json.dumps({HOSTILE[0]: HOSTILE[2]})}
    return write_build(folder, resources, rows, documents, unresolved=unresolved, rejects=rejects, about=about)


def test_hostile_text_is_text(browser: Browser, tmp_path: Path, resources: Resources) -> None:
    folder = hostile_build(tmp_path, resources)
    write_report(folder, resources)
    browser.open(folder / "report.html")
    own = ("window.hacked", "document.querySelectorAll('img, iframe, object, embed, link, base').length", "document.querySelectorAll('script:not([type])').length")

    def unharmed() -> None:
        assert browser.run(f"return [{', '.join(own)}]") == [None, 0, 1]

    unharmed()
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for n in range(len(HOSTILE)):
        browser.run("document.querySelectorAll('tr.event .open')[arguments[0]].click()", n)
        shown = browser.detail()
        number = int(browser.run("return document.querySelector('tr.is-open').dataset.event"))
        assert number == n
        words = browser.run("const s = document.querySelector('.sentence').cloneNode(true); s.querySelectorAll('.tag').forEach(t => t.remove()); return [s.textContent, s.querySelector('.source').textContent, s.querySelector('.trigger').textContent, s.querySelector('.target').textContent]")
        expected = next(t for t in HOSTILE if words[0].startswith(t + " attacked"))
        assert words == [f"{expected} attacked\u200f {expected}, said {expected}.", expected, "attacked", expected]
        assert shown.count(expected) >= 8
        assert browser.run("return document.querySelectorAll('.detail a').length") == 0  # none of these is a web address
        unharmed()
    names = [t.replace("\x00", "") for t in HOSTILE]  # the HTML parser drops NUL
    assert browser.texts("#unresolved tbody th bdi") == names
    assert browser.texts("#rejects details tbody td:last-child bdi") == names
    assert "</script><script>" in browser.text("#run")
    browser.fill("search", "<img")
    assert browser.text("#count").startswith("1 of")
    browser.click("#clear")
    browser.until(lambda: browser.text("#count").startswith("All"))
    for width in (360, 1200):
        browser.size(width, 740)
        browser.click("tr.event:not(.is-open) .open")
        browser.detail()
        time.sleep(0.4)
        assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    for message in browser.log("browser"):
        assert "Content Security Policy" not in message["message"], message
    unharmed()
    requests = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    asked = [r["params"]["request"]["url"] for r in requests if r["method"] == "Network.requestWillBeSent"]
    assert [u for u in asked if not u.startswith(("file:", "data:"))] == []


def test_policy_stops_a_script(browser: Browser, tmp_path: Path, resources: Resources) -> None:
    """Were anything to get past the escaping, the content security policy would still not run it."""
    folder = write_build(tmp_path, resources, [event(resources.ontology)], [document("d1")])
    write_report(folder, resources)
    page = folder / "report.html"
    page.write_text(page.read_text().replace("<main>", "<script>window.hacked=1</script><img src=x onerror=window.hacked=2><main>"))
    browser.open(page)
    assert browser.run("return window.hacked") is None
    assert any("Content Security Policy" in m["message"] for m in browser.log("browser"))


def test_explain_page(browser: Browser, tmp_path: Path, resources: Resources) -> None:
    from test_explain_page import VISIBLE, account

    from coder.explain_page import render_html

    page = tmp_path / "explain.html"
    for said in VISIBLE:
        page.write_text(render_html(account(said, resources)), encoding="utf-8")
        browser.driver.get(page.as_uri())
        assert browser.run("return [window.hacked, document.scripts.length, document.images.length]") == [None, 0, 0]
        assert said in browser.text(".sentence")
        assert browser.texts(".sentence mark") == ["France", "condemned", "Peru"]
    browser.size(360)
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
