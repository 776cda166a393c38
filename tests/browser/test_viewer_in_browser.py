"""The viewer in a real browser, wide and on a phone: read, marked, looked into, heard; nothing forbidden."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from builders.browsing import Archive, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PATIENCE = 90_000  # milliseconds a busy machine may take
SELECTED = ".textLayer .highlight.selected"


@pytest.fixture
def record(archive: Archive) -> str:
    """The address of a record in the portal."""
    made = subprocess.run(
        [sys.executable, "-m", "builders.viewing"], check=False, capture_output=True, text=True, timeout=120,
        env={**archive.environment, "SHICHENG_HOME": str(archive.home),
             "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return f"/records/{made.stdout.strip()}"


def _fits(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} pixels too wide at {page.viewport_size}"


def test_a_reader_finds_the_words_looks_into_a_plan_and_hears_a_speech(
    desk: Desk, browser: Browser, archive: Archive, record: str
) -> None:
    page = desk.go(f"{record}?mark=公安机关")
    expect(page.locator(SELECTED)).to_have_text("公安机关", timeout=PATIENCE)
    expect(page.locator("[data-number]")).to_have_value("6")
    expect(page.locator("[data-count]")).to_have_text("9")
    expect(page.locator("[data-hits]")).to_have_text("1 / 1")
    expect(page.locator("img[data-page]")).to_be_hidden()
    page.locator("[data-find] input").fill("养犬管理")
    page.get_by_role("button", name="Next hit").click()
    expect(page.locator("[data-hits]")).to_have_text(re.compile("[1-9] / 9"), timeout=PATIENCE)
    width = page.locator(".pdfViewer .page").first.bounding_box()
    page.get_by_role("button", name="Larger").click()
    page.wait_for_function(
        "before => document.querySelector('.pdfViewer .page').getBoundingClientRect().width > before * 1.1",
        arg=width["width"] if width else 0, timeout=PATIENCE,
    )  # fmt: skip

    page.get_by_role("link", name="规划图.tif").click()
    expect(page.locator("[data-zoom][data-drawn]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("img[data-page]")).to_be_hidden()

    page.get_by_role("link", name="讲话.wav").click()
    wave = page.locator("[data-wave]")
    expect(wave).to_be_visible(timeout=PATIENCE)
    box = wave.bounding_box()
    assert box is not None
    wave.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    page.wait_for_function("document.querySelector('audio').currentTime >= 1.4", timeout=PATIENCE)

    # On a phone the same, and nothing is wider than it; without scripts the drawn page.
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    with phone:
        small = Desk(phone, archive)
        small.go(f"{record}?mark=公安机关")
        expect(small.page.locator(SELECTED)).to_have_text("公安机关", timeout=PATIENCE)
        _fits(small.page)
        assert small.complaints == []
    plain = browser.new_context(java_script_enabled=False)
    with plain:
        page = Desk(plain, archive).go(record)
        expect(page.locator("img[data-page]")).to_be_visible()
        expect(page.locator("[data-reader]")).to_be_hidden()
        assert page.evaluate("document.querySelector('img[data-page]').naturalWidth") > 0
