"""Who may see and write business entities, what goes wrong with them, and what the log tells of them."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from shicheng.audit.registry import event
from shicheng.holdings.models import Entity
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import SEE_ALL, Actor, Role

READ = registry.permission("holdings.entity.read", _("See business entities such as motions"), roles=SEE_ALL)
WRITE = registry.permission(
    "holdings.entity.write",
    _("Write business entities such as motions"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.FILING_CLERK},
)

WRITTEN = event(
    "holdings.entity.written",
    _("Business entity written down"),
    sentence=_("%(actor)s wrote down %(code)s %(name)s."),
)
LINKED = event(
    "holdings.entity.linked",
    _("Business entities linked"),
    sentence=_("%(actor)s linked %(first)s with %(second)s."),
)
UNLINKED = event(
    "holdings.entity.unlinked",
    _("Link of business entities removed"),
    sentence=_("%(actor)s removed the link of %(first)s with %(second)s."),
)
DOCUMENTED = event(
    "holdings.entity.documented",
    _("Record given to a business entity"),
    sentence=_("%(actor)s gave the record %(ref)s to %(first)s."),
)
UNDOCUMENTED = event(
    "holdings.entity.undocumented",
    _("Record taken from a business entity"),
    sentence=_("%(actor)s took the record %(ref)s from %(first)s."),
)


class EntityNotFound(ShichengError):
    """No business entity has this id or code, or it is not open to the actor."""

    code = "holdings.entity.unknown"
    http_status = 404


class BadEntity(ShichengError):
    """A business entity or link that can't be written down like this."""

    code = "holdings.entity.bad"
    exit_code = 2
    http_status = 422


def visible(actor: Actor) -> QuerySet[Entity]:
    """The entities this actor may see: those of fonds their grants reach whole."""
    if not people.allows(actor, READ):
        return Entity.objects.none()
    codes = people.whole_fonds(actor, READ)
    return Entity.objects.all() if codes is None else Entity.objects.filter(fonds_code__in=sorted(codes))


def counts(actor: Actor) -> dict[str, int]:
    """How many entities of each kind the actor may see."""
    return dict(visible(actor).order_by().values_list("kind").annotate(Count("pk")))
