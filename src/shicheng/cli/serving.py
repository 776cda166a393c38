"""Web and workers as one tree of processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial

from shicheng.kernel.processes import die_with_parent
from shicheng.settings import Settings


def serve_archive(settings: Settings, *, host: str, port: int, with_worker: bool) -> int:
    """Run the web server and, beside it, a worker; restart what dies, end both on Ctrl+C or SIGTERM."""
    environment = {
        **os.environ,
        "SHICHENG_HOME": str(settings.home),
        "DJANGO_SETTINGS_MODULE": "shicheng.settings.django",
        "SERVED_BY_SHICHENG": str(os.getpid()),
    }
    web = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        str(settings.web_threads),
        "--backpressure",
        str(settings.web_threads * 8),
        "--no-ws",
        "--log-level",
        "error",
        "shicheng.settings.wsgi:application",
    ]
    commands: dict[str, Sequence[str]] = {"web": web}
    if with_worker:
        commands["worker"] = [sys.executable, "-m", "shicheng.cli", "worker", "--home", str(settings.home)]
    running = {name: _start(command, environment) for name, command in commands.items()}
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    quick_deaths = 0
    try:
        while not stopping:
            time.sleep(0.3)
            for name, child in list(running.items()):
                if child.poll() is None:
                    continue
                quick_deaths += 1
                if name == "web" or quick_deaths > 5:  # most likely the port is taken: say so and end
                    return child.returncode or 1
                running[name] = _start(commands[name], environment)
    finally:
        for child in running.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in running.values():
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    return 0


def work(settings: Settings, *, processes: int, once: bool) -> int:
    """Run jobs and follow the audit log with the search index until told to stop; returns the jobs done."""
    from shicheng.jobs.inline import run_waiting
    from shicheng.jobs.services import enqueue_schedules
    from shicheng.jobs.worker import Worker
    from shicheng.search.follower import IndexFollower

    with IndexFollower(settings.index_path) as follower:
        if once:
            enqueue_schedules()
            done = run_waiting()
            follower.catch_up()
            return done
        Worker(processes=processes).run_forever()
    return 0


def _start(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A group of its own, so that Ctrl+C reaches this process alone, which ends its children in order.
    return subprocess.Popen(command, env=environment, process_group=0, preexec_fn=partial(die_with_parent, os.getpid()))
