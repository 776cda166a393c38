"""Papers of acquisitions: signed copies that are attached, and lists, certificates and letters that are set here."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from shicheng.acquiring import events, keeping, numbering, policies
from shicheng.acquiring.errors import AcquisitionNotFound, BadOffer, ChangedMeanwhile
from shicheng.acquiring.models import Acquisition, Paper
from shicheng.acquiring.offers import SUBJECT, locked, require_state, save, today
from shicheng.acquiring.types import DEEDS, ISSUED, PAPERS, Way
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.base.typesetting import set_form
from shicheng.kernel import clock
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.errors import ObjectConflict

MOST_BYTES: Final = 64 << 20
LANGUAGES: Final = ("zh-hans", "en")
_SHEETS: Final = Path(__file__).parent / "sheets"
_ATTACHED: Final = tuple(kind for kind in PAPERS if kind not in ISSUED)


def keep_paper(*, actor: Actor, number: str, kind: str, name: str, content: bytes, settings: Settings) -> Paper:
    """Keep a paper of an acquisition in the store, such as the signed deed; the same twice is one.

    Slow: never inside a transaction. Raises `BadOffer`, `ChangedMeanwhile`, `AcquisitionNotFound`, `NotPermitted`.
    """
    if kind not in _ATTACHED:
        raise BadOffer(_("This is no kind of paper that can be attached."), hint=_("Choose one of the list."))
    return _keep(actor, _known(actor, number), kind, name, content, "", settings)


def issue_paper(*, actor: Actor, number: str, kind: str, language: str, settings: Settings) -> Paper:
    """Set the list of what came, a certificate of donation or a letter of thanks as PDF, and keep it.

    A certificate and a letter have a number, which stays the same however often they are set. Slow: never inside a
    transaction. Raises `BadOffer`, `NotNow`, `ChangedMeanwhile`.
    """
    if kind not in ISSUED or language not in LANGUAGES:
        raise BadOffer(_("This paper is not set here."), hint=_("Choose one of the list."))
    _known(actor, number)
    with atomic():
        one = locked(actor, number)
        require_state(one, "received", "accessioned", "returned")
        if kind == "certificate" and one.way != Way.DONATION:
            raise BadOffer(
                _("%(number)s was not given to the archive, so there is nothing to certify.", number=number),
                hint=_("Write a letter of thanks instead."),
            )
        if kind != "receipt" and kind not in one.numbers:
            one.numbers = {**one.numbers, kind: numbering.next_paper_number(kind, today(), settings)}
            save(actor, one, events.PAPER_ISSUED, {"paper": one.numbers[kind]})
    said = one.numbers.get(kind, "")
    content = set_paper(one, kind, said, language, settings)
    with translation.override(language):
        name = f"{PAPERS[kind]}-{one.number}.pdf"
    return _keep(actor, one, kind, name, content, said, settings)


def open_paper(
    *, actor: Actor, paper_id: UUID, settings: Settings, number: str | None = None
) -> tuple[Paper, BinaryIO]:
    """The bytes of a paper, which the log tells: papers name persons. Raises `AcquisitionNotFound`, `NotPermitted`."""
    require(actor, policies.READ_DONORS)
    found = Paper.objects.filter(pk=paper_id, acquisition__in=policies.visible(actor))
    if number is not None:
        found = found.filter(acquisition__number=number)
    paper = found.select_related("acquisition").first()
    if paper is None or not policies.may_know(actor, paper.acquisition):
        raise AcquisitionNotFound(
            _("There is no such paper here, or it is not open to you."), hint=_("Look it up on its acquisition's page.")
        )
    stream = keeping.open_paper(paper, settings)
    with atomic():
        told = {"number": paper.acquisition.number, "kind": paper.kind}
        audit.append(actor, events.PAPER_READ, (SUBJECT, paper.acquisition_id), told)
    return paper, stream


def set_paper(one: Acquisition, kind: str, number: str, language: str, settings: Settings) -> bytes:
    """Set one of the papers as PDF/A-2b."""
    with translation.override(language):
        values = {"receipt": _receipt, "certificate": _certificate, "letter": _letter}[kind](one, settings)
    chinese = language.startswith("zh")
    base = {
        "archive": settings.archive_name, "number": number or one.number, "lang": "zh" if chinese else "en",
        "region": "CN" if chinese else "GB", "date": _day(today(), chinese),
    }  # fmt: skip
    return set_form(_SHEETS / f"{kind}.typ", {**base, **values})


def _keep(
    actor: Actor, one: Acquisition, kind: str, name: str, content: bytes, number: str, settings: Settings
) -> Paper:
    shown = name.replace("\\", "/").rpartition("/")[2].strip()[:200].encode("utf-8", "replace").decode("utf-8")
    if not shown or shown in (".", "..") or not shown.isprintable():
        raise BadOffer(_("No file can have this name."), hint=_("Give it another name."))
    if not 0 < len(content) <= MOST_BYTES:
        raise BadOffer(
            _("The paper is empty or larger than %(most)s MB.", most=MOST_BYTES >> 20), hint=_("Choose another file.")
        )
    sm3 = digest_bytes(content, "sm3")
    paper = Paper(
        id=new_id(), acquisition=one, order=0, kind=kind, number=number, name=shown,
        mime=(mimetypes.guess_type(shown)[0] or "")[:150], size=len(content), sm3=sm3, by=actor.name[:200],
        at=clock.now(),
    )  # fmt: skip
    try:
        kept = keeping.keep(one, settings, user=actor.name, paper=paper, content=content)
    except ObjectConflict as error:
        raise ChangedMeanwhile(
            _("Somebody put another paper to %(number)s this very moment.", number=one.number),
            hint=_("Look at it, then put yours in again."),
        ) from error
    assert kept is not None
    if kept.pk == paper.pk:
        with atomic():
            told = {"number": one.number, "kind": kind, "sm3": sm3, "object": one.object_id}
            audit.append(actor, events.PAPER_KEPT, (SUBJECT, one.pk), told)
    return kept


def _known(actor: Actor, number: str) -> Acquisition:
    """The acquisition, for whoever may write it and know its donor."""
    require(actor, policies.READ_DONORS)
    with atomic():
        return locked(actor, number)


def _certificate(one: Acquisition, settings: Settings) -> Mapping[str, Any]:
    said = gettext("This is to certify that %(name)s has given to %(archive)s: %(what)s. It will be kept for ever.")
    given = "；".join(_line(line) for line in one.receipt) or one.title
    return {
        "title": gettext("Certificate of Donation"),
        "words": said % {"name": one.donor.name, "archive": settings.archive_name, "what": given},
        "thanks": gettext("With thanks for what was entrusted to us."),
        "number_label": gettext("Certificate No."),
        "seal": gettext("(seal)"),
    }


def _letter(one: Acquisition, settings: Settings) -> Mapping[str, Any]:
    received = _day(one.received_on or today(), chinese=translation.get_language() == "zh-hans")
    first = gettext("On %(day)s we received from you: %(what)s. The deed is %(deed)s.")
    given = "；".join(_line(line) for line in one.receipt) or one.title
    paragraphs = [
        first % {"day": received, "what": given, "deed": one.deed_number},
        gettext(
            "It is described, kept safe and, within what was agreed on, opened to those who ask for it. It makes the "
            "memory of this place richer."
        ),
        gettext("We thank you for your trust, and we would be glad to hear from you again."),
    ]
    return {
        "title": gettext("Letter of thanks"), "to": gettext("To %(name)s:") % {"name": one.donor.name},
        "paragraphs": paragraphs, "number_label": gettext("Number"), "seal": gettext("(seal)"),
    }  # fmt: skip


def _receipt(one: Acquisition, settings: Settings) -> Mapping[str, Any]:
    facts = [
        (gettext("Acquisition"), one.number), (gettext("Kind of acquisition"), str(one.way_label)),
        (str(DEEDS[one.way]), one.deed_number), (gettext("Given by"), one.donor.name),
        (gettext("Came on"), str(one.received_on or "")), (gettext("Received by"), one.received_by),
        (gettext("Conditions"), restrictions(one) or "–"),
    ]  # fmt: skip
    return {
        "title": gettext("List of records received from society"),
        "facts": facts,
        "heads": [gettext("No."), gettext("Content"), gettext("How much"), gettext("State of preservation")],
        "rows": [
            [str(place), line["what"], line["quantity"], line["condition"]]
            for place, line in enumerate(one.receipt, start=1)
        ],
        "copies": [gettext("Copy 1 of 2: kept by the donor"), gettext("Copy 2 of 2: kept by the archive")],
        "sides": [gettext("Given by"), gettext("Received by")],
        "signature": gettext("signature, date"),
    }


def restrictions(one: Acquisition) -> str:
    """What the deed lays on the use of the records, in the language of the reader."""
    said = []
    if one.closed_until is not None:
        said.append(gettext("closed until %(day)s") % {"day": one.closed_until.isoformat()})
    if one.needs_consent:
        said.append(gettext("used with the donor's consent only"))
    between = "；" if (translation.get_language() or "").startswith("zh") else "; "
    return between.join([*said, *([one.conditions] if one.conditions else [])])


def _line(line: Mapping[str, str]) -> str:
    return f"{line['what']}（{line['quantity']}）" if line["quantity"] else line["what"]


def _day(day: date, chinese: bool) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if chinese else f"{day.day} {day:%B %Y}"
