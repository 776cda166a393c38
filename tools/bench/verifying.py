"""Verifying a store, beside hashing the same bytes in two plain processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bench import archive, batches
from bench.measuring import MB, SHICHENG, BenchFailed, Goal, Options, Result, files_below, in_turn, python, run

NAME = "verify"


def measure(options: Options) -> Result:
    """Verify a store of large files and one of small objects."""
    result = Result(NAME, "Verifying the store")
    empty = archive.fresh(options.folder / "empty")
    _one(
        result,
        options,
        empty,
        "large files",
        lambda at: batches.large_files(at, options.scaled(8 * (256 << 20), 8 << 20)),
    )
    _one(result, options, empty, "small objects", lambda at: batches.small_texts(at, options.scaled(10_000, 50)))
    result.notes.append(
        "The command also holds the database against the store both ways and verifies the audit log. What it costs on "
        "an empty archive (start of the program) is shown; the rate is that of the rest, since it does not grow with "
        "the store."
    )
    return result


def _one(result: Result, options: Options, empty: Path, what: str, make: Callable[[Path], batches.Made]) -> None:
    name = what.replace(" ", "-")
    home = archive.fresh(options.folder / f"archive-{name}")
    batch = make(options.folder / f"batch-{name}")
    archive.take_in(home, batch.folder, items=batch.items)
    files = files_below(home / "store")
    stored = sum(size for _path, size in files)
    wholes: list[float] = []
    fixed: list[float] = []
    plain: list[float] = []
    tool: list[float] = []

    def ours(number: int) -> None:
        finished = run([SHICHENG, "verify", "--home", home, "--json"])
        answer = json.loads(finished.output)
        if answer["damaged"] or not answer["audit"]["intact"] or answer["bytes"] < batch.bytes:
            raise BenchFailed(f"The verification is not whole: {answer}")
        wholes.append(finished.seconds)

    def nothing(number: int) -> None:
        fixed.append(run([SHICHENG, "verify", "--home", empty, "--json"]).seconds)

    def hashing(number: int) -> None:
        answer = json.loads(run(python("bare_hashing", home / "store")).output)
        if answer["bytes"] != stored:
            raise BenchFailed(f"{answer['bytes']} of {stored} bytes were hashed.")
        plain.append(answer["seconds"])

    def sha512sum(number: int) -> None:
        names = "\0".join(path for path, _size in files)
        share = max(1, min(1000, len(files) // 8))
        tool.append(run(["xargs", "-0", "-P", "2", "-n", str(share), "sha512sum"], text=names).seconds)

    in_turn(options.repeats, ours, nothing, hashing, sha512sum)
    megabytes = stored / MB
    note = f"{len(files):,} files, {megabytes:,.0f} MB"
    without = [max(1e-6, whole - base) for whole, base in zip(wholes, fixed, strict=True)]
    result.add(f"{what}: `shicheng verify`, the whole command", "MB/s", [megabytes / one for one in wholes], note)
    result.add(f"{what}: … without the start of the program", "MB/s", [megabytes / one for one in without])
    result.add(f"{what}: … on an empty archive", "s", fixed)
    result.add(
        f"{what}: hashlib's SHA-512 in two processes", "MB/s", [megabytes / one for one in plain], "start not counted"
    )
    result.add(f"{what}: `sha512sum`, two at once", "MB/s", [megabytes / one for one in tool])
    whole_ratio = result.add(
        f"{what}: ratio of the whole command", "%", [100 * one / all_ for one, all_ in zip(plain, wholes, strict=True)]
    )
    ratio = result.add(
        f"{what}: ratio without the start", "%", [100 * one / rest for one, rest in zip(plain, without, strict=True)]
    )
    result.goals.append(Goal(f"{what}: of plain hashing in two processes", 80, ratio.median, "%"))
    result.goals.append(Goal(f"{what}: the same with the start of the program", 80, whole_ratio.median, "%"))
