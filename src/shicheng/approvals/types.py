"""What a room declares of the things it asks approval for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shicheng.kernel.messages import Message

if TYPE_CHECKING:
    from shicheng.approvals.models import ApprovalRequest
    from shicheng.people.types import Actor

Subject = tuple[str, str]
"""Kind and id of what a request is about, as the log names them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision that is needed: who may take it is said by a permission."""

    code: str
    label: Message
    permission: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request, declared by the room that owns its subject.

    `carry_out` is called in the transaction of the last approval, `let_go` in that of a refusal, withdrawal or
    expiry. Both are services of the owning room and must do no harm when they run twice; slow work they enqueue
    as a job. `look` is the address of the page that shows the subject, "" if there is none.
    """

    code: str  # room.thing
    label: Message
    steps: tuple[Step, ...]
    carry_out: Callable[[Actor, ApprovalRequest], None]
    let_go: Callable[[Actor, ApprovalRequest], None]
    look: Callable[[ApprovalRequest], str]
    days_due: int | None = None  # days to decide in; what is late stands in the due list
    days_open: int | None = None  # days after which a request ends by itself


@dataclass(frozen=True, slots=True)
class Asked:
    """What a room asks for."""

    kind: str
    subject: Subject
    title: Message
    fonds_code: str = ""
    payload: dict[str, object] | None = None
    note: str = ""
    due: date | None = None  # another day than the kind's
