"""A PostgreSQL server of the bench's own, with the settings it is installed with."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measuring import BenchFailed


@contextmanager
def served_database(folder: Path) -> Iterator[str]:
    """Start a server on the loopback and give its address; everything is durable as in use (fsync is on)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise BenchFailed("PostgreSQL's server is not installed; `make test` installs it.")
    programs, password = found[-1], secrets.token_hex(16)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    secret = folder.parent / "password"
    secret.write_text(password)
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        as_owner = ["runuser", "-u", "postgres", "--"]
        for path in (folder, secret):
            shutil.chown(path, "postgres")
        for path in folder.parents:  # its user has to reach the folder
            if path.stat().st_uid == 0 and not path.stat().st_mode & 0o001:
                path.chmod(path.stat().st_mode | 0o011)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])

    def call(program: str, *arguments: str) -> None:
        finished = subprocess.run(
            [*as_owner, str(programs / program), *arguments], cwd="/", capture_output=True, text=True, check=False
        )
        if finished.returncode:
            raise BenchFailed(f"{program} ended with {finished.returncode}: {finished.stderr[-1000:]}")

    call("initdb", "-D", str(folder), "-U", "shicheng", f"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8",
         "--locale=C.UTF-8")  # fmt: skip
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    # The server keeps what it was started with open; with pipes this would wait for it to end.
    begin = [str(programs / "pg_ctl"), "-D", str(folder), "-w", "-l", str(folder / "log"), "-o", settings, "start"]
    subprocess.run([*as_owner, *begin], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    try:
        yield f"postgresql://shicheng:{password}@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", str(folder), "-m", "fast", "-w", "stop")
