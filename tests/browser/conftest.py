"""A whole archive served on a port of its own, and Debian's Chromium looking at it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from builders.browsing import Archive, Desk


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "archive")
    made.run("init", "--name", "澜城县档案馆")
    log = (made.home / "serve.log").open("wb")
    server = subprocess.Popen(
        made.command("serve", "--port", str(made.port)), env=made.environment, stdout=log, stderr=log
    )
    try:
        made.wait(server)
        yield made
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    # The browser runs an event loop in this thread, beside which Django would refuse to set up its databases.
    program = os.environ.get("SHICHENG_TEST_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def desk(browser: Browser, archive: Archive) -> Iterator[Desk]:
    """A window of 1440 pixels; at the end the browser must have had nothing to complain of."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB", accept_downloads=True)
    context.set_default_timeout(30_000)
    window = Desk(context, archive)
    yield window
    context.close()
    assert window.foreign == []
    assert window.complaints == []
