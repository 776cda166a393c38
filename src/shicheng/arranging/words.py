"""Parts of an item, stages and states in words."""

from shicheng.arranging.types import Part
from shicheng.kernel.messages import message as _

PARTS = {
    Part.INCOMING_SHEET: _("handling sheet"),
    Part.REPLY: _("reply"),
    Part.MAIN: _("original"),
    Part.ANNEX: _("annex"),
    Part.TRANSLATION: _("translation"),
    Part.FORWARDED: _("forwarded document"),
    Part.FINAL_DRAFT: _("final draft"),
    Part.DRAFT: _("draft"),
    Part.DRAFTING_SHEET: _("drafting sheet"),
    Part.INCOMING: _("incoming document"),
    Part.COPY: _("copy"),
}
STAGES = {
    "formed": _("without a class"),
    "classified": _("without a number"),
    "numbered": _("ready to be filed"),
    "returned": _("came back"),
}
BATCHES = {
    "arriving": _("being taken in"),
    "here": _("here"),
    "failed": _("could not be taken in"),
    "cleared": _("filed"),
}
FILINGS = {
    "begun": _("being written"),
    "sent": _("handed over"),
    "failed": _("could not be written"),
    "given_up": _("given up"),
    "filed": _("in the holdings"),
    "returned": _("came back, whole or in part"),
}
RULES = {
    "prefix": _("Number begins with"),
    "author": _("Issued by"),
    "words": _("Title has"),
}
