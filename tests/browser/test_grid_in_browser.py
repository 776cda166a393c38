"""The grid in a real browser: keys, paste with faults, fill down, undo, and another who was quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from builders.rows_of_items import make_rows
from builders.shelves import make_user
from shicheng.describing.grid import Row, save_rows
from shicheng.holdings.models import Item
from shicheng.kernel.identifiers import new_id
from shicheng.people.types import Role

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("led_from_a_loop")]

PATIENCE = 60_000  # milliseconds a busy machine may take
ROWS = 320


@pytest.fixture(scope="module")
def led_from_a_loop() -> Iterator[None]:
    """The browser is led from a loop in this thread, which the database need not mind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def page(here: Here, live_server: Any, browser: Browser) -> Iterator[Page]:
    """The grid of one fonds with some hundred rows, open for an archivist."""
    make_rows(ROWS, fonds=1)
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    window, complaints = context.new_page(), []
    window.on("console", lambda note: complaints.append(note.text) if note.type == "error" else None)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto(f"{live_server.url}{reverse('describing:grid')}?fonds=F001")
    expect(window.locator("[data-grid][data-ready=yes]")).to_be_visible(timeout=PATIENCE)
    yield window
    context.close()
    assert complaints == []


def saved(page: Page) -> None:
    """Wait until nothing is on its way."""
    expect(page.locator("[data-grid]")).to_have_attribute("data-unsaved", "0", timeout=PATIENCE)


def becomes(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Wait until the archive has something, as quick as the machine may be."""
    left = PATIENCE
    while read() != wanted and left > 0:
        page.wait_for_timeout(50)
        left -= 50
    assert read() == wanted


def numbers() -> list[str]:
    return [one.document_number for one in Item.objects.order_by("code_sort", "id")[:3]]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def write(page: Page, text: str) -> None:
    """Write over the cell at hand, as an input method does: a key opens the editor, the text comes whole."""
    page.keyboard.press("x")
    expect(page.locator("[data-editor]")).to_have_value("x")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text(text)


def paste(page: Page, text: str) -> None:
    """Paste as the browser does it, without the clipboard of the machine."""
    page.locator("[data-box]").evaluate(
        """(box, text) => { const held = new DataTransfer(); held.setData("text/plain", text);
        box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })); }""",
        text,
    )


def test_describing_with_the_keyboard_alone(here: Here, page: Page) -> None:
    items = list(Item.objects.order_by("code_sort", "id"))
    box, active = page.locator("[data-box]"), page.locator("#grid-active")
    box.focus()

    # Typing over, F2, Escape, Tab and Enter.
    write(page, "新题名")
    press(page, "Tab", "Tab")
    write(page, "甲1号")
    press(page, "Enter", "ArrowUp", "F2", "Escape")
    expect(active).to_have_text("甲1号")
    first = Item.objects.values_list("title", "document_number")
    becomes(page, lambda: first.get(pk=items[0].pk), ("新题名", "甲1号"))
    saved(page)

    # Fill down over what Shift selected, undo, redo.
    press(page, "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    becomes(page, numbers, ["甲1号"] * 3)
    saved(page)
    press(page, "Control+z")
    becomes(page, numbers, ["甲1号", "", ""])
    saved(page)
    press(page, "Control+y")
    becomes(page, numbers, ["甲1号"] * 3)
    saved(page)

    # One value into all cells that are selected; a table of two rows over four.
    press(page, "Control+Home", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown")
    write(page, "丙")
    press(page, "Control+Enter")
    becomes(page, numbers, ["丙"] * 3)
    saved(page)
    press(page, "Control+Home", "ArrowRight", "ArrowRight", *["Shift+ArrowDown"] * 3)
    paste(page, "一\n二\n")
    becomes(page, numbers, ["一", "二", "一"])
    saved(page)

    # A paste of two columns and 300 rows, faults in some: the good ones are kept, the others say why.
    press(page, "Control+Home", "ArrowRight", "ArrowRight")
    dates = ["某年某月" if count % 100 == 7 else f"2001-01-{count % 28 + 1:02d}" for count in range(300)]
    paste(page, "".join(f'"文{count}"\t{date}\r\n' for count, date in enumerate(dates)))
    expect(page.locator("[data-grid]")).to_have_attribute("data-faulty", "3", timeout=PATIENCE)
    saved(page)
    good = [one for one in Item.objects.order_by("code_sort", "id")[:300] if one.elements.get("date")]
    assert len(good) == 297 and good[-1].document_number == "文299"
    expect(page.locator("[data-faults]")).to_have_text("Cells that need a look: 3")
    page.locator("[data-faults]").click()
    expect(active).to_have_text("某年某月")
    expect(page.locator("[data-bubble]")).to_contain_text("某年某月")
    write(page, "2001-01-31")
    press(page, "Enter")
    expect(page.locator("[data-grid]")).to_have_attribute("data-faulty", "2", timeout=PATIENCE)
    saved(page)
    # Only the rows in sight are there.
    assert page.locator(".grid-canvas .grid-row").count() < 80
    press(page, "Control+End")
    expect(active).to_be_visible()
    expect(page.locator(".grid-canvas")).to_contain_text(items[-1].reference_code)


def test_somebody_else_was_quicker(here: Here, page: Page) -> None:
    one = Item.objects.order_by("code_sort", "id")[0]
    active, bubble = page.locator("#grid-active"), page.locator("[data-bubble]")
    save_rows(
        actor=here.operator, key=new_id(), rows=[Row(one.pk, 1, {"author": "别人写的"})], reason="核对",
        settings=here.settings,
    )  # fmt: skip
    page.locator("[data-box]").focus()
    write(page, "我的题名")
    press(page, "Tab")
    write(page, "我的责任者")
    press(page, "Enter")
    expect(page.locator("[data-grid]")).to_have_attribute("data-faulty", "1", timeout=PATIENCE)
    saved(page)
    one.refresh_from_db()  # what the other left alone is saved, what they wrote is not overwritten unseen
    assert (one.title, one.author) == ("我的题名", "别人写的")
    press(page, "ArrowUp")
    expect(active).to_have_text("我的责任者")
    expect(bubble).to_contain_text("saved “别人写的” meanwhile")
    bubble.get_by_text("Save mine all the same").click()
    becomes(page, lambda: Item.objects.values_list("author", "version").get(pk=one.pk), ("我的责任者", 4))
    expect(page.locator("[data-grid]")).to_have_attribute("data-faulty", "0", timeout=PATIENCE)
