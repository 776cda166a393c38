"""Files of an acquisition on their way into the pool, where they are arranged like all others.

Each document says where it comes from and what the deed lays on it: openness and control mark as far as descriptions
have them, the acquisition's number in a field beside, and the receipt as an act of its process.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.acquiring import events
from shicheng.acquiring.errors import BadOffer
from shicheng.acquiring.keeping import keep_later
from shicheng.acquiring.models import Acquisition, Delivery
from shicheng.acquiring.offers import SUBJECT, locked, move, require_state, today
from shicheng.acquiring.reading import plain
from shicheng.acquiring.states import DELIVERY
from shicheng.acquiring.types import ORIGIN, WAYS_ON_PAPER
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings.fonds import require_open
from shicheng.ingest import loose
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import ADDED
from shicheng.packages.reading import open_tree
from shicheng.packages.types import Limits
from shicheng.people.types import Actor
from shicheng.settings import Settings

MOST_FILES: Final = 5000
_ARCHIVES: Final = (".zip", ".tar", ".gz", ".tgz")
_YEARS: Final = range(1500, 2200)


def bring_in(
    *, actor: Actor, number: str, upload_id: UUID, path: Path, year: int | None = None, title: str = "", unit: str = ""
) -> Delivery:
    """Have a job take the files in a folder into the pool; with a title all of them are one document.

    Raises `NotNow`, `BadOffer`, `FondsClosed`, `AcquisitionNotFound`, `NotPermitted`.
    """
    from shicheng.acquiring import work

    with atomic():
        one = locked(actor, number)
        require_state(one, "received", "accessioned")
        require_open(one.fonds_code)
        filed = year or (one.received_on or today()).year
        if filed not in _YEARS:
            raise BadOffer(_("%(year)s is no filing year.", year=filed), hint=_("Write the year with four digits."))
        made = Delivery.objects.create(
            acquisition=one, fonds_code=one.fonds_code, year=filed, unit=plain(unit, 60), title=plain(title),
            source=str(path), upload=upload_id, brought_by=actor.name[:200], brought_at=clock.now(),
        )  # fmt: skip
        made.job = jobs.enqueue(
            work.take_in, unique_key=f"acquiring.take_in:{made.pk}", actor=actor, delivery_id=str(made.pk)
        ).pk
        made.save(update_fields=["job"])
    return made


def take_in(*, actor: Actor, delivery_id: UUID, settings: Settings) -> Delivery:
    """Hand the files of a delivery over to the pool. Safe to run twice and after any cut: the pool takes each once."""
    made = Delivery.objects.select_related("acquisition__donor").get(pk=delivery_id)
    if made.state != "arriving":
        return made
    try:
        files = _files(Path(made.source), settings)
        found = loose.add_documents(
            actor=actor, fonds=made.fonds_code, year=made.year, unit=made.unit, settings=settings,
            documents=_documents(made, files), name=f"{WAYS_ON_PAPER[made.acquisition.way]} {made.acquisition.number}",
            key=f"acquiring:{made.pk}",
        )  # fmt: skip
    except ShichengError as error:
        _fail(actor, made, error)
        raise
    with atomic():
        one = Acquisition.objects.select_for_update().get(pk=made.acquisition_id)
        made = Delivery.objects.select_for_update(of=("self",)).select_related("acquisition").get(pk=made.pk)
        if made.state == "arriving":
            made.state = DELIVERY.next(made.state, "keep")
            made.documents, made.files = [str(key) for key in found], len(files)
            made.save(update_fields=["state", "documents", "files"])
            told = {"number": one.number, "fonds": made.fonds_code, "year": made.year, "files": made.files,
                    "documents": len(found)}  # fmt: skip
            audit.append(actor, events.BROUGHT, (SUBJECT, one.pk), told)
            if one.state == "received":
                one.accessioned_on = today()
                move(actor, one, "accession", documents=len(found))
            else:
                one.revision += 1
                one.save(update_fields=["revision"])
                keep_later(actor, one)
    if made.upload is not None:
        shutil.rmtree(settings.staging_path / "uploads" / str(made.upload), ignore_errors=True)
    return made


def elements_of(one: Acquisition) -> dict[str, str]:
    """What a description of something that came with an acquisition says of it, in the words of descriptions."""
    said = f"{WAYS_ON_PAPER[one.way]}，{one.deed_number}" + (f"，{one.donor.name}" if one.donor.is_named else "")
    limits = []
    if one.closed_until is not None:
        limits.append(f"{one.closed_until.isoformat()}前不开放")
    if one.needs_consent:
        limits.append("利用须经捐赠人（持有人）同意")
    if one.conditions:
        limits.append(one.conditions)
    values = {
        "openness": "控制" if one.is_restricted else "未审核", "note": f"来源：{said}",
        "control_mark": "；".join(limits),
        "rights_note": one.deed_rights or one.rights, f"{ADDED}{ORIGIN}": one.number,
    }  # fmt: skip
    return {name: text[:2000] for name, text in values.items() if text}


def _documents(made: Delivery, files: Sequence[Path]) -> list[dict[str, Any]]:
    one = made.acquisition
    act = {
        "action": "征集入馆", "status": "已接收", "time": (one.received_on or today()).strftime("%Y%m%d"),
        "mandate": one.deed_number, "description": WAYS_ON_PAPER[one.way],
        "agent": one.donor.name if one.donor.is_named else "",
    }  # fmt: skip
    groups = [list(files)] if made.title else [[path] for path in files]
    return [
        {
            "elements": {**elements_of(one), **({"title": made.title} if made.title else {})},
            "files": [{"path": path, "name": path.name, "part": ""} for path in group],
            "process": [act],
            "source": one.number,
        }
        for group in groups
    ]


def _files(source: Path, settings: Settings) -> list[Path]:
    """The files of a delivery in the order of their names; those of an archive file are laid out beside it first."""
    found = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    if len(found) == 1 and found[0].suffix.lower() in _ARCHIVES:
        found = _unpacked(found[0], settings)
    if not 0 < len(found) <= MOST_FILES:
        raise BadOffer(
            _("Between 1 and %(most)s files are brought in at once; these are %(files)s.", most=MOST_FILES,
              files=len(found)),
            hint=_("Bring them in by parts."),
        )  # fmt: skip
    return found


def _unpacked(archive: Path, settings: Settings) -> list[Path]:
    scratch = settings.staging_path / "incoming"
    scratch.mkdir(parents=True, exist_ok=True)
    target = archive.parent.parent / "unpacked"
    shutil.rmtree(target, ignore_errors=True)
    tree = open_tree(archive, limits=Limits(), scratch=scratch)
    found = []
    try:
        for place, (_path, member) in enumerate(sorted(tree.files.items())):
            out = target / f"{place:05d}" / Path(member.path).name
            out.parent.mkdir(parents=True)
            with member.open() as stream, out.open("wb") as written:
                shutil.copyfileobj(stream, written, 1 << 20)
            found.append(out)
    finally:
        tree.close()
    return found


def _fail(actor: Actor, made: Delivery, error: ShichengError) -> None:
    with atomic():
        row = Delivery.objects.select_for_update(of=("self",)).select_related("acquisition").get(pk=made.pk)
        if row.state == "arriving":
            row.state = DELIVERY.next(row.state, "fail")
            row.problem_json = json.loads(json.dumps(error.message.to_json(), default=str))
            row.save(update_fields=["state", "problem_json"])
            audit.append(actor, events.NOT_BROUGHT, (SUBJECT, row.acquisition_id), {"number": row.acquisition.number})
