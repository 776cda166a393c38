"""Who may do what with catalogue imports."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.cataloguing.models import CatalogueImport
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission("cataloguing.import.read", _("See catalogue imports"), roles={Role.ARCHIVIST})
IMPORT = registry.permission("cataloguing.import.run", _("Take catalogues in"), roles={Role.ARCHIVIST})
UNDO = registry.permission("cataloguing.import.undo", _("Undo catalogue imports"), roles={Role.ARCHIVIST})
MAP = registry.permission("cataloguing.mapping.save", _("Save column mappings"), roles={Role.ARCHIVIST})
ATTACH = registry.permission("cataloguing.files.attach", _("Attach files to catalogue records"), roles={Role.ARCHIVIST})


def visible(actor: Actor) -> QuerySet[CatalogueImport]:
    """The imports this actor may see: for archivists those into their fonds."""
    if not people.allows(actor, READ):
        return CatalogueImport.objects.none()
    imports = CatalogueImport.objects.all()
    return imports if actor.fonds is None else imports.filter(fonds_code__in=actor.fonds)
