"""Reading a staged transfer back into the form it had when it arrived."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from shicheng.ingest.errors import StagingLost
from shicheng.ingest.models import Transfer
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.reading import read_tree
from shicheng.packages.tree import Tree, open_plain
from shicheng.packages.types import Limits, Package, PackageFile, PackageProblem, ProblemKind
from shicheng.settings import Settings
from shicheng.storage import durable
from shicheng.storage.staging import StagedTree, Staging

PROBLEMS = "problems.json"
_TELL_EVERY = 0.25  # seconds

Progress = Callable[..., None]


def staging_of(settings: Settings) -> Staging:
    """The staging area of the archive."""
    return Staging(settings.staging_path, free_bytes=settings.free_bytes)


def staging_id(transfer: Transfer) -> str:
    """Name of the place where a transfer's present attempt is staged."""
    return f"{transfer.pk}-{transfer.attempt}"


def stage(tree: Tree, transfer: Transfer, settings: Settings, progress: Progress) -> StagedTree:
    """Copy all members of a package into staging and make them durable; done already, it is left as it is."""
    staging = staging_of(settings)
    folder = staging.place(staging_id(transfer))
    total = len(tree.files)
    staged = staging.load(staging_id(transfer))
    if staged is not None and not is_staged(tree, transfer, settings):
        staging.discard(staging_id(transfer))  # cut off, and the batch was changed since
        staged = None
    if staged is None:
        folder.mkdir(parents=True, exist_ok=True)
        records = [_problem_record(one) for one in tree.problems]
        durable.write_durably(folder / PROBLEMS, json.dumps(records).encode("ascii"))
    done = 0
    unwanted = threading.Event()

    def count(files: int, _bytes: int) -> None:
        nonlocal done
        done = files
        if unwanted.is_set():
            raise _Unwanted

    # Progress is told by this thread alone: who listens may write it to the database, on this thread's connection.
    with ThreadPoolExecutor(1, "staging") as beside:
        copying = beside.submit(
            staging.stage_tree, staging_id(transfer), tree.files.values(), workers=settings.workers, on_progress=count
        )
        try:
            while not wait([copying], timeout=_TELL_EVERY).done:
                progress(done, total)
        except BaseException:
            unwanted.set()
            raise
    staged_now = copying.result()
    progress(total, total)
    return staged_now


class _Unwanted(Exception):
    """Nobody waits for the copy any more."""


def is_staged(tree: Tree, transfer: Transfer, settings: Settings) -> bool:
    """Tell whether what lies outside was staged for this transfer and not changed since, by names, sizes and times."""
    staging = staging_of(settings)
    staged = staging.load(staging_id(transfer))
    if staged is None:
        return False
    if {(one.raw_path, one.size) for one in tree.files.values()} != {(one.raw_path, one.size) for one in staged.files}:
        return False
    began = (staging.place(staging_id(transfer)) / PROBLEMS).stat().st_mtime  # written before the first copy
    outside = [one.local for one in tree.files.values() if one.local is not None] or [tree.path]
    return all(path.stat().st_mtime <= began for path in outside)


@contextmanager
def alone(transfer: Transfer, settings: Settings) -> Iterator[None]:
    """Let one process at a time stage this transfer; the lock falls with the process that holds it."""
    folder = settings.staging_path / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / str(transfer.pk)).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        # Not after an error: who waits for this file must not miss one who makes it anew.
        (folder / str(transfer.pk)).unlink(missing_ok=True)


def open_staged(transfer: Transfer, settings: Settings) -> Package:
    """Read the staged transfer; raises `StagingLost` if its bytes are not there."""
    staging = staging_of(settings)
    staged = staging.load(staging_id(transfer))
    folder = staging.place(staging_id(transfer))
    if staged is None:
        raise StagingLost(
            _(
                "The staged bytes of transfer %(number)s are gone from %(folder)s.",
                number=transfer.number,
                folder=folder,
            ),
            hint=_("Ask the office to send the transfer again under the same number."),
        )
    tree = Tree(path=folder, name=transfer.name, container=transfer.container)
    for one in staged.files:
        tree.files[one.path] = PackageFile(
            path=one.path,
            raw_path=one.raw_path,
            size=one.size,
            opener=partial(open_plain, os.fsencode(one.local)),
            local=one.local,
            digests=one.digests,
        )
        parts = one.path.split("/")[:-1]
        tree.folders.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    tree.problems.extend(_read_problems(folder))
    return read_tree(tree, limits=Limits(), scratch=folder)


def _problem_record(problem: PackageProblem) -> dict[str, object]:
    return {
        "kind": problem.kind.value,
        "message": problem.message.to_json(),
        "ref": problem.ref,
        "path": problem.path,
        "refused": problem.refused,
        "expected": problem.expected,
        "found": problem.found,
    }


def _read_problems(folder: Path) -> Iterator[PackageProblem]:
    for record in json.loads((folder / PROBLEMS).read_bytes()):
        yield PackageProblem(
            kind=ProblemKind(record["kind"]),
            message=Message.from_json(record["message"]),
            ref=record["ref"],
            path=record["path"],
            refused=record["refused"],
            expected=record["expected"],
            found=record["found"],
        )
