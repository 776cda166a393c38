"""Receiving a batch: its bytes into staging, its facts into a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from shicheng.ingest import selectors, services, staging
from shicheng.ingest.models import Transfer
from shicheng.ingest.types import Received
from shicheng.kernel.canonical import canonical_json
from shicheng.packages.reading import open_tree
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
            transfer = services.resubmit(actor=actor, transfer_id=known.pk, name=name, source=source)
        else:
            transfer = services.announce(actor=actor, name=name, source=source)
        files = staging.stage(tree, transfer, settings, progress).files
    finally:
        tree.close()
    digest = content_digest(files)
    twin = _twin(digest, transfer)
    if twin is not None:
        services.withdraw(actor=actor, transfer_id=transfer.pk, twin=twin.number)
        staging.staging_of(settings).discard(staging.staging_id(transfer))
        return Received(twin.pk, twin.number, known=twin.state == "stored")
    transfer.container = tree.container
    with staging.open_staged(transfer, settings) as package:
        facts = _facts(package, files, digest)
    services.receive(actor=actor, transfer_id=transfer.pk, facts=facts)
    return Received(transfer.pk, transfer.number, known=False)


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
