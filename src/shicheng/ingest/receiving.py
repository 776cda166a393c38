"""Receiving a batch: its bytes into staging, its facts into a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.ingest import selectors, services, staging
from shicheng.ingest.errors import BatchChanged, WrongFonds
from shicheng.ingest.models import Transfer
from shicheng.ingest.types import Received
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.reading import open_tree
from shicheng.packages.tree import Tree
from shicheng.packages.types import Limits, Package
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.staging import StagedFile

Progress = Callable[..., None]


def receive_path(
    *,
    actor: Actor,
    path: Path,
    settings: Settings,
    resubmit: str | None = None,
    name: str | None = None,
    progress: Progress = lambda done, total=None, note="": None,
) -> Received:
    """Receive the batch at `path`; the very same batch is recognised by its content and not received again.

    `resubmit` is the number of a returned or partly held transfer that this batch mends. A batch whose
    receiving was cut off is received from the start under the number it has. Raises `UnreadablePackage`.
    """
    path = path.absolute()
    source, name = str(path), name or path.name
    incoming = settings.staging_path / "incoming"
    tree = open_tree(path, limits=Limits(), scratch=_scratch(incoming))
    try:
        if resubmit:
            known = selectors.transfer(actor, resubmit)
            if _is_on_its_way(known, source):
                return Received(known.pk, known.number, known=known.state == "stored")
            transfer = services.resubmit(actor=actor, transfer_id=known.pk, name=name, source=source)
        else:
            going = _cut_off(actor, tree, name, source, settings)
            if going is not None:
                return Received(going.pk, going.number, known=False)
            transfer = services.announce(actor=actor, name=name, source=source)
        return _receive(actor, transfer, tree, source, settings, progress)
    finally:
        tree.close()


def receive_announced(
    *,
    actor: Actor,
    transfer_id: UUID,
    path: Path,
    settings: Settings,
    fonds: str = "",
    leave_out: frozenset[str] = frozenset(),
    is_unchanged: Callable[[], bool] = lambda: True,
    progress: Progress = lambda done, total=None, note="": None,
) -> Received:
    """Receive the batch at `path` as the transfer that was announced for it; received already, it is left as it is.

    `fonds` is the only fonds it may belong to, `leave_out` names files at its top that are no part of it,
    `is_unchanged` is asked after all was read. Raises `UnreadablePackage`,
    `BatchChanged`, `WrongFonds`.
    """
    transfer = selectors.transfer(actor, transfer_id)
    if transfer.state != "announced":
        return Received(transfer.pk, transfer.number, known=False)
    tree = open_named(path.absolute(), scratch=_scratch(settings.staging_path / "incoming"))
    try:
        for name in leave_out:
            tree.files.pop(name, None)
        return _receive(actor, transfer, tree, str(path.absolute()), settings, progress, fonds, is_unchanged)
    finally:
        tree.close()


def open_named(path: Path, *, scratch: Path | None = None) -> Tree:
    """List a batch; where it can't be read, the reason names it as its sender does, not where it lies on our disk."""
    try:
        return open_tree(path, limits=Limits(), scratch=scratch)
    except UnreadablePackage as error:
        if "path" not in error.message.params:
            raise
        named = Message(error.message.template, {**error.message.params, "path": path.name})
        raise UnreadablePackage(named, hint=error.hint) from error


def _receive(
    actor: Actor,
    transfer: Transfer,
    tree: Tree,
    source: str,
    settings: Settings,
    progress: Progress,
    fonds: str = "",
    is_unchanged: Callable[[], bool] = lambda: True,
) -> Received:
    with staging.alone(transfer, settings):
        transfer.refresh_from_db()
        if transfer.state != "announced":  # somebody else received it while we waited
            return Received(transfer.pk, transfer.number, known=transfer.state == "stored")
        if transfer.source != source:
            raise BatchChanged(
                _("Another batch was sent as transfer %(number)s meanwhile.", number=transfer.number),
                hint=_("That one is being received; this one is not needed any more."),
            )
        files = staging.stage(tree, transfer, settings, progress).files
        if not is_unchanged():
            staging.staging_of(settings).discard(staging.staging_id(transfer))
            raise BatchChanged(
                _("The batch %(name)s changed while it was read.", name=transfer.name),
                hint=_("It is read again when it has come to rest."),
            )
        return _note(actor, transfer, files, tree.container, settings, fonds)


