"""Who may do what with catalogue imports."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.cataloguing.models import Attachment, CatalogueImport, Trial
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission(
    "cataloguing.import.read",
    _("See catalogue imports"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.DIGITISER, Role.LEADER},
)
IMPORT = registry.permission("cataloguing.import.run", _("Take catalogues in"), roles={Role.ARCHIVIST, Role.CATALOGUER})
UNDO = registry.permission("cataloguing.import.undo", _("Undo catalogue imports"), roles={Role.ARCHIVIST})
MAP = registry.permission(
    "cataloguing.mapping.save", _("Save column mappings"), roles={Role.ARCHIVIST, Role.CATALOGUER}
)
ATTACH = registry.permission(
    "cataloguing.files.attach", _("Attach files to catalogue records"), roles={Role.ARCHIVIST, Role.DIGITISER}
)


def visible(actor: Actor) -> QuerySet[CatalogueImport]:
    """The imports this actor may see: for archivists those into their fonds."""
    imports, codes = CatalogueImport.objects.all(), people.whole_fonds(actor, READ)
    return imports if codes is None else imports.filter(fonds_code__in=codes)


def visible_trials(actor: Actor) -> QuerySet[Trial]:
    """The trials this actor may see: all, or for those limited to some fonds their own."""
    trials = Trial.objects.all() if people.allows(actor, IMPORT) else Trial.objects.none()
    if people.whole_fonds(actor, IMPORT) is None:
        return trials
    return trials.filter(user_id=actor.user_id, user_id__isnull=False)


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """The folders of files this actor may see: all, or for those limited to some fonds their own."""
    found = Attachment.objects.all() if people.allows(actor, ATTACH) else Attachment.objects.none()
    if people.whole_fonds(actor, ATTACH) is None:
        return found
    return found.filter(user_id=actor.user_id, user_id__isnull=False)
