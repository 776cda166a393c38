"""Fonds dossiers 全宗卷 (DA/T 12): papers by category, in versions. Their bytes lie in the preservation store.

An object of the store holds one paper with all its versions and `dossier.json`, which tells all that its rows say.
"""

from __future__ import annotations

import json
import mimetypes
from datetime import datetime
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies
from shicheng.holdings.errors import ArrangementMissing, BadArrangement, EditedMeanwhile
from shicheng.holdings.fonds import find_fonds, listed_fonds, lock_fonds
from shicheng.holdings.fonds_types import PAPER_KINDS
from shicheng.holdings.models import DossierPaper, Fonds
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.identifiers import derived_id
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings.types import Settings
from shicheng.storage import services as storage
from shicheng.storage.errors import ObjectConflict
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft

ABOUT: Final = "dossier.json"
MOST_BYTES: Final = 64 << 20
_FORM: Final = "shicheng-dossier"
_COLUMNS: Final = ("category", "title", "name", "mime", "size", "sm3", "text", "reason", "by")


def papers(actor: Actor, fonds: str) -> QuerySet[DossierPaper]:
    """All versions of the papers of a fonds' dossier, by category and title, the newest version first."""
    found = DossierPaper.objects.filter(fonds__in=listed_fonds(actor), fonds__code=fonds).select_related("fonds")
    return found.order_by("category", "title", "-version")


def paper(actor: Actor, key: UUID) -> DossierPaper:
    """One version of a paper; raises `ArrangementMissing`."""
    found = DossierPaper.objects.filter(fonds__in=listed_fonds(actor), pk=key).select_related("fonds").first()
    if found is None:
        raise ArrangementMissing(
            _("There is no such paper here, or it is not open to you."), hint=_("Look it up in the dossier.")
        )
    return found


def newest(actor: Actor, fonds: str, category: str) -> DossierPaper | None:
    """The newest version of the newest paper of a category, such as the introduction of a fonds."""
    return papers(actor, fonds).filter(category=category).order_by("-at", "-version").first()


def open_paper(one: DossierPaper, settings: Settings) -> BinaryIO:
    """The bytes of one version of a paper."""
    return storage.open_store(settings).open(one.object_id, _path(one.version, one.name))


def keep_text(
    *, actor: Actor, fonds: str, category: str, title: str, text: str, settings: Settings, reason: str = ""
) -> DossierPaper:
    """Keep a paper that was written here, as its next version."""
    return keep(
        actor=actor, fonds=fonds, category=category, title=title, content=text.encode("utf-8", "replace"),
        name="text.txt", text=text, settings=settings, reason=reason,
    )  # fmt: skip


def keep(
    *, actor: Actor, fonds: str, category: str, title: str, content: bytes, name: str, settings: Settings,
    text: str = "", reason: str = "",
) -> DossierPaper:  # fmt: skip
    """Keep a paper of a dossier; of one with the same category and title this is the next version.

    The same content sent twice is one version. What was cut off between the store and its row is completed by the
    next call. Slow: never to be called inside a transaction. Raises `BadArrangement`, `UnknownFonds`.
    """
    require(actor, policies.CHANGE_FONDS, fonds=fonds)
    home = find_fonds(actor, fonds)
    title, name = " ".join(title.split())[:300], name.rpartition("/")[2][:240]
    _require_sound(category, title, content, name)
    key = derived_id("dossier", fonds, category, title)
    store = storage.open_store(settings)
    _complete(store, home, key)
    last = DossierPaper.objects.filter(paper=key).order_by("-version").first()
    sm3 = digest_bytes(content, "sm3")
    if last is not None and last.sm3 == sm3 and last.name == name:
        return last
    made = DossierPaper(
        id=derived_id("dossier version", str(key), last.version + 1 if last else 1), fonds=home, paper=key,
        version=last.version + 1 if last else 1, category=category, title=title, name=name,
        mime=(mimetypes.guess_type(name)[0] or "")[:150], size=len(content), sm3=sm3, text=text[:200_000],
        reason=" ".join(reason.split())[:1000], by=actor.name[:200], at=clock.now(),
    )  # fmt: skip
    before = list(DossierPaper.objects.filter(paper=key).order_by("version"))
    try:
        store.put_objects([_draft(home, [*before, made], content)])
    except ObjectConflict as error:
        raise EditedMeanwhile(
            _("Somebody put another version of “%(title)s” into the dossier this very moment.", title=title), 0, {},
            hint=_("Look at it, then put yours in again."),
        ) from error  # fmt: skip
    _register(store, home, made, actor)
    return made


