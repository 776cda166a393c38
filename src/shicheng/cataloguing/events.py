"""What happens to catalogue imports, for the audit log.

`BATCH` and `UNDO_BATCH` stand for up to 10,000 items each. Their details name the import and its rows
(`import`: number, `id`: UUID of the import, `rows`: [first, last]), from which
`holdings.cataloguing.ids_of_batch` gives the items; followers of the log index those anew.
"""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

RECEIVED = event(
    "cataloguing.import.received",
    _("Catalogue received"),
    sentence=_("%(actor)s sent the catalogue %(name)s for the fonds %(fonds)s; it is the import %(import)s."),
)
STORED = event(
    "cataloguing.import.stored",
    _("Catalogue kept in the store"),
    sentence=_("The catalogue of the import %(import)s, %(rows)s rows, is kept in the store."),
)
BATCH = event(
    "cataloguing.import.batch",
    _("Part of a catalogue taken in"),
    sentence=_("%(actor)s took in a part of the catalogue %(import)s: %(created)s new, %(updated)s changed"),
)
DONE = event(
    "cataloguing.import.done",
    _("Catalogue taken in"),
    sentence=_(
        "%(actor)s took in the catalogue %(import)s: %(created)s new, %(updated)s changed, %(rejected)s refused"
    ),
)
FAILED = event(
    "cataloguing.import.failed",
    _("Catalogue can't be taken in"),
    sentence=_("The catalogue of the import %(import)s can't be taken in: %(reason)s"),
)
UNDO_STARTED = event(
    "cataloguing.import.undo_started",
    _("Undoing of a catalogue import started"),
    sentence=_("%(actor)s had the import %(import)s undone, because: %(reason)s"),
)
UNDO_BATCH = event(
    "cataloguing.import.batch_undone",
    _("Part of a catalogue import undone"),
    sentence=_("%(actor)s undid a part of the import %(import)s: %(removed)s removed, %(returned)s returned"),
)
UNDONE = event(
    "cataloguing.import.undone",
    _("Catalogue import undone"),
    sentence=_("%(actor)s undid the import %(import)s: %(removed)s removed, %(returned)s returned, %(kept)s kept"),
)
TRIAL_RECEIVED = event(
    "cataloguing.trial.received",
    _("Catalogue received for a trial"),
    sentence=_("%(actor)s sent the catalogue %(name)s to be tried."),
)
TRIAL_DISCARDED = event(
    "cataloguing.trial.discarded",
    _("Trial of a catalogue discarded"),
    sentence=_("%(actor)s discarded the trial of the catalogue %(name)s."),
)
MAPPING_SAVED = event(
    "cataloguing.mapping.saved",
    _("Column mapping saved"),
    sentence=_("%(actor)s decided what the columns of a source mean."),
)
FILES_ATTACHED = event(
    "cataloguing.item.files_attached",
    _("Files attached to an item of a catalogue"),
    sentence=_("%(actor)s attached %(files)s files to the record %(ref)s."),
)
FOLDER_RECEIVED = event(
    "cataloguing.attachment.received",
    _("Files received to be attached"),
    sentence=_("%(actor)s sent the files of %(name)s to be attached to records."),
)
ATTACHED = event(
    "cataloguing.attachment.done",
    _("Files attached to catalogue records"),
    sentence=_("%(actor)s attached the files of %(folder)s: %(matched)s of %(files)s found their record."),
)
