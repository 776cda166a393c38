"""Taking in large files, beside copying and hashing the same bytes one after another."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench import archive, batches
from bench.measuring import MB, Finished, Goal, Options, Result, files_below, in_turn, run

BYTES = 8 * (256 << 20)
NAME = "large-files"


def measure(options: Options) -> Result:
    """Take the same batch into a fresh archive each time, in turn with the plain tools."""
    result = Result(NAME, "Taking in 2 GB of large files")
    batch = batches.large_files(options.folder / "batch", options.scaled(BYTES, 8 << 20))
    home, copy = options.folder / "archive", options.folder / "copy"
    wholes: list[archive.TakenIn] = []
    plain: list[tuple[Finished, Finished, Finished]] = []
    synced: list[float] = []

    def ours(number: int) -> None:
        archive.fresh(home)
        wholes.append(archive.take_in(home, batch.folder, items=batch.items))

    def tools(number: int) -> None:
        shutil.rmtree(copy, ignore_errors=True)
        source = batch.folder / "内容"
        names = [Path(path) for path, _size in files_below(source)]
        copied = run(["cp", "-r", source, copy])
        sha512 = run(["sha512sum", *names])
        sm3 = run(["openssl", "dgst", "-sm3", *names])
        plain.append((copied, sha512, sm3))
        synced.append(run(["sync", "-f", copy]).seconds)

    in_turn(options.repeats, ours, tools)
    megabytes = batch.bytes / MB
    whole = [megabytes / one.finished.seconds for one in wholes]
    after_another = [megabytes / sum(step.seconds for step in steps) for steps in plain]
    result.add("`shicheng ingest`, the whole command", "MB/s", whole, f"{batch.items} files, {megabytes:,.0f} MB")
    for name in wholes[0].phases:
        result.add(f"… {name}", "s", [one.phases[name] for one in wholes])
    result.add("… processor time", "s", [one.finished.cpu for one in wholes], "user and system, with all children")
    result.add("… memory of the largest process", "MB", [one.finished.peak / MB for one in wholes])
    result.add(
        "`cp`, `sha512sum`, `openssl dgst -sm3`, one after another", "MB/s", after_another, "nothing made durable"
    )
    for place, name in enumerate(("cp", "sha512sum", "openssl dgst -sm3")):
        result.add(f"… {name}", "MB/s", [megabytes / steps[place].seconds for steps in plain])
    result.add("… `sync` of the copy, not counted above", "s", synced)
    ratio = result.add(
        "ratio, run by run", "%", [100 * ours_ / theirs for ours_, theirs in zip(whole, after_another, strict=True)]
    )
    result.goals.append(Goal("of copying and hashing the same bytes with plain tools", 60, ratio.median, "%"))
    return result