def restore_dossier(store: Store, object_id: str) -> int:
    """Make the rows of a paper anew from its object; returns how many were missing."""
    about = _about(store, object_id)
    home = Fonds.objects.filter(code=about["fonds"]).first()
    return 0 if home is None else _complete(store, home, UUID(about["paper"]))


def is_dossier(store: Store, object_id: str) -> bool:
    """Tell whether an object keeps a paper of a dossier."""
    return ABOUT in store.inventory(object_id).state()


def _complete(store: Store, home: Fonds, key: UUID) -> int:
    """Write the rows of versions that are in the store and have none."""
    object_id = f"urn:uuid:{key}"
    if not store.has(object_id):
        return 0
    there = set(DossierPaper.objects.filter(paper=key).values_list("version", flat=True))
    if store.inventory(object_id).head in there:
        return 0
    rows = [
        DossierPaper(
            id=UUID(told["id"]), fonds=home, paper=key, version=told["version"],
            at=datetime.fromisoformat(told["at"]), **{name: told[name] for name in _COLUMNS},
        )
        for told in _about(store, object_id)["versions"]
        if told["version"] not in there
    ]  # fmt: skip
    with atomic():
        DossierPaper.objects.bulk_create(rows, ignore_conflicts=True)
        storage.register_objects([storage.stored_object(store, object_id)], kind="dossier")
    return len(rows)


def _register(store: Store, home: Fonds, made: DossierPaper, actor: Actor) -> None:
    stored = storage.stored_object(store, made.object_id)
    with atomic():
        lock_fonds(home.code)
        DossierPaper.objects.get_or_create(
            paper=made.paper, version=made.version,
            defaults={"id": made.pk, "fonds": home, "at": made.at, **{one: getattr(made, one) for one in _COLUMNS}},
        )  # fmt: skip
        storage.register_objects([stored], kind="dossier")
        audit.append(
            actor, events.PAPER_KEPT, ("fonds", str(home.pk)),
            {"code": home.code, "category": made.category, "title": made.title, "version": made.version,
             "name": made.name, "sm3": made.sm3, "object": made.object_id, "inventory": stored.inventory_digest,
             "reason": made.reason},
        )  # fmt: skip


def _draft(home: Fonds, rows: list[DossierPaper], content: bytes) -> ObjectDraft:
    made = rows[-1]
    about: dict[str, Any] = {
        "form": _FORM, "paper": str(made.paper), "fonds": home.code,
        "versions": [
            {"id": str(row.pk), "version": row.version, "at": row.at.isoformat(),
             **{name: getattr(row, name) for name in _COLUMNS}}
            for row in rows
        ],
    }  # fmt: skip
    told = json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace")
    files = [DraftFile(_path(row.version, row.name), None) for row in rows[:-1]]
    files += [
        DraftFile(path, data, {name: digest_bytes(data, name) for name in STORE_ALGORITHMS})
        for path, data in ((_path(made.version, made.name), content), (ABOUT, told))
    ]
    return ObjectDraft(
        object_id=made.object_id, created=made.at, user=made.by, message=f"{home.code}: {made.title}"[:500],
        files=files, base=made.version - 1 or None,
    )  # fmt: skip


def _about(store: Store, object_id: str) -> Any:
    with store.open(object_id, ABOUT) as stream:
        return json.loads(stream.read())


def _path(version: int, name: str) -> str:
    return f"content/{version:04d}/{name}"


def _require_sound(category: str, title: str, content: bytes, name: str) -> None:
    if category not in PAPER_KINDS:
        raise BadArrangement(
            _("%(category)s is no part of a dossier.", category=category), hint=_("Choose one of the list.")
        )
    if not title:
        raise BadArrangement(_("The paper has no title."), hint=_("Write what it is."))
    if not content or len(content) > MOST_BYTES:
        raise BadArrangement(
            _("The paper is empty or larger than %(most)s MB.", most=MOST_BYTES >> 20), hint=_("Choose another file.")
        )
    if not name or name in (".", "..") or "\x00" in name:
        raise BadArrangement(_("No file can have the name %(name)s.", name=name), hint=_("Give it another name."))
