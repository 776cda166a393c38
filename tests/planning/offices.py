"""Two offices with tables and four years of records, with known things missing of 2025."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import uuid4

from shicheng.approvals.services import approve_request
from shicheng.base.db import atomic
from shicheng.holdings import services as holdings
from shicheng.holdings.models import Item
from shicheng.holdings.types import NewItem
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor, Role
from shicheng.schemes import services
from shicheng.schemes.models import FilingRow
from shicheng.schemes.types import ClassDraft, RowDraft, TableDraft
from shicheng.schemes.units import write_unit

NAME = "澜城县人大常委会"
WRITER = Actor("user", "周文书", uuid4(), frozenset({Role.ARCHIVIST, Role.READER}))
SUPERVISOR = Actor("user", "吴监督", uuid4(), frozenset({Role.ARCHIVIST, Role.LEADER, Role.READER}))
TABLE = TableDraft(
    classes=(
        ClassDraft("BGS", "办公室", kind="department"), ClassDraft("RSC", "人事处", kind="department"),
        ClassDraft("CWC", "财务处", kind="department"),
    ),
    rows=(
        RowDraft("1", "本机关会议材料", klass="BGS", retention="Y"),
        RowDraft("2", "干部任免", klass="RSC", retention="Y"),
        RowDraft("3", "一般来文", klass="BGS", retention="D10"),
        RowDraft("4", "财务报告", klass="CWC", retention="Y"),
    ),
    templates=(("WS", "DA/T 22-2015"),),
    origin="peoples-congress",
)  # fmt: skip


def found_unit(code: str, name: str = NAME) -> None:
    """Write a unit down with the table above, approved and in force since 2020."""
    write_unit(
        actor=SYSTEM, code=code, name=name, fonds_code=code,
        contacts=[{"name": "周文书", "duty": "专职档案员", "phone": "8123"}],
    )  # fmt: skip
    services.begin_draft(actor=WRITER, unit=code, table=TABLE)
    services.set_terms(actor=WRITER, unit=code, first=date(2020, 1, 1))
    approve_request(actor=SUPERVISOR, number=services.submit_schedule(actor=WRITER, unit=code).number)


def put(fonds: str, records: Iterable[tuple[str, int, int, str, str, str]]) -> None:
    """Register records: department, year, number, title, document number, key of the row that judged them."""
    rows = {
        key: str(pk)
        for key, pk in FilingRow.objects.filter(schedule__unit__code=fonds).values_list("key", "pk")
    }  # fmt: skip
    new = []
    for department, year, number, title, document, row in records:
        elements = {"title": title, "author": NAME, "document_number": document, "date": f"{year}0301",
                    "openness": "未审核", "secrecy": "公开"}  # fmt: skip
        key = new_id()
        new.append(NewItem(
            id=key, ref=f"{fonds}-WS·{year}-Y-{department}-{number:04d}", elements=elements,
            extra={"filing_row": rows[row]} if row else {}, process=[], transfer="2026-0001",
            object_id=f"urn:uuid:{key}", files=(),
        ))  # fmt: skip
    with atomic():
        where = holdings.found_fonds(actor=SYSTEM, code=fonds, name=NAME)
        holdings.register_items(actor=SYSTEM, fonds=where, new_items=new)


def fill(fonds: str, mark: str = "") -> None:
    """Three whole years, and 2025 with gaps: a number, a document number, a class, a row, minutes."""
    records = []
    for year in (2022, 2023, 2024):
        for number in (1, 2, 3, 4):
            row = "1" if number < 3 else "3"
            records.append(("BGS", year, number, f"{mark}材料{number}", f"澜人常发〔{year}〕{number}号", row))
        records += [("RSC", year, number, f"{mark}任免{number}", "", "2") for number in (1, 2)]
        records += [("CWC", year, number, f"{mark}报告{number}", "", "") for number in (1, 2, 3, 4)]
    records += [
        ("BGS", 2025, 1, f"{mark}第三次主任会议议程", "澜人常发[2025]1号", "1"),
        ("BGS", 2025, 2, f"{mark}第四次主任会议议程", "澜人常发〔2025〕2号", "1"),
        ("BGS", 2025, 4, f"{mark}第四次主任会议纪要", "澜人常发（2025）第5号", "1"),
        ("BGS", 2025, 5, f"{mark}国务院来文", "国发〔2025〕7号", "1"),
        ("BGS", 2025, 6, f"{mark}国务院来文", "国发〔2025〕90号", "1"),
        ("CWC", 2025, 1, f"{mark}报告1", "", ""),
    ]
    put(fonds, records)
    Item.objects.filter(document_number__startswith="国发").update(author="国务院")
