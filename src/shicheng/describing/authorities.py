"""Authorities 规范档: the right names of persons, bodies, places and subjects, with the variants they are found by.

The log holds each of them whole with every change, so that it alone gives all of them back. Merging gives the names
of one to another and keeps whose they were, so that it can be split off again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Count, Q, QuerySet

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.describing import events, policies
from shicheng.describing.errors import AuthorityNotFound, BadAuthority
from shicheng.describing.models import KINDS, Authority, AuthorityName
from shicheng.describing.services import checked_reason
from shicheng.holdings import policies as holdings
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor
from shicheng.schemes.fields import AUTHORITIES

LONGEST: Final = 300
MOST_VARIANTS: Final = 200
ORDERS: Final = {"": ("kind", "name", "id"), "records": ("-records", "name", "id"), "new": ("-changed_at", "id")}


def fold_name(name: str) -> str:
    """A name as names are compared: width, case and blanks say nothing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()[:LONGEST]


def authorities(actor: Actor, *, kind: str = "", text: str = "", order: str = "") -> QuerySet[Authority]:
    """Authorities in use, of one kind or all, whose name or a variant holds a text."""
    found = policies.visible_authorities(actor).filter(merged_into=None)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(pk__in=AuthorityName.objects.filter(folded__contains=fold_name(text)).values("authority"))
    if order == "records":
        # Nobody learns by a number of records they may not see.
        is_whole = people.reach(actor, holdings.READ) == people.EVERYTHING
        seen = None if is_whole else Q(links__item__in=holdings.visible(actor))
        found = found.annotate(records=Count("links__item", distinct=True, filter=seen))
    return found.order_by(*ORDERS.get(order, ORDERS[""]))


def authority(actor: Actor, key: UUID) -> Authority:
    """One authority, also one that was merged; raises `AuthorityNotFound`."""
    found = policies.visible_authorities(actor).filter(pk=key).first()
    if found is None:
        raise AuthorityNotFound(_("There is no such authority here."), hint=_("Look it up in the list."))
    return found


def authority_named(actor: Actor, which: str, *, kind: str = "") -> Authority:
    """One authority by its id or one of its names; raises `AuthorityNotFound`, `BadAuthority` where several fit."""
    try:
        return authority(actor, UUID(which))
    except ValueError:
        pass
    named = AuthorityName.objects.filter(kind__in=KINDS, folded=fold_name(which))
    found = list(authorities(actor, kind=kind).filter(pk__in=named.values("authority"))[:2])
    if not found:
        raise AuthorityNotFound(
            _("There is no authority %(name)s here.", name=which), hint=_("Look it up in the list.")
        )
    if len(found) > 1:
        raise BadAuthority(
            _("Several authorities are called %(name)s.", name=which), hint=_("Say of which kind, or give its id.")
        )
    return found[0]


def named(kind: str, name: str) -> Authority | None:
    """The authority of a kind that a name belongs to, if there is one; for work of other rooms, never for people."""
    found = AuthorityName.objects.filter(kind=kind, folded=fold_name(name), authority__merged_into=None)
    row = found.select_related("authority").first()
    return row.authority if row else None


def suggest(actor: Actor, kind: str, text: str, *, limit: int = 12) -> list[str]:
    """Right names whose authority has a name that begins with a text, then those that hold it."""
    folded = fold_name(text)
    if not folded or not allows(actor, policies.READ_AUTHORITIES):
        return []
    names = AuthorityName.objects.filter(authority__merged_into=None).select_related("authority")
    if kind:
        names = names.filter(kind__in=kind.split(","))
    found: dict[str, None] = {}
    for condition in (Q(folded__startswith=folded), Q(folded__contains=folded)):
        for one in names.filter(condition).order_by("name")[: limit * 2]:
            found[one.authority.name] = None
    return list(found)[:limit]