def _note(
    actor: Actor, transfer: Transfer, files: Sequence[StagedFile], container: str, settings: Settings, fonds: str
) -> Received:
    """Note what was staged; a batch that is here already is given up again."""
    digest = content_digest(files)
    # What mends a transfer belongs to it, even if it was sent as one of its own before.
    twin = None if transfer.attempt > 1 else _twin(digest, transfer)
    if twin is not None:
        services.withdraw(actor=actor, transfer_id=transfer.pk, twin=twin.number)
        staging.staging_of(settings).discard(staging.staging_id(transfer))
        return Received(twin.pk, twin.number, known=twin.state == "stored")
    transfer.container = container
    with staging.open_staged(transfer, settings) as package:
        facts = _facts(package, files, digest)
    if fonds and facts["fonds_code"] not in ("", fonds):
        staging.staging_of(settings).discard(staging.staging_id(transfer))
        raise WrongFonds(
            _("The batch belongs to fonds %(found)s and lies in the folder of fonds %(fonds)s.",
              found=facts["fonds_code"], fonds=fonds),
            hint=_("Put it into the folder of its own fonds."),
        )  # fmt: skip
    facts["fonds_code"] = facts["fonds_code"] or fonds
    services.receive(actor=actor, transfer_id=transfer.pk, facts=facts)
    return Received(transfer.pk, transfer.number, known=False)


def _cut_off(actor: Actor, tree: Tree, name: str, source: str, settings: Settings) -> Transfer | None:
    """The transfer this very batch was received as from this very place, when its intake did not come to an end."""
    going = (
        selectors.transfers(actor)
        .filter(source=source, name=name[:300])
        .exclude(state__in=["announced", "stored", "returned", "withdrawn"])
    )
    return next((one for one in going if staging.is_staged(tree, one, settings)), None)


def _is_on_its_way(transfer: Transfer, source: str) -> bool:
    """Tell whether this mended batch was received already and its intake was cut off, or went to its end."""
    if transfer.attempt == 1 or transfer.source != source:
        return False
    return transfer.state not in ("announced", "failed", "returned") and not (
        transfer.state == "stored" and transfer.held
    )


def content_digest(files: Iterable[StagedFile]) -> str:
    """One SM3 over the names, sizes and digests of a batch: the same batch gives the same value."""
    digest = hashlib.new("sm3")
    for one in sorted(files, key=lambda one: one.raw_path):
        digest.update(canonical_json([one.raw_path.hex(), one.size, one.digests["sm3"]]))
    return digest.hexdigest()


def _twin(digest: str, transfer: Transfer) -> Transfer | None:
    """A transfer with the very same content that is on its way or stored; a returned one does not count."""
    same = (
        Transfer.objects.filter(content_digest=digest)
        .exclude(pk=transfer.pk)
        .exclude(state__in=["returned", "announced"])
    )
    return same.order_by("number").first()


def _facts(package: Package, files: Sequence[StagedFile], digest: str) -> dict[str, Any]:
    statement = package.statement
    first = next((item.elements for item in package.items), {})
    control = package.control
    content = [one for one in files if one.path not in control]
    return {
        "kind": package.kind.value,
        "container": package.container,
        "agency": statement.agency or "",
        "fonds_code": statement.fonds_code or first.get("fonds_code", ""),
        "fonds_name": statement.fonds_name or first.get("fonds_name", ""),
        "category": statement.category or first.get("category", ""),
        "items": len(package.items),
        "files": len(content),
        "bytes": sum(one.size for one in content),
        "content_digest": digest,
    }


def _scratch(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
