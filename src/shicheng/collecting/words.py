"""Kinds of systems, states, roles of files and acts of the process in words."""

from shicheng.kernel.messages import message as _

KINDS = {
    "oa": _("office automation (OA)"),
    "motion": _("motions and suggestions"),
    "broadcast": _("broadcasting and media"),
    "accounting": _("accounting"),
    "personnel": _("personnel"),
    "approval": _("approvals and licences"),
    "mail": _("official e-mail"),
    "other": _("other"),
}
SYSTEMS = {
    "trying": _("on trial"),
    "in_service": _("in service"),
    "stopped": _("stopped"),
}
OUTSIDE = {
    "take": _("take it; the archivist decides"),
    "refuse": _("refuse it at the door"),
}
STANDINGS = {
    "received": _("received"),
    "in_pool": _("in the pool"),
    "in_item": _("part of an item"),
    "came_back": _("its item came back"),
    "filing": _("being filed"),
    "filed": _("filed"),
    "left_out": _("left out of filing"),
    "returned": _("returned"),
    "superseded": _("superseded"),
}
STATES = {
    "received": _("received"),
    "pooled": _("in the pool"),
    "filed": _("filed"),
    "returned": _("returned"),
    "superseded": _("superseded"),
}
ROLES = {
    "main": _("original"),
    "annex": _("annex"),
    "final_draft": _("final draft"),
    "draft": _("draft"),
    "handling_sheet": _("handling sheet"),
    "drafting_sheet": _("drafting sheet"),
    "incoming": _("incoming document"),
    "reply": _("reply"),
    "translation": _("translation"),
    "forwarded": _("forwarded document"),
    "copy": _("copy"),
}
ACTIONS = {
    "draft": _("Drafted"),
    "review": _("Reviewed"),
    "countersign": _("Countersigned"),
    "approve": _("Approved and signed"),
    "number": _("Numbered"),
    "print": _("Printed"),
    "send": _("Sent out"),
    "receive": _("Received"),
    "register": _("Registered"),
    "propose": _("Handling proposed"),
    "instruct": _("Instructed"),
    "circulate": _("Circulated"),
    "handle": _("Handled"),
    "reply": _("Answered"),
    "close": _("Closed"),
    "file": _("Filed"),
    "dispose": _("Disposal"),
    "other": _("Other act"),
}
