"""Laying down the fields of descriptions: each change is a new version from a day on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from shicheng.audit import services as audit
from shicheng.audit.registry import event
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.policies import require
from shicheng.people.types import SEE_ALL, Actor, Role
from shicheng.schemes.fields import AUTHORITIES, REQUIRED, TYPES, Field, fields_of, forget
from shicheng.schemes.models import FieldTable

READ_FIELDS: Final = registry.permission("schemes.fields.read", _("See the fields of descriptions"), roles=SEE_ALL)
WRITE_FIELDS: Final = registry.permission(
    "schemes.fields.write", _("Lay down the fields of descriptions"), roles={Role.ARCHIVIST}
)
LAID_DOWN: Final = event(
    "schemes.fields.laid_down",
    _("Fields of descriptions laid down"),
    sentence=_("%(actor)s laid down version %(version)s of the fields of %(category)s from %(begins)s on: %(reason)s"),
)
MOST_FIELDS: Final = 150
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
# Names changes can't be told from the parts of papers by.
_TAKEN: Final = frozenset(label for one in BY_NAME.values() for label in (one.label_zh, *one.headers))


class BadField(ShichengError):
    """A field, or a table of them, that can't be laid down as asked."""

    code = "schemes.fields.bad"
    exit_code = 2
    http_status = 422


class FieldsChangedMeanwhile(ShichengError):
    """Somebody laid down another version meanwhile."""

    code = "schemes.fields.changed_meanwhile"
    exit_code = 3
    http_status = 409


def tables(actor: Actor) -> QuerySet[FieldTable]:
    """Every version that was laid down, as far as the actor may see them."""
    return FieldTable.objects.all() if people.allows(actor, READ_FIELDS) else FieldTable.objects.none()


def newest_version(actor: Actor, category: str) -> int:
    """The number of the newest version of a category, 0 if there is none."""
    row = tables(actor).filter(category=category).order_by("-version").first()
    return row.version if row else 0


def lay_down(
    *, actor: Actor, category: str, fields: Sequence[Mapping[str, Any]], reason: str, version: int,
    begins: date | None = None,
) -> FieldTable:  # fmt: skip
    """Lay down the fields of a category from a day on, as the version after `version`.

    Raises `BadField`, `FieldsChangedMeanwhile`, `NotPermitted`. Values that were described before stay where they
    are: a field that is left out is only asked for no more.
    """
    require(actor, WRITE_FIELDS)
    reason = " ".join(reason.split())
    if not reason or len(reason) > 1000:
        raise BadField(_("Fields are not laid down without a reason."), hint=_("Say in a few words why."))
    day = begins or timezone.localdate()
    checked = checked_fields(fields)
    try:
        with atomic():
            before = FieldTable.objects.select_for_update().filter(category=category).order_by("-version").first()
            if (before.version if before else 0) != version:
                raise FieldsChangedMeanwhile(
                    _("%(name)s laid down version %(number)s of these fields meanwhile.",
                      name=before.made_by if before else "–", number=before.version if before else 0),
                    hint=_("Look at it, and make your change on it."),
                )  # fmt: skip
            if before is not None and day < before.begins:
                raise BadField(
                    _("Version %(number)s holds from %(day)s on; the next one can't begin before.",
                      number=before.version, day=before.begins.isoformat()),
                    hint=_("Choose that day or a later one."),
                )  # fmt: skip
            made = FieldTable.objects.create(
                category=category[:60], version=version + 1, begins=day, fields=[one.to_json() for one in checked],
                reason=reason, made_by=actor.name[:200], made_at=clock.now(),
            )  # fmt: skip
            details = {
                "category": category or "*", "version": made.version, "begins": day.isoformat(), "reason": reason,
                "fields": made.fields,
            }  # fmt: skip
            audit.append(actor, LAID_DOWN, ("field_table", made.pk), details)
    except IntegrityError:
        raise FieldsChangedMeanwhile(
            _("Somebody else laid down these fields in this very moment."), hint=_("Load the page again.")
        ) from None
    forget()
    return made


def checked_fields(fields: Sequence[Mapping[str, Any]]) -> list[Field]:
    """The fields, if they can stand together. Raises `BadField`."""
    if len(fields) > MOST_FIELDS:
        raise BadField(_("A table has at most %(most)s fields.", most=MOST_FIELDS), hint=_("Leave some out."))
    found: list[Field] = []
    for given in fields:
        one = _checked_field(given)
        if any(other.code == one.code or other.name == one.name for other in found):
            raise BadField(
                _("The field %(name)s stands in the table twice.", name=one.zh), hint=_("Take one of the two away.")
            )
        found.append(one)
    if not any(one.element == "title" for one in found):
        raise BadField(_("The table has no title."), hint=_("Put the element title 题名 into it."))
    return found


def _checked_field(given: Mapping[str, Any]) -> Field:
    try:
        one = Field.from_json({name: value for name, value in given.items() if value is not None})
    except (TypeError, ValueError):
        raise BadField(_("A field can't be read."), hint=_("Give it a code and a Chinese label.")) from None
    if one.element:
        if one.element not in BY_NAME:
            raise BadField(_("There is no element named %(name)s.", name=one.element), hint=_("Use one of the norm."))
    elif not _CODE.fullmatch(one.code) or one.code in BY_NAME:
        raise BadField(
            _("The code %(code)s can't be that of a field.", code=one.code[:60]),
            hint=_("Use small letters, digits and low lines, and none of an element of the norm."),
        )
    elif not one.zh.strip() or len(one.zh) > 60 or len(one.en) > 80 or not one.zh.isprintable():
        raise BadField(
            _("The field %(code)s has no Chinese label of at most 60 characters.", code=one.code),
            hint=_("Give it one."),
        )
    elif one.zh in _TAKEN:
        raise BadField(
            _("%(label)s is the label of an element of the norm.", label=one.zh),
            hint=_("Put that element into the table, or give the field another label."),
        )
    _require_kind(one)
    return one


def _require_kind(one: Field) -> None:
    if one.type not in TYPES or one.required not in REQUIRED:
        raise BadField(
            _("The field %(name)s has a type or an obligation that is not known.", name=one.zh),
            hint=_("Choose them from the lists."),
        )
    if one.type == "code" and not one.values and not one.element:
        raise BadField(_("The field %(name)s has no values to choose from.", name=one.zh), hint=_("List them."))
    if one.type == "authority" and one.authority not in AUTHORITIES:
        raise BadField(
            _("The field %(name)s does not say what kind of authority it names.", name=one.zh),
            hint=_("Choose person, body, place or subject."),
        )
    if not 1 <= one.most <= 100_000 or len(one.values) > 500:
        raise BadField(_("The field %(name)s has bounds that can't be.", name=one.zh), hint=_("Give smaller numbers."))


def fields_as_json(category: str) -> list[dict[str, Any]]:
    """The fields that hold now, as they are sent and kept."""
    return [one.to_json() for one in fields_of(category)]
