"""Taking a pushed document: everything is looked at, then one short transaction makes it ours, or nothing is kept.

What is the same: the system, what the system calls the document, and its revision. The same again gets the receipt it
had, to the byte. The same with another content is refused and told what differs; a changed document comes as the next
revision. That one takes the place of the one before as long as nobody has given that a number; what has one, or left
the pool, is never touched, and the new revision stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.collecting import events, policies, receipts
from shicheng.collecting.document import FilingDocument, read_document
from shicheng.collecting.errors import Conflict, NoSystem, Refused
from shicheng.collecting.handing import acting_for
from shicheng.collecting.judging import faults_of_files, faults_of_place, judge, require_unit
from shicheng.collecting.models import Attempt, Push, System
from shicheng.collecting.receiving import Mark, Place, arriving
from shicheng.collecting.states import PUSH
from shicheng.collecting.telling import pointer_of
from shicheng.collecting.types import Arrived, Fault, Judged, Taken
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings

KEPT_ATTEMPTS: Final = 100  # of one system
_MOST_FAULTS: Final = 200


def push(*, actor: Actor, request: HttpRequest, mark: Mark, settings: Settings, trial: bool = False) -> Taken:
    """Take the document a request brings, or only look at it (`trial`, and all of a system that is being tried).

    Raises `NoSystem`, `WrongUnit`, `Refused` with every fault, `Conflict`, `BadForm`, `CutOff`, `TooMuch`.
    """
    require(actor, policies.PUSH)
    system = _system_of(actor)
    trial = trial or system.is_tried
    raw: dict[str, Any] = {}
    arrived = Arrived()
    try:
        with arriving(request, mark=mark, settings=settings) as place:
            arrived = place.arrived
            document, raw, faults = read_document(arrived.metadata or b"{}")
            require_unit(raw, system)
            faults += [*faults_of_files(raw, arrived), *faults_of_place(raw, system)]
            judged = Judged()
            if document is not None:
                judged, more = judge(acting_for(system), document, system)
                faults += more
            if faults or document is None:
                raise Refused(faults[:_MOST_FAULTS])
            told = document.model_dump(by_alias=True, exclude_defaults=True)  # the same, whether defaults are written
            if trial:
                taken = _try(system, document, told, arrived, judged, settings)
            else:
                taken = _take(system, document, told, place, judged, settings)
    except ShichengError as error:
        _note(system, raw, arrived, is_trial=trial, error=error)
        raise
    if trial:
        _note(system, raw, arrived, is_trial=True)
    return taken


def digest_of(told: Mapping[str, Any], arrived: Arrived) -> str:
    """One SM3 over the metadata and the digests of all files: the same document gives the same value."""
    files = sorted([one.part, one.size, one.digests["sm3"]] for one in arrived.files.values())
    return digest_bytes(canonical_json({"metadata": dict(told), "files": files}), "sm3")


def differences(before: Any, now: Any, places: tuple[str | int, ...] = ()) -> list[Fault]:
    """Where two descriptions differ, each by its pointer; values are not told."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            one
            for name in dict.fromkeys([*before, *now])
            for one in differences(before.get(name), now.get(name), (*places, name))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [one for place, pair in enumerate(zip(before, now, strict=True))
                for one in differences(*pair, (*places, place))]  # fmt: skip
    if before == now:
        return []
    name = ".".join(str(one) for one in places)
    return [Fault(pointer_of(places), name, _("%(name)s differs from what came before.", name=name))]


def _system_of(actor: Actor) -> System:
    system = policies.own_system(actor)
    if system is None:
        raise NoSystem(
            _("This token belongs to no business system."),
            hint=_("Push with the token that was made for the system on its page."),
        )
    if system.state == "stopped":
        raise NoSystem(
            _("The business system %(code)s is stopped; nothing is taken from it.", code=system.code),
            hint=_("Ask the archive to admit it again."),
        )
    return system


def _take(
    system: System, document: FilingDocument, told: dict[str, Any], place: Place, judged: Judged, settings: Settings
) -> Taken:
    from shicheng.collecting import work

    digest, key = digest_of(told, place.arrived), receipts.signing_key(settings)
    with atomic():
        held = System.objects.select_for_update().get(pk=system.pk)
        same, latest = _known(held, document, told, digest)
        if same is not None:
            return Taken(json.loads(same.receipt), same.signature, is_new=False)
        one = Push(
            id=place.id, system=held, position=_next_position(held), document=document.id, revision=document.revision,
            year=document.filing_year, metadata=told, judged=judged.to_json(), files=_files(document, place.arrived),
            files_count=len(place.arrived.files), bytes=place.arrived.bytes, digest=digest, supersedes=latest,
            received_at=clock.now(),
        )  # fmt: skip
        one.number = f"{held.code}-{one.received_at:%Y}-{one.position:06d}"
        body = receipts.body_of(one, settings)
        one.receipt = canonical_json(body).decode()
        one.signature = receipts.sign(canonical_json(body), key)
        one.save(force_insert=True)
        entries: list[tuple[str, tuple[str, str], dict[str, Any]]] = [
            (events.RECEIVED, ("push", str(one.pk)),
             {"number": one.number, "system": held.code, "unit": held.unit, "fonds": held.fonds_code,
              "document": one.document, "revision": one.revision, "files": one.files_count, "bytes": one.bytes,
              "sm3": digest}),
        ]  # fmt: skip
        if latest is not None and latest.state == "received":  # its job finds that it is not wanted any more
            latest.state, latest.ended_at = PUSH.next(latest.state, "supersede"), one.received_at
            latest.save(update_fields=["state", "ended_at"])
            entries.append(superseded(latest, one))
        audit.append_many(acting_for(held), entries)
        one.job = jobs.enqueue(work.take_push, unique_key=f"collecting.take:{one.pk}", push_id=str(one.pk)).pk
        one.save(update_fields=["job"])
        transaction.on_commit(lambda: setattr(place, "is_kept", True))
    return Taken(body, one.signature)