def last_name(text: str) -> tuple[str, str]:
    """What is typed parted into the names that are whole and the one that is begun."""
    cut = max(text.rfind(sign) for sign in ";；,，、") + 1
    return text[:cut], text[cut:].strip()


def save_authority(
    *, actor: Actor, kind: str, name: str, variants: Sequence[str] = (), dates: str = "", note: str = "",
    key: UUID | None = None, revision: int | None = None,
) -> Authority:  # fmt: skip
    """Make an authority, or change the one with this key as it was in `revision`.

    Raises `BadAuthority` where a name is another's already or somebody changed it meanwhile, `AuthorityNotFound`.
    """
    require(actor, policies.KEEP_AUTHORITIES)
    name, listed = _checked(kind, name, variants, dates, note)
    now = clock.now()
    try:
        with atomic():
            if key is None:
                kept = Authority(kind=kind, made_by=actor.name[:200], made_at=now)
            else:
                kept = _locked(key)
                if revision is not None and kept.revision != revision:
                    raise BadAuthority(
                        _("Somebody else changed %(name)s meanwhile.", name=kept.name),
                        hint=_("Look at it, and make your change on it."),
                    )
                kept.revision += 1
            kept.name, kept.dates, kept.note, kept.changed_at = name, dates.strip(), note.strip(), now
            kept.save()
            _write_names(kept, name, listed)
            audit.append(actor, events.AUTHORITY_SAVED, ("authority", kept.pk), _whole(kept))
            _link_again(actor, kept)
    except IntegrityError:
        raise BadAuthority(
            _("One of these names was given to another authority in this very moment."), hint=_("Save it again.")
        ) from None
    return kept


def merge(*, actor: Actor, key: UUID, into: UUID, reason: str) -> Authority:
    """Merge an authority into another of its kind: its names become variants of that one, its records its records."""
    require(actor, policies.KEEP_AUTHORITIES)
    reason = checked_reason(reason)
    with atomic():
        if key == into:
            raise BadAuthority(_("An authority can't be merged into itself."), hint=_("Choose another one."))
        # Always in the same order, whichever goes into which.
        locked = {one: _locked(one) for one in sorted((key, into), key=str)}
        gone, kept = locked[key], locked[into]
        if gone.kind != kept.kind:
            raise BadAuthority(
                _("%(name)s and %(into)s are of different kinds.", name=gone.name, into=kept.name),
                hint=_("Only a person is merged with a person, a body with a body."),
            )
        for one in gone.names.all():
            one.authority, one.is_main = kept, False
            one.came_from_id = one.came_from_id or gone.pk
            one.save(update_fields=["authority", "is_main", "came_from"])
        gone.merged_into, gone.changed_at = kept, clock.now()
        gone.save(update_fields=["merged_into", "changed_at"])
        kept.revision, kept.changed_at = kept.revision + 1, clock.now()
        kept.save(update_fields=["revision", "changed_at"])
        details = {"name": gone.name, "into": kept.name, "into_id": str(kept.pk), "reason": reason}
        audit.append_many(
            actor,
            [
                (events.AUTHORITIES_MERGED, ("authority", gone.pk), {**details, "names": _names(kept)}),
                (events.AUTHORITIES_MERGED, ("authority", kept.pk), details),
            ],
        )
        _link_again(actor, kept)
    return kept


