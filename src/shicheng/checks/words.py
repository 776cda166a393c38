"""Properties, levels and outcomes in words."""

from shicheng.checks.types import Level, Outcome, Property, Stage, Verdict
from shicheng.kernel.messages import message as _

PROPERTIES = {
    Property.AUTHENTICITY: _("Authenticity"),
    Property.INTEGRITY: _("Integrity"),
    Property.USABILITY: _("Usability"),
    Property.SECURITY: _("Security"),
}
LEVELS = {Level.ERROR: _("fault"), Level.WARNING: _("warning"), Level.MANUAL: _("for a person")}
OUTCOMES = {
    Outcome.PASS: _("passed"),
    Outcome.FAIL: _("failed"),
    Outcome.MANUAL: _("for a person"),
    Outcome.NOT_CHECKED: _("not checked"),
}
VERDICTS = {Verdict.PASS: _("passed"), Verdict.FAIL: _("failed"), Verdict.REVIEW: _("passed, with points to look at")}
STAGES = {
    Stage.FILING: _("Filing"),
    Stage.TRANSFER: _("Transfer and receipt"),
    Stage.KEEPING: _("Long-term keeping"),
}
