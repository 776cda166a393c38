"""Which printouts there are, what each is made of, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.search.selections import Selection


class Subject(StrEnum):
    """What a printout is made of."""

    RECORDS = "records"  # a selection of items, boxes or volumes
    FONDS = "fonds"


@dataclass(frozen=True, slots=True)
class Kind:
    """A printout: how it is called, what it is made of, which forms and options it has."""

    code: str
    label: Message
    about: Message
    subject: Subject = Subject.RECORDS
    forms: tuple[str, ...] = ("pdf",)
    options: tuple[str, ...] = ()
    most: int = 1_000_000  # records


KINDS: Final[dict[str, Kind]] = {
    kind.code: kind
    for kind in (
        Kind(
            "item-list", _("List of filed items"), _("A4 landscape with cover, as DA/T 22 has it."),
            forms=("pdf", "xlsx"), options=("cover", "split"),
        ),
        Kind(
            "contents", _("List of the items in a volume"),
            _("A4 portrait; one for each volume, or one for all records chosen."), forms=("pdf", "xlsx"),
        ),
        Kind(
            "transfer-list", _("Transfer list"), _("A4 landscape with the counts and room for both sides to sign."),
            forms=("pdf", "xlsx"),
        ),
        Kind(
            "end-sheet", _("End-sheet"), _("A4; one for each box or volume, with what is known filled in."),
        ),
        Kind(
            "spine", _("Box spines"), _("310 mm high and as wide as the box; alone, or many on A3 with cutting marks."),
            options=("width", "sheet"),
        ),
        Kind("box-cover", _("Box covers"), _("310 × 220 mm, one for each box.")),
        Kind(
            "stamp", _("Filing stamp on the first page"),
            _("45 × 16 mm, drawn on a rendition of each record; the originals stay as they are."), most=200,
        ),
        Kind(
            "labels", _("Labels with QR code"), _("On common sheets of labels; the code holds the reference code."),
            options=("labels", "skip"), most=20_000,
        ),
        Kind(
            "volume-list", _("List of volumes"), _("A4 landscape, the volumes of one fonds."), subject=Subject.FONDS,
            forms=("pdf", "xlsx"),
        ),
        Kind(
            "fonds-register", _("Register sheet of the fonds"),
            _("A4 landscape with the columns of GB/T 13967-2026, all fonds or one."), subject=Subject.FONDS,
            forms=("pdf", "xlsx"),
        ),
        Kind(
            "fonds-guide", _("Guide to a fonds"), _("A4: who made it, what happened to it, what is in it."),
            subject=Subject.FONDS,
        ),
    )
}  # fmt: skip
"""Every printout by its code."""


@dataclass(frozen=True, slots=True)
class Order:
    """A printout that is asked for: of records (a selection, boxes or volumes named by id), or of a fonds."""

    kind: str
    form: str = "pdf"
    selection: Selection = field(default_factory=Selection)
    boxes: tuple[UUID, ...] = ()
    volumes: tuple[UUID, ...] = ()
    fonds: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh-hans"

    def to_json(self) -> dict[str, Any]:
        """For the row of a job."""
        return {
            "kind": self.kind, "form": self.form, "selection": self.selection.to_json(),
            "boxes": [str(one) for one in self.boxes], "volumes": [str(one) for one in self.volumes],
            "fonds": self.fonds, "options": dict(self.options), "language": self.language,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Order:
        """Read back what `to_json` wrote."""
        return cls(
            kind=stored["kind"], form=stored["form"], selection=Selection.from_json(stored.get("selection") or {}),
            boxes=tuple(UUID(one) for one in stored.get("boxes", ())),
            volumes=tuple(UUID(one) for one in stored.get("volumes", ())), fonds=stored.get("fonds", ""),
            options=dict(stored.get("options") or {}), language=stored.get("language", "zh-hans"),
        )  # fmt: skip
