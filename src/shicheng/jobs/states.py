"""The states of a job and what leads from one to the next."""

from shicheng.jobs.types import State
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import Machine, Move

JOB = Machine(
    "job",
    start=State.WAITING,
    moves=[
        Move("claim", State.WAITING, State.RUNNING, label=_("Begin")),
        Move("finish", State.RUNNING, State.DONE, label=_("Finish")),
        Move("fail", State.RUNNING, State.FAILED, label=_("Fail")),
        Move("hand_back", State.RUNNING, State.WAITING, label=_("Hand back")),
        Move("bury", State.RUNNING, State.DEAD, label=_("Give up")),
        Move(
            "cancel", [State.WAITING, State.RUNNING], State.CANCELLED, permission="jobs.job.cancel", label=_("Cancel")
        ),
        Move(
            "retry",
            [State.FAILED, State.DEAD, State.CANCELLED],
            State.WAITING,
            permission="jobs.job.retry",
            label=_("Run again"),
        ),
    ],
)
