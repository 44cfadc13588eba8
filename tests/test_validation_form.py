"""The form of `eventcoder validate sample` in a real browser: judged by keyboard, kept, downloaded, read back and scored."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coder.validation.form import render_form
from coder.validation.sample import draw
from coder.validation.score import MAIN, score
from coder.validation.sheet import QUESTIONS, read_sheet
from tests.test_validation import event

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install selenium")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")

EVIL = '<img src=x onerror="document.title=1"> =cmd, "quoted"'


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1000,800", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(tmp_path), "download.prompt_for_download": False})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = CHROMIUM
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def wait_for(path: Path) -> Path:
    for _ in range(100):
        if path.is_file() and path.stat().st_size:
            return path
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not downloaded")


def test_judge_by_keyboard_keep_and_download(browser: Any, tmp_path: Path) -> None:
    rows = [event(i, source_name=EVIL, document_id=f"=d{i}") for i in range(3)]
    rows.append(event(3, target=None, target_text=None, target_start=None, target_end=None, target_name=None))
    items = draw(rows, 4, by="root_code")
    without_target = next(n for n, item in enumerate(items) if item.row["target"] is None)
    page = tmp_path / "sheet.html"
    page.write_text(render_form(items, "root_code"), encoding="utf-8")
    browser.get(page.as_uri())
    find = browser.find_element
    body = find("css selector", "body")

    def done() -> str:
        return str(find("id", "done").text)

    body.send_keys("a")  # all right, and on to the second
    assert done() == "1 of 4 judged"
    assert browser.switch_to.active_element.get_attribute("id") == "item-2"
    browser.switch_to.active_element.send_keys("a", "k", "2")  # back to the second: right becomes wrong
    assert browser.switch_to.active_element.get_attribute("id") == "item-2"
    browser.switch_to.active_element.send_keys("c")
    comment = browser.switch_to.active_element
    comment.send_keys("=1+1, \"j\" typed")  # keys do nothing else here
    assert done() == "2 of 4 judged"

    find("id", "download").click()  # no name yet
    assert "name" in find("id", "note").text
    find("id", "coder").send_keys("Anna Ö.\t")
    assert done() == "2 of 4 judged"  # judged before the name was given: kept

    browser.refresh()
    assert find("id", "coder").get_attribute("value") == "Anna Ö."
    assert done() == "2 of 4 judged"
    assert find("css selector", "#item-2 input[type=text]").get_attribute("value") == "=1+1, \"j\" typed"
    find("id", "next").click()
    assert browser.switch_to.active_element.get_attribute("id") == "item-3"
    # the mouse does as well as the keys; the last event stays open
    for label in browser.find_elements("css selector", "#item-3 fieldset label:nth-of-type(3)"):
        label.click()
    assert done() == "3 of 4 judged"

    find("id", "download").click()
    sheet = read_sheet(wait_for(tmp_path / "sheet-Anna-Ö-.csv"))
    assert sheet.coder == "Anna Ö."
    assert [j.event_id for j in sheet.judged] == [i.row["event_id"] for i in items]
    first, second, third, fourth = sheet.judged
    asked = [q for q in QUESTIONS if not (without_target == 0 and q == "target_right")]
    assert first.answers == dict.fromkeys(asked, True)
    assert second.answers["action_right"] is False
    assert second.answers["date_right"] is True
    assert second.comment == "=1+1, \"j\" typed"
    assert third.unsure == third.answers.keys()
    assert set(fourth.answers.values()) == {None}
    assert ("target_right" in sheet.judged[without_target].answers) is False
    assert score([sheet]).overall[MAIN].value == 0.5

    assert browser.title == "Validation sheet: 4 events"  # the corpus's markup did not run
    assert not browser.find_elements("css selector", "img")
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


def test_each_name_has_its_own_answers(browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "sheet.html"
    page.write_text(render_form(draw([event(i) for i in range(2)], 2, by="root_code"), "root_code"), encoding="utf-8")
    browser.get(page.as_uri())
    name = browser.find_element("id", "coder")
    name.send_keys("A\t")
    browser.find_element("css selector", "body").send_keys("a")
    assert browser.find_element("id", "done").text == "1 of 2 judged"
    name.clear()
    name.send_keys("B\t")
    assert browser.find_element("id", "done").text == "0 of 2 judged"
    name.clear()
    name.send_keys("A\t")
    assert browser.find_element("id", "done").text == "1 of 2 judged"
