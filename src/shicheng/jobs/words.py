"""States of a job in words."""

from shicheng.jobs.types import State
from shicheng.kernel.messages import message as _

STATES = {
    State.WAITING: _("waiting"),
    State.RUNNING: _("running"),
    State.DONE: _("done"),
    State.FAILED: _("ended with an error"),
    State.CANCELLED: _("cancelled"),
    State.DEAD: _("given up after all tries"),
}
