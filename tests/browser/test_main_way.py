"""The main job as a person does it: set up, sign in, send, watch, decide, get the receipt, find, open."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from builders.batches import make_batch
from builders.browsing import PASSWORD, Archive, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

STORED = 120_000  # milliseconds a small batch may take on a busy machine
WIDTHS = (360, 640, 1440)  # a small phone; 1280 pixels at 200 %; a desk


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A sound batch of nine opened items."""
    folder = tmp_path / "办公室2020"
    made = make_batch(9)
    for item in made.items:
        item.elements["openness"] = "开放"
    made.write(folder)
    return folder


def _accept(page: Page, items: int) -> None:
    page.get_by_text(f"Accept all {items} items …").click()
    expect(page.get_by_text(f"{items} items with")).to_be_visible()
    page.get_by_role("button", name="Accept and store").click()


def _fits(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} pixels too wide at {page.viewport_size}"


def test_the_whole_way_of_a_batch(desk: Desk, batch: Path, browser: Browser, archive: Archive) -> None:
    page = desk.go("/people/sign-in")
    expect(page.get_by_role("heading", name="Set up the archive")).to_be_visible()
    page.get_by_label("Full name").fill("陈静")
    page.get_by_label("Name to sign in with").fill("chen")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("link", name="To the desk").click()
    expect(page.get_by_role("heading", name="Begin with a transfer")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    desk.sign_in()

    # Send: the inner paths of the folder arrive.
    page.get_by_role("link", name="Take in a batch").click()
    page.get_by_label("A folder").set_input_files(batch)
    page.wait_for_url(re.compile("/desk/transfers/20[0-9]{2}-[0-9]{4}$"), timeout=STORED)
    number = page.url.rsplit("/", 1)[1]

    # The report comes by itself when the check is done; nobody reloads.
    expect(page.get_by_role("heading", name="What was found")).to_be_visible(timeout=STORED)
    expect(page.get_by_text("checked, waits for acceptance")).to_be_visible()
    page.get_by_text("Sign …").first.click()
    page.get_by_label("passed").first.check()
    page.get_by_role("button", name="Sign", exact=True).first.click()
    expect(page.get_by_text("is signed by 陈静")).to_be_visible()

    # Decide, watch, get the receipt.
    _accept(page, 9)
    expect(page.get_by_text("9 items are kept and can be found")).to_be_visible(timeout=STORED)
    receipt = page.get_by_role("link", name="Receipt").get_attribute("href")
    assert page.request.get(f"{archive.address}{receipt}").body().startswith(b"%PDF")

    # Find as one types, without pressing anything; the address follows.
    page.goto(f"{archive.address}/desk/search/")
    page.locator("#q").press_sequentially("第3号事项", delay=30)
    expect(page.locator(".hit mark")).to_have_text(["第3号事项"], timeout=STORED)
    expect(page).to_have_url(re.compile("q=%E7%AC%AC3"))
    page.locator(".hit h2 a").click()

    # Open: the page of the document is drawn beside its description.
    expect(page.get_by_role("heading", name="关于第3号事项的决定", level=1)).to_be_visible()
    expect(page.locator(".pdfViewer canvas").first).to_be_visible(timeout=STORED)
    picture = page.request.get(archive.address + str(page.locator("img[data-page]").get_attribute("src")))
    assert picture.body().startswith(b"\x89PNG")  # what is there without JavaScript
    expect(page.get_by_text(f"accepted the transfer {number}")).to_be_visible()

    # And everybody finds it.
    page.goto(f"{archive.address}/")
    page.get_by_role("searchbox").fill("第3号事项")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="关于第3号事项的决定")).to_be_visible()

    _a_value_is_judged_as_it_is_typed(desk)
    _every_page_fits(desk, browser, archive, number)


def _a_value_is_judged_as_it_is_typed(desk: Desk) -> None:
    """What is wrong with a value stands beside its field before anything is saved, and goes when it is mended."""
    page = desk.go("/desk/holdings/")
    desk.go(f"{page.locator('#items tbody a').first.get_attribute('href')}/edit")
    title, verdict = page.locator("#field-title"), page.locator("#check-title")
    before = title.input_value()
    title.fill("")
    expect(verdict.locator(".wrong")).to_be_visible(timeout=STORED)
    title.press_sequentially("新的题名")
    expect(verdict.locator(".sound")).to_be_visible(timeout=STORED)
    expect(verdict.locator(".wrong")).to_have_count(0)
    title.fill(before)
    expect(verdict).to_be_empty(timeout=STORED)


def _every_page_fits(desk: Desk, browser: Browser, archive: Archive, number: str) -> None:
    """Nothing stands outside the window at any width, and the keyboard reaches the content first."""
    page = desk.page
    desk.go("/desk/holdings/")
    item = str(page.locator("#items tbody a").first.get_attribute("href"))
    addresses = [
        "/desk/", "/desk/transfers/", "/desk/transfers/new", f"/desk/transfers/{number}", "/desk/holdings/", item,
        "/desk/search/?q=决定", "/desk/checks/", "/desk/jobs/", "/desk/store/", "/people/duties", "/people/emergencies",
        "/", "/search?q=决定", item.replace("/desk/holdings/items/", "/records/"), "/asking",
    ]  # fmt: skip
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for address in addresses:
            _fits(desk.go(address))
    desk.go("/desk/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    expect(page.locator("#top-find")).to_be_focused()


@pytest.fixture
def plain(browser: Browser, archive: Archive) -> Iterator[Desk]:
    """A window without JavaScript."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 390, "height": 844})
    context.set_default_timeout(30_000)
    yield Desk(context, archive)
    context.close()


def test_the_same_without_javascript_on_a_phone(plain: Desk, tmp_path: Path, archive: Archive) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    archive.run("add-user", "chen", "--role", "archivist", "--password-file", str(secret))
    page = plain.sign_in()
    folder = tmp_path / "batch"
    made = make_batch(3, fonds="T002")
    for item in made.items:
        item.elements["openness"] = "开放"
    made.write(folder)
    packed = tmp_path / "财经委.zip"
    with zipfile.ZipFile(packed, "w") as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.write(path, path.relative_to(folder).as_posix())
    plain.go("/desk/transfers/new")
    page.get_by_label("One archive file").set_input_files(packed)
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_text("checked, waits for acceptance")).to_be_visible(timeout=STORED)
    _accept(page, 3)
    expect(page.get_by_text("3 items are kept and can be found")).to_be_visible(timeout=STORED)
    plain.go("/")
    page.get_by_role("searchbox").fill("第2号事项 全宗:T002")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit h2 a").first).to_contain_text("第2号事项")
    expect(page.locator(".facets nav")).to_be_hidden()
    page.get_by_text("Narrow", exact=True).click()
    expect(page.locator(".facets nav")).to_be_visible()
    page.locator(".hit h2 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("第2号事项")
