"""The filing season of a small office: collect, form items, describe, classify, number, file, box up, print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from builders.browsing import PASSWORD, Archive, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

DONE = 120_000  # milliseconds a job may take on a busy machine
FILES = {
    "要点/澜人办发〔2024〕3号关于印发工作要点的通知.txt": "澜人办发〔2024〕3号\n2024年1月5日\n",
    "要点/附件1 工作要点.txt": "一、总体要求\n",
    "关于人事任免的决定.txt": "关于人事任免的决定\n2024年3月2日\n",
    "关于人事任免的决定 发文稿纸.txt": "拟稿\n",
    "会议记录20240601.txt": "会议记录\n",
}


def test_a_filing_season(desk: Desk, archive: Archive, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    archive.run("add-user", "chen", "--role", "archivist", "--password-file", str(secret))
    folder = tmp_path / "办公室2024"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text * 3, encoding="utf-8")
    page = desk.sign_in()

    # Found the fonds, by a decision.
    desk.go("/desk/holdings/fonds")
    page.get_by_text("Found a fonds …").click()
    page.get_by_label("Fonds code").fill("L012")
    page.get_by_label("Name", exact=True).fill("澜城县人大常委会")
    page.get_by_label("Since").fill("1980-06-01")
    page.get_by_label("Decision it rests on").fill("澜编〔1980〕1号")
    page.get_by_role("button", name="Found the fonds").click()
    expect(page.get_by_text("The event is recorded")).to_be_visible()

    # Collect: the files arrive with their places, and the list fills by itself.
    desk.go("/desk/arranging/L012/2024/collect")
    page.get_by_label("Filing unit").fill("BGS")
    page.get_by_label("A folder").set_input_files(folder)
    expect(page.locator("ul.rows .tag.ok")).to_have_text("here", timeout=DONE)

    # Form items: proposals with reasons, then by mouse and by keys, and back.
    desk.go("/desk/arranging/L012/2024/items")
    expect(page.get_by_text("Both carry").or_(page.get_by_text("one folder with a single text"))).to_be_visible()
    page.get_by_role("button", name="Form all 2 proposed items").click()
    expect(page.locator("article.item")).to_have_count(2)
    notice = page.locator("article.item", has_text="工作要点")
    page.locator("[data-loose] [data-file]").drag_to(notice.locator("[data-file]").first)
    expect(notice.locator("[data-file]")).to_have_count(3)
    page.locator("#undo button").click()
    expect(page.locator("[data-loose] [data-file]")).to_have_count(1)
    decision = page.locator("article.item", has_text="人事任免")
    first = str(decision.locator("[data-file]").first.get_attribute("data-file"))
    decision.locator("[data-file]").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(decision.locator("[data-file]").last).to_have_attribute("data-file", first)
    expect(decision.locator("[data-file]").last).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(decision.locator("[data-file]").first).to_have_attribute("data-file", first)
    page.get_by_role("button", name="Form all, one of each file left").click()
    expect(page.locator("article.item")).to_have_count(3)

    # Describe one, classify all, number them.
    decision.get_by_role("link", name="Describe").click()
    page.get_by_label("Keywords").fill("任免")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Keywords")).to_have_value("任免")
    page.get_by_role("link", name="Classify").first.click()
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Department (subject)").first.fill("BGS")
    page.get_by_label("Retention period").first.select_option("D30")
    page.get_by_role("button", name="Give the chosen this class").click()
    expect(page.get_by_text("3 items are classified")).to_be_visible()
    page.get_by_role("link", name="Number them").click()
    expect(page.get_by_text("L012-WS·2024-D30-BGS-0003")).to_be_visible()
    page.get_by_role("button", name="Give these 3 numbers").click()

    # File: the transfer is checked and accepted like any other, and the pool closes.
    page.get_by_role("button", name="File all 3 items").click()
    expect(page.get_by_text("are being handed over")).to_be_visible()
    number = page.get_by_role("link", name=re.compile("^Transfer 20"))
    while not number.is_visible():
        page.reload()
    number.click()
    expect(page.get_by_text("checked, waits for acceptance")).to_be_visible(timeout=DONE)
    page.get_by_text("Accept all 3 items …").click()
    page.get_by_role("button", name="Accept and store").click()
    expect(page.get_by_text("3 items are kept and can be found")).to_be_visible(timeout=DONE)

    # The pool closes by itself, and each of its items points to the held record.
    desk.go("/desk/arranging/")
    while page.get_by_role("row", name="澜城县人大常委会").get_by_role("cell").last.inner_text() != "3":
        page.reload()

    # Box them up, and look at the end-sheet of the box.
    desk.go("/desk/holdings/fonds/L012/boxes?width=30")
    expect(page.get_by_text("3 items fill 1 box")).to_be_visible()
    page.get_by_role("button", name="Make this box").click()
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_text("L012-WS·2024-D30-BGS-0001").first).to_be_visible()
    box = page.url.removeprefix(archive.address)

    page.set_viewport_size({"width": 390, "height": 844})
    for address in (
        "/desk/arranging/", "/desk/arranging/L012/2024/collect", "/desk/arranging/L012/2024/items",
        "/desk/arranging/L012/2024/classes?stage=all", "/desk/arranging/L012/2024/numbers",
        "/desk/arranging/L012/2024/filing", "/desk/holdings/fonds", "/desk/holdings/fonds/L012",
        "/desk/holdings/fonds/L012/boxes?width=20", "/desk/holdings/fonds/L012/renumber", box,
    ):  # fmt: skip
        desk.go(address)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} is {over} pixels too wide"
