"""Program: scrolls the grid of 10,000 rows in Chromium and counts frames. Prints JSON."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from bench.measuring import SHICHENG

# Scroll by two screens in a second, back and forth, and note when each frame was drawn.
_SCROLL = """
(seconds) => new Promise((done) => {
  const box = document.querySelector("[data-box]");
  const times = [];
  const began = performance.now();
  let last = began;
  const step = (now) => {
    times.push(now - last);
    last = now;
    const way = (now - began) / 1000;
    box.scrollTop = Math.abs(Math.sin(way / 4)) * (box.scrollHeight - box.clientHeight);
    if (way < seconds) requestAnimationFrame(step); else done(times.slice(1));
  };
  requestAnimationFrame(step);
})
"""


def main(home: Path, seconds: float) -> None:
    """Serve the archive, open the grid of the first 10,000 records, and scroll all of it."""
    from shicheng.cli.setup import open_archive

    open_archive(home)
    from django.test import Client
    from django.urls import reverse
    from playwright.sync_api import sync_playwright

    from shicheng.people.models import User
    from shicheng.people.services import SYSTEM, create_user
    from shicheng.people.types import Role

    user = User.objects.filter(username="bench").first() or create_user(
        actor=SYSTEM, username="bench", full_name="bench", password=f"{secrets.token_urlsafe(12)}-aA1",
        roles=[Role.ARCHIVIST], fonds="",
    )  # fmt: skip
    client = Client()
    client.force_login(user)
    address = reverse("describing:grid")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([str(SHICHENG), "serve", "--home", str(home), "--port", str(port)])
    try:
        _wait(port)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1440, "height": 1000})
            cookie = {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "url": f"http://127.0.0.1:{port}",
            }
            context.add_cookies([cookie])
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}{address}", timeout=120_000)
            page.wait_for_selector("[data-grid][data-ready=yes]", timeout=120_000)
            opened = time.perf_counter() - began
            rows = page.locator("[data-box]").get_attribute("aria-rowcount")
            page.evaluate(_SCROLL, seconds / 2)  # until every row was asked for once
            frames = sorted(page.evaluate(_SCROLL, seconds))
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    print(json.dumps({
        "rows": int(rows or 1) - 1, "opened": opened, "frames": len(frames), "rate": 1000 * len(frames) / sum(frames),
        "p50": frames[len(frames) // 2], "p95": frames[int(len(frames) * 0.95)], "worst": frames[-1],
        "late": share_over(frames, 1), "missed": share_over(frames, 2),
    }))  # fmt: skip


def share_over(frames: list[float], sixtieths: int) -> float:
    """The share of frames, in percent, that took longer than so many sixtieths of a second; clocks err by 0.5 ms."""
    return 100 * sum(1 for one in frames if one > 1000 / 60 * sixtieths + 0.5) / len(frames)


def _wait(port: int) -> None:
    for _time in range(600):
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server does not answer.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
