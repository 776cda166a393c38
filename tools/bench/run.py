"""`make bench`: measures what Shicheng promises, beside peers and limits, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import (
    archive,
    describing,
    finding,
    growing,
    large_files,
    machine,
    peers,
    report,
    small_items,
    uploading,
    verifying,
)  # path first
from bench.measuring import ROOT, BenchFailed, Options, Result

BENCHES: dict[str, Callable[[Options], Result]] = {
    module.NAME: module.measure
    for module in (small_items, large_files, verifying, finding, peers, uploading, describing)
} | {
    growing.PLAIN: growing.measure_plain,
    growing.MILLION: growing.measure_million,
    growing.FIVE_MILLION: growing.measure_five_million,
    growing.POSTGRESQL: growing.measure_postgresql,
}
PAGE, KEPT = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.json"


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 whether goals are reached or not, 1 if something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(BENCHES), help="measure only this; may be repeated")
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 is a quick look: a tenth, and nothing is written")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is run")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this folder and leave everything there")
    asked = parser.parse_args(arguments)
    if not 0 < asked.scale <= 10 or asked.repeats < 1:
        parser.error("--scale must lie between 0 and 10, --repeats must be at least 1")
    # /var/tmp is on a disk where /tmp may be in memory, which would flatter everything.
    base = asked.keep or Path(tempfile.mkdtemp(prefix="shicheng-bench-", dir="/var/tmp"))
    failed = False
    records = []
    try:
        base.mkdir(parents=True, exist_ok=True)
        # Compiled files go there and not into the checkout; the first program started fills it.
        os.environ["PYTHONPYCACHEPREFIX"] = str(base / "compiled")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        # What is measured is the checkout this lies in, wherever the package is installed from.
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tools")])
        facts = machine.describe(base)
        archive.warm_up(base / "warm-up")
        for name in asked.only or list(BENCHES):
            folder = base / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            before = machine.load()
            print(f"Measuring {name} …", flush=True)
            try:
                result = BENCHES[name](Options(folder, asked.scale, asked.repeats))
            except BenchFailed as error:
                print(f"✗ {name} could not be measured: {error}", file=sys.stderr)
                failed = True
                continue
            now = datetime.datetime.now().astimezone().isoformat(timespec="minutes")
            command = " ".join(["tools/bench/run.py", *_flags(asked)])
            records.append(
                report.record_of(result, date=now, command=command, machine=facts, load=[before, machine.load()])
            )
            print(report.write_page(records[-1:]).partition("## What is asked for\n")[2], flush=True)
            if asked.scale == 1:
                PAGE.parent.mkdir(exist_ok=True)
                PAGE.write_text(report.write_page(report.append(KEPT, records[-1:])), "utf-8")
    finally:
        if asked.keep is None:
            shutil.rmtree(base, ignore_errors=True)
    return 1 if failed else 0


def _flags(asked: argparse.Namespace) -> list[str]:
    flags = [f"--only {name}" for name in asked.only or []]
    flags += [f"--scale {asked.scale}"] if asked.scale != 1 else []
    flags += [f"--repeats {asked.repeats}"] if asked.repeats != 3 else []
    return flags


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
