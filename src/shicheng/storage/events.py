"""Events of this room."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.storage.words import PROBLEMS

VERIFIED = event(
    "storage.copy.verified",
    _("Fixity verified"),
    sentence=_("%(actor)s had %(objects)s objects verified; %(damages)s damages were found."),
)
DAMAGE_FOUND = event(
    "storage.damage.found",
    _("Damage found"),
    sentence=_("The file %(path)s of the object %(object)s is damaged: %(problem)s."),
    words={"problem": PROBLEMS},
)
DAMAGE_MENDED = event("storage.damage.mended", _("Damage mended"), sentence=_("The object %(object)s is whole again."))
MOVE_BEGUN = event(
    "storage.move.begun",
    _("Move of the archive begun"),
    sentence=_("%(actor)s began to carry the archive to the database %(database)s and the store %(store)s."),
)
MOVED = event(
    "storage.archive.moved",
    _("Archive moved"),
    sentence=_(
        "%(actor)s moved the archive from the database %(from_database)s and the store %(from_store)s to the database "
        "%(database)s and the store %(store)s."
    ),
)