def split(*, actor: Actor, key: UUID, reason: str) -> Authority:
    """Split an authority off again from the one it was merged into, with the names it brought."""
    require(actor, policies.KEEP_AUTHORITIES)
    reason = checked_reason(reason)
    with atomic():
        gone = Authority.objects.select_for_update().filter(pk=key).first()
        if gone is None or gone.merged_into_id is None:
            raise BadAuthority(_("This authority is not merged into another."), hint=_("Look it up in the list."))
        kept = Authority.objects.select_for_update().get(pk=gone.merged_into_id)
        for one in AuthorityName.objects.filter(authority=kept, came_from=gone):
            one.authority, one.came_from, one.is_main = gone, None, fold_name(one.name) == fold_name(gone.name)
            one.save(update_fields=["authority", "came_from", "is_main"])
        gone.merged_into, gone.changed_at, gone.revision = None, clock.now(), gone.revision + 1
        gone.save(update_fields=["merged_into", "changed_at", "revision"])
        kept.revision, kept.changed_at = kept.revision + 1, clock.now()
        kept.save(update_fields=["revision", "changed_at"])
        details = {"name": gone.name, "from": kept.name, "from_id": str(kept.pk), "reason": reason}
        audit.append_many(
            actor,
            [
                (events.AUTHORITY_SPLIT, ("authority", gone.pk), {**details, "names": _names(gone)}),
                (events.AUTHORITY_SPLIT, ("authority", kept.pk), {**details, "names": _names(kept)}),
            ],
        )
        _link_again(actor, kept)
        _link_again(actor, gone)
    return gone


def _locked(key: UUID) -> Authority:
    found = Authority.objects.select_for_update(of=("self",)).filter(pk=key, merged_into=None).first()
    if found is None:
        raise AuthorityNotFound(
            _("There is no such authority, or it was merged into another."), hint=_("Look it up in the list.")
        )
    return found


def _checked(kind: str, name: str, variants: Sequence[str], dates: str, note: str) -> tuple[str, list[str]]:
    if kind not in AUTHORITIES:
        raise BadAuthority(_("An authority is a person, a body, a place or a subject."), hint=_("Choose one of them."))
    plain = " ".join(name.split())
    listed = list(dict.fromkeys(" ".join(one.split()) for one in variants if one.strip()))
    for one in (plain, *listed):
        if not fold_name(one) or len(one) > LONGEST or not one.isprintable():
            raise BadAuthority(
                _("A name has one to %(most)s characters that can be printed.", most=LONGEST), hint=_("Correct it.")
            )
    if len(listed) > MOST_VARIANTS or len(dates) > 200 or len(note) > 20_000 or "\x00" in dates + note:
        raise BadAuthority(_("There is more here than an authority holds."), hint=_("Shorten it."))
    return plain, [one for one in listed if fold_name(one) != fold_name(plain)]


def _write_names(kept: Authority, name: str, variants: Sequence[str]) -> None:
    wanted = {fold_name(one): (one, one == name) for one in (name, *variants)}
    taken = AuthorityName.objects.filter(kind=kept.kind, folded__in=list(wanted)).exclude(authority=kept)
    other = taken.select_related("authority").first()
    if other is not None:
        raise BadAuthority(
            _("The name %(name)s belongs to %(other)s already.", name=other.name, other=other.authority.name),
            hint=_("Merge the two if they are the same, or tell them apart by a further word."),
        )
    there = {one.folded: one for one in kept.names.all()}
    for folded, one in there.items():
        if folded not in wanted:
            one.delete()
    for folded, (text, is_main) in wanted.items():
        row = there.get(folded) or AuthorityName(authority=kept, kind=kept.kind, folded=folded)
        row.name, row.is_main = text, is_main
        row.save()


def _names(kept: Authority) -> list[list[str]]:
    """The names of an authority as the log tells them: the name, and whose it was before a merge."""
    return [[one.name, str(one.came_from_id or "")] for one in kept.names.order_by("-is_main", "name")]


def _whole(kept: Authority) -> dict[str, Any]:
    return {
        "kind": kept.kind, "name": kept.name, "dates": kept.dates, "note": kept.note, "names": _names(kept),
        "revision": kept.revision,
    }  # fmt: skip


def _link_again(actor: Actor, kept: Authority) -> None:
    from shicheng.describing import names
    from shicheng.describing.work import link_authority

    names.forget()

    key = f"describing.link:{kept.pk}:{kept.revision}"
    jobs.enqueue(link_authority, actor=actor, unique_key=key, authority_id=str(kept.pk))
