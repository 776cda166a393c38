"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.measuring import ROOT

_PACKAGES = ("shicheng", "Django", "tantivy", "pygfried", "ocfl-py", "bagit")


def describe(folder: Path) -> dict[str, str]:
    """The machine, the disk under `folder`, and versions."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "disk": _disk(folder),
        "system": f"{platform.system()} {platform.release()}, {_system()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "packages": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "commit": _commit(),
    }


def load() -> float:
    """Processes that wanted a processor during the last minute, on average."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return names[0] if names else platform.machine()


def _disk(folder: Path) -> str:
    """File system and free space; a file system in memory would make every figure worthless."""
    best, kind, device = "", "unknown file system", ""
    try:
        for line in Path("/proc/mounts").read_text("utf-8").splitlines():
            source, place, name = line.split(" ")[:3]
            inside = place == "/" or f"{folder}/".startswith(f"{place}/")
            if inside and len(place) >= len(best):
                best, kind, device = place, name, source
    except OSError:
        pass
    usage = shutil.disk_usage(folder)
    return f"{kind} on {device}, {usage.total / 1e9:.0f} GB, {usage.free / 1e9:.0f} GB free"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _commit() -> str:
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no", "--", "src"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head} with changes" if changed else head
