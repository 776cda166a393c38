"""An upload in a real browser: cut by a reload in the middle, gone on with, and another file of the name refused."""

from __future__ import annotations

import hashlib
import random
import re
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from builders.batches import make_batch
from builders.browsing import PASSWORD, Archive, Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

STORED = 120_000  # milliseconds a small batch may take on a busy machine
SIZE = 12 << 20


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A sound batch in a tar with one large file, of which the first pieces and the rest differ everywhere."""
    folder = make_batch(3).write(tmp_path / "批次")
    (folder / "内容" / "录像.bin").write_bytes(random.Random(5).randbytes(SIZE))
    path = tmp_path / "办公室2021.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(folder, "批次")
    return path


@pytest.fixture
def page(desk: Desk, archive: Archive, tmp_path: Path) -> Page:
    """An archivist at the page for sending."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    archive.run("add-user", "chen", "--role", "archivist", "--password-file", str(secret))
    desk.sign_in()
    return desk.go("/desk/transfers/new")


def _hold_back(page: Page, after: int) -> list[str]:
    """Let so many pieces through and none after them, as a line does that has died."""
    let: list[str] = []

    def piece(route: Route) -> None:
        if route.request.method == "PATCH" and len(let) < after:
            let.append(route.request.url)
            route.continue_()
        elif route.request.method != "PATCH":
            route.continue_()
        # Else it hangs.

    page.route(re.compile("/uploads/.*/files/"), piece)
    return let


def _send(page: Page, path: Path) -> None:
    page.get_by_label("One archive file").set_input_files(path)
    page.get_by_role("button", name="Send and check").click()


def _reload_in_the_middle_goes_on_and_another_file_is_refused(page: Page, packed: Path, tmp_path: Path) -> None:
    let = _hold_back(page, 1)
    _send(page, packed)
    figures = page.locator("[data-sending] [data-figures]")
    expect(figures).to_contain_text(re.compile(r"4\.0 MB of 12\.\d MB"), timeout=STORED)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert len(let) == 1

    page.reload()  # before the way is free again, or the piece held back might still go
    page.unroute_all()
    row = page.locator("[data-upload-id]")
    expect(row).to_contain_text("办公室2021.tar")
    expect(row).to_contain_text(re.compile(r"4\.0 MB of 12\.\d MB"))

    # The same name and size, but not the same file: nothing is mixed.
    other = tmp_path / "other" / packed.name
    other.parent.mkdir()
    content = bytearray(packed.read_bytes())
    content[2 << 20] ^= 1
    other.write_bytes(content)
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Continue …").click()
    choosing.value.set_files(other)
    expect(page.locator("[data-upload-problem]")).to_contain_text("another file", timeout=STORED)

    pieces: list[int] = []
    page.on(
        "request",
        lambda one: pieces.append(int(one.headers["upload-offset"])) if one.method == "PATCH" else None,
    )
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Continue …").click()
    choosing.value.set_files(packed)
    page.wait_for_url(re.compile("/desk/transfers/20[0-9]{2}-[0-9]{4}$"), timeout=STORED)
    assert min(pieces) == 4 << 20
    expect(page.get_by_role("heading", name="What was found")).to_be_visible(timeout=STORED)
    expect(page.get_by_role("heading", name=packed.name)).to_be_visible()


def _folder_goes_on_by_itself_when_the_line_is_back(page: Page, tmp_path: Path) -> None:
    folder = make_batch(5).write(tmp_path / "财经委2021")
    (folder / "内容" / "附件.bin").write_bytes(random.Random(6).randbytes(3 << 20))
    broken: list[str] = []

    def break_some(route: Route) -> None:
        if len(broken) < 4 and route.request.url not in broken:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.goto(re.sub("/transfers/.*", "/transfers/new", page.url))
    page.route(re.compile("/uploads/.*/files"), break_some)
    page.get_by_label("A folder").set_input_files(folder)
    page.wait_for_url(re.compile("/desk/transfers/20[0-9]{2}-[0-9]{4}$"), timeout=STORED)
    assert broken
    expect(page.get_by_role("heading", name="What was found")).to_be_visible(timeout=STORED)
    expect(page.get_by_role("heading", name="财经委2021")).to_be_visible()


def _digest_in_plain_javascript_is_sha256(page: Page) -> None:
    """Pages without HTTPS have no digest of the browser's own."""
    for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003):
        content = bytes(number * 7 % 251 for number in range(length))
        told = page.evaluate(
            """async (bytes) => {
                const { plainSha256, hex } = await import("/static/desk/js/controllers/sha256.js");
                return hex(plainSha256(Uint8Array.from(bytes)));
            }""",
            list(content),
        )
        assert told == hashlib.sha256(content).hexdigest(), length


def test_uploads_go_on_after_any_break(desk: Desk, page: Page, packed: Path, tmp_path: Path) -> None:
    """One archive for all of it: to found and serve one takes longer than the rest."""
    _digest_in_plain_javascript_is_sha256(page)
    _reload_in_the_middle_goes_on_and_another_file_is_refused(page, packed, tmp_path)
    assert desk.complaints == []
    _folder_goes_on_by_itself_when_the_line_is_back(page, tmp_path)
    # The browser tells of the lines that broke, and of nothing else.
    assert all("ERR_CONNECTION_RESET" in one for one in desk.complaints)
    desk.complaints.clear()
