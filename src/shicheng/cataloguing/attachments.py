"""Files sent to be attached to records 批量挂接: first told what would match, then attached, by jobs.

A folder lies in the staging area until it is attached, discarded, or forgotten after some days. The work itself is in
`attaching`, which is safe to run twice.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.cataloguing import events, policies
from shicheng.cataloguing.attaching import attach_folder
from shicheng.cataloguing.errors import AttachmentNotFound, UnreadableCatalogue
from shicheng.cataloguing.matching import Pattern
from shicheng.cataloguing.models import Attachment
from shicheng.cataloguing.states import ATTACHMENT
from shicheng.cataloguing.trials import KEPT, clear_left_folders
from shicheng.jobs import services as jobs
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.reading import open_tree
from shicheng.packages.types import Limits
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import durable

_PIECE: Final = 1 << 20
_LONGEST_PATTERN: Final = 300


def receive_files(
    *, actor: Actor, path: Path, settings: Settings, name: str = "", pattern: str = "", fonds: str = "",
) -> Attachment:  # fmt: skip
    """Take a folder, or what a zip or tar holds, into the staging area and tell what would match, by a job.

    `path` is moved if it is a folder in the staging area. Raises `BadPattern`, `NotPermitted`, `UnreadableCatalogue`.
    """
    require(actor, policies.ATTACH, fonds=fonds or None)
    _check_pattern(pattern)
    identity = new_id()
    target = folder_of(settings, identity)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        path.rename(target)
    else:
        _unpack(path, target, settings)
    durable.sync_tree(target)
    size = sum(one.stat().st_size for one in target.rglob("*") if one.is_file())
    with atomic():
        found = Attachment.objects.create(
            pk=identity, name=(name or path.name)[:300], pattern=pattern.strip(), fonds_code=fonds, bytes=size,
            made_by=actor.name[:200], user_id=actor.user_id, made_at=clock.now(),
        )  # fmt: skip
        details = {"name": found.name, "bytes": size, "pattern": found.pattern}
        audit.append(actor, events.FOLDER_RECEIVED, ("attachment", found.pk), details)
        _enqueue(actor, found)
    return found


def try_again(*, actor: Actor, attachment_id: UUID, pattern: str, fonds: str) -> Attachment:
    """Tell what would match by another pattern or in another fonds."""
    _check_pattern(pattern)
    require(actor, policies.ATTACH, fonds=fonds or None)
    with atomic():
        found = _locked(actor, attachment_id)
        found.state = ATTACHMENT.next(found.state, "try")
        found.pattern, found.fonds_code, found.result, found.problem = pattern.strip(), fonds, None, None
        found.save()
        return _enqueue(actor, found)


def attach_now(*, actor: Actor, attachment_id: UUID) -> Attachment:
    """Have the files attached as they were told to match."""
    with atomic():
        found = _locked(actor, attachment_id)
        require(actor, policies.ATTACH, fonds=found.fonds_code or None)
        found.state = ATTACHMENT.next(found.state, "attach")
        found.save(update_fields=["state"])
        return _enqueue(actor, found)


def find_attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """One folder of files by its id; raises `AttachmentNotFound`."""
    found = policies.visible_attachments(actor).filter(pk=attachment_id).first()
    if found is None:
        raise _missing()
    return found


def run_attachment(run: Run, *, attachment_id: UUID, settings: Settings) -> dict[str, Any]:
    """Bring a folder of files from where it stands to the next state; returns the counts."""
    found = Attachment.objects.filter(pk=attachment_id, state__in=("trying", "attaching")).first()
    if found is None:
        return {}
    folder = folder_of(settings, found.pk)
    try:
        told = attach_folder(
            actor=run.actor, folder=folder, settings=settings, pattern=found.pattern, fonds=found.fonds_code,
            dry_run=found.state == "trying", progress=run.progress,
            name=found.name,
            wait=False,
        ).to_json()  # fmt: skip
    except ShichengError as error:
        problem = {"message": error.message.to_json(), "hint": error.hint.to_json() if error.hint else None}
        _move(run, found, "fail", problem=problem)
        raise
    if found.state == "attaching":
        _move(run, found, "finish", result=told, done_at=clock.now())
        shutil.rmtree(folder, ignore_errors=True)
    else:
        _move(run, found, "tell", result=told)
    return {**{name: told[name] for name in ("files", "matched", "items", "known")}, **told["counts"]}


def forget_old_files(settings: Settings) -> int:
    """Take files away that nobody attached, and their rows; returns how many folders."""
    old = Attachment.objects.filter(made_at__lt=clock.now() - KEPT).exclude(state__in=("attached", "attaching"))
    keys = list(old.values_list("pk", flat=True))
    for identity in keys:
        with atomic():
            Attachment.objects.filter(pk=identity).delete()
        shutil.rmtree(folder_of(settings, identity), ignore_errors=True)
    kept = {*Attachment.objects.exclude(state="attached").values_list("pk", flat=True)}
    clear_left_folders(folder_of(settings, new_id()).parent, kept)
    return len(keys)


def folder_of(settings: Settings, identity: UUID) -> Path:
    """Where the files lie until they are attached."""
    return settings.staging_path / "attachments" / str(identity)


def _check_pattern(pattern: str) -> None:
    if pattern.strip():
        Pattern.parse(pattern.strip()[:_LONGEST_PATTERN])


def _unpack(path: Path, target: Path, settings: Settings) -> None:
    """Write the members of an archive file into a folder, by their checked names."""
    part = target.with_name(f".{target.name}")
    try:
        tree = open_tree(path, limits=Limits(total_bytes=settings.upload_bytes), scratch=target.parent)
        with contextlib.closing(tree):
            for name, file in tree.files.items():
                place = part / name
                if not place.resolve().is_relative_to(part.resolve()):
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with file.open() as stream, place.open("xb") as out:
                    shutil.copyfileobj(stream, out, _PIECE)
    except UnreadablePackage as error:
        raise UnreadableCatalogue(error.message, hint=_("Send a folder, a zip or a tar.")) from error
    except OSError as error:
        raise UnreadableCatalogue(
            _("The files of %(name)s can't be unpacked: %(reason)s.", name=path.name, reason=error.strerror or error),
            hint=_("Send a folder, or pack the files anew."),
        ) from error
    else:
        part.mkdir(exist_ok=True)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _locked(actor: Actor, attachment_id: UUID) -> Attachment:
    found = policies.visible_attachments(actor).select_for_update().filter(pk=attachment_id).first()
    if found is None:
        raise _missing()
    return found


def _missing() -> AttachmentNotFound:
    return AttachmentNotFound(
        _("There are no such files to attach here; they were forgotten after some days, or are another person's."),
        hint=_("Send the folder again."),
    )


def _enqueue(actor: Actor, found: Attachment) -> Attachment:
    from shicheng.cataloguing.work import attach_files

    key = f"cataloguing.attach:{found.pk}"
    found.job = jobs.enqueue(attach_files, actor=actor, unique_key=key, attachment_id=str(found.pk)).pk
    found.save()
    return found


def _move(run: Run, found: Attachment, verb: str, **values: Any) -> None:
    with atomic():
        run.fence()
        moved = Attachment.objects.select_for_update().filter(pk=found.pk, state=found.state)
        moved.update(state=ATTACHMENT.next(found.state, verb), **values)
