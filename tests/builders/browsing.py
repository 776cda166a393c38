"""A whole archive served on a port of its own, and a window on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

PASSWORD = "lancheng-archive-1"
START_SECONDS = 60


class Archive:
    """An archive in a folder, its server and worker."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("SHICHENG_")}
        self.environment["SHICHENG_LANGUAGE"] = "en"
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def command(self, *arguments: str) -> list[str]:
        """A command on this archive."""
        return [sys.executable, "-m", "shicheng.cli", *arguments, "--home", str(self.home)]

    def run(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def wait(self, server: subprocess.Popen[bytes]) -> None:
        """Wait until pages are served."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert server.poll() is None, "the server ended"
            try:
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
            except OSError:
                time.sleep(0.3)
            else:
                return
        raise AssertionError("the server does not answer")


class Desk:
    """A window on the archive that notes every complaint of the browser, above all of the content policy."""

    def __init__(self, context: BrowserContext, archive: Archive) -> None:
        self.archive = archive
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda one: self._watch(one.url))

    def _note(self, one: ConsoleMessage) -> None:
        if one.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {one.text}")

    def _watch(self, address: str) -> None:
        if not address.startswith((self.archive.address, "data:", "blob:")):
            self.foreign.append(address)

    def go(self, path: str) -> Page:
        """Open a page and wait for it."""
        answer = self.page.goto(self.archive.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def sign_in(self, name: str = "chen") -> Page:
        """Sign in at the sign-in page."""
        self.go("/people/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/desk/")
        return self.page