def _try(
    system: System, document: FilingDocument, told: dict[str, Any], arrived: Arrived, judged: Judged, settings: Settings
) -> Taken:
    """Answer as in earnest and keep nothing."""
    digest = digest_of(told, arrived)
    same, latest = _known(system, document, told, digest)
    if same is not None:
        return Taken(json.loads(same.receipt), same.signature, is_new=False, is_trial=True)
    one = Push(
        system=system, position=0, document=document.id, revision=document.revision, year=document.filing_year,
        metadata=told, judged=judged.to_json(), files=_files(document, arrived), files_count=len(arrived.files),
        bytes=arrived.bytes, digest=digest, supersedes=latest, received_at=clock.now(), number=f"{system.code}-TRIAL",
    )  # fmt: skip
    body = {**receipts.body_of(one, settings), "trial": True}
    return Taken(body, receipts.sign(canonical_json(body), receipts.signing_key(settings)), is_trial=True)


def superseded(before: Push, by: Push) -> tuple[str, tuple[str, str], dict[str, Any]]:
    """What the log tells of a revision that took the place of another."""
    return (events.SUPERSEDED, ("push", str(before.pk)), {"number": before.number, "by": by.number})


def _known(
    system: System, document: FilingDocument, told: Mapping[str, Any], digest: str
) -> tuple[Push | None, Push | None]:
    """The very same push, and the newest revision there is; raises `Conflict`."""
    latest = Push.objects.filter(system=system, document=document.id).order_by("-revision").first()
    same = Push.objects.filter(system=system, document=document.id, revision=document.revision).first()
    if same is not None:
        if same.digest == digest:
            return same, latest
        raise Conflict(
            _("Revision %(revision)s of %(document)s came before with another content; its receipt is %(number)s.",
              revision=document.revision, document=document.id, number=same.number),
            differences(same.metadata, dict(told))[:_MOST_FAULTS],
            hint=_("Send what changed as the next revision; what was taken is never overwritten."),
        )  # fmt: skip
    if latest is not None and latest.revision > document.revision:
        raise Conflict(
            _("Revision %(newer)s of %(document)s is here already, so an earlier one is not taken any more.",
              newer=latest.revision, document=document.id),
            [Fault("/revision", "revision", _("It is below %(newer)s.", newer=latest.revision))],
            hint=_("Send what changed as a revision with a higher number."),
        )  # fmt: skip
    return None, latest


def _next_position(system: System) -> int:
    last = Push.objects.filter(system=system).order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def _files(document: FilingDocument, arrived: Arrived) -> list[dict[str, Any]]:
    return [
        {
            "part": one.part, "name": one.name, "role": one.role, "size": arrived.files[one.part].size,
            "local": arrived.files[one.part].local.name, **arrived.files[one.part].digests,
        }
        for one in document.files
    ]  # fmt: skip


def _note(
    system: System, raw: Mapping[str, Any], arrived: Arrived, *, is_trial: bool, error: ShichengError | None = None
) -> None:
    """Note a trial or a refusal for the makers of the system; the older ones go. Nothing of what it says is kept."""
    revision, document = raw.get("revision", 1), raw.get("id", "")
    faults: Sequence[Fault] = getattr(error, "faults", ())
    with atomic():
        Attempt.objects.create(
            system=system, at=clock.now(), is_trial=is_trial, is_refused=error is not None,
            document=document[:200].replace("\x00", "") if isinstance(document, str) else "",
            revision=revision if isinstance(revision, int) and 0 < revision < 10_000 else None,
            files_count=len(arrived.files), bytes=arrived.bytes, code=error.code if error else "",
            message_json=_without_nul(json.loads(json.dumps(error.message.to_json(), default=str))) if error else None,
            faults_json=_without_nul([one.to_json() for one in faults]),
        )  # fmt: skip
        old = Attempt.objects.filter(system=system).order_by("-at", "-id")[KEPT_ATTEMPTS:]
        Attempt.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()


def _without_nul(value: Any) -> Any:
    """The same without signs no database keeps."""
    if isinstance(value, str):
        return value.replace("\x00", "�")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_nul(one) for name, one in value.items()}
    return value
