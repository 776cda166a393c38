"""Printouts read back: sizes and places in millimetres, rows in order, nothing a person may not see."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdfium2
import pytest
from django.utils import translation

from builders.rows_of_items import make_rows
from shicheng.audit.models import Entry
from shicheng.holdings.models import Box, BoxedItem, DossierPaper, Fonds, Item, Volume, VolumeItem
from shicheng.kernel import clock
from shicheng.kernel.identifiers import derived_id, new_id
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.people.types import Actor, Role
from shicheng.printing import services, setting
from shicheng.printing.errors import BadOption, NothingToPrint, UnknownPrintout
from shicheng.printing.services import Printed, print_order
from shicheng.printing.types import Order
from shicheng.search.selections import Selection
from shicheng.settings import current

pytestmark = pytest.mark.django_db
MM = 25.4 / 72
LIMITED = Actor(kind="user", name="zhao", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"F001"}))


def printed(target: Path, actor: Actor = SYSTEM, **asked: Any) -> Printed:
    """Print in English, which the test can read."""
    order = Order(**{"language": "en", **asked})
    return print_order(actor=actor, order=Order.from_json(order.to_json()), target=target, settings=current())


def pages_of(path: Path) -> list[tuple[float, float, str]]:
    """Width and height in millimetres and the words of each page."""
    with pypdfium2.PdfDocument(path) as document:
        return [
            (page.get_width() * MM, page.get_height() * MM, page.get_textpage().get_text_range()) for page in document
        ]


def places_of(path: Path, words: str, page: int = 0) -> list[tuple[float, float, float, float]]:
    """Where words stand on a page: left, top, right, bottom in millimetres from its upper left corner."""
    found = []
    with pypdfium2.PdfDocument(path) as document:
        one = document[page]
        text = one.get_textpage()
        search = text.search(words)
        while (hit := search.get_next()) is not None:
            start, count = hit
            boxes = [text.get_charbox(place) for place in range(start, start + count)]
            found.append(
                (
                    min(box[0] for box in boxes) * MM, (one.get_height() - max(box[3] for box in boxes)) * MM,
                    max(box[2] for box in boxes) * MM, (one.get_height() - min(box[1] for box in boxes)) * MM,
                )
            )  # fmt: skip
    return found


@pytest.fixture
def items() -> list[Item]:
    return sorted(make_rows(90, seed=7), key=lambda one: one.code_sort)


def put_in_box(items: list[Item], number: int, width: int) -> Box:
    box = Box.objects.create(
        fonds=items[0].fonds, number=number, width=width, year=2020, retention="Y", department="办公室",
        note="第 2 件缺页。", arranged_by="李明", arranged_at=clock.now(), checked_by="王芳", checked_at=clock.now(),
    )  # fmt: skip
    BoxedItem.objects.bulk_create(BoxedItem(item=one, box=box, at=clock.now()) for one in items)
    return box


def test_the_list_of_filed_items_has_a_cover_heads_on_every_page_and_every_row_once(
    items: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "PART", 25)  # several parts are joined
    target = tmp_path / "list.pdf"
    made = printed(target, kind="item-list")
    pages = pages_of(target)
    assert made.rows == len(items) == 90 and made.pages == len(pages) - 1 > 3
    assert all(abs(width - 297) < 0.2 and abs(height - 210) < 0.2 for width, height, _words in pages)
    assert "Fonds code" in pages[0][2] and "Page" not in pages[0][2]
    for number, (_width, _height, words) in enumerate(pages[1:], start=1):
        assert "Ref. code" in words and "Retention period" in words
        assert f"Page {number} of {made.pages}" in words
    # PDFium tells a hyphen at the end of a line as U+FFFE.
    told = "".join("".join(words.replace("\ufffe", "-").split()) for _w, _h, words in pages)
    places = [told.find(one.reference_code) for one in items]
    assert all(place >= 0 for place in places) and places == sorted(places)
    assert all(told.count(one.reference_code) == 1 for one in items if one.reference_code)
    full = [len(words) for _w, _h, words in pages[1:-1]]
    assert min(full) > max(full) * 0.5, "no page but the last is left half empty where parts are joined"
    with pikepdf.open(target) as document, document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
    entry = Entry.objects.get(event="printing.paper.printed")
    assert entry.details["kind"] == "item-list" and entry.details["rows"] == 90


def test_lists_show_no_record_the_asker_may_not_see(items: list[Item], tmp_path: Path) -> None:
    seen = {
        one.reference_code
        for one in items
        if one.fonds.code == "F001" or (one.openness, one.secrecy) == ("open", "public")
    }
    for kind in ("item-list", "contents", "transfer-list"):
        target = tmp_path / f"{kind}.xlsx"
        made = printed(target, LIMITED, kind=kind, form="xlsx")
        cells = {
            str(cell)
            for sheet in openpyxl.load_workbook(target)
            for row in sheet.iter_rows(values_only=True)
            for cell in row
        }
        assert made.rows == len(seen) < len(items)
        hidden = {one.reference_code for one in items} - seen
        assert not hidden & cells
        if kind != "contents":
            assert seen <= cells
    with pytest.raises(NotPermitted):
        printed(tmp_path / "no.pdf", ANONYMOUS, kind="item-list")
    nobody = Actor(kind="user", name="qian", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"Z999"}))
    hidden_item = next(one for one in items if one.reference_code not in seen)
    with pytest.raises(NothingToPrint):
        printed(tmp_path / "no.pdf", nobody, kind="labels", selection=Selection(ids=(hidden_item.pk,)))
    box = put_in_box([hidden_item], 1, 30)
    with pytest.raises(NothingToPrint):
        printed(tmp_path / "no.pdf", LIMITED, kind="spine", boxes=(box.pk,))


@pytest.mark.parametrize("width", [20, 30, 40, 50])
def test_spines_are_as_high_and_wide_as_the_box(items: list[Item], tmp_path: Path, width: int) -> None:
    box = put_in_box(items[:4], 17, width)
    target = tmp_path / "spine.pdf"
    assert printed(target, kind="spine", boxes=(box.pk,)).pages == 1
    ((wide, high, words),) = pages_of(target)
    assert abs(wide - width) < 0.1 and abs(high - 310) < 0.1
    assert items[0].fonds.code in words and "2020" in words and "17" in words
    left, top, right, bottom = places_of(target, items[0].fonds.code)[0]
    assert left >= 2 and right <= width - 2 and 2 <= top < bottom <= 40


def test_spines_side_by_side_on_a3_stand_at_their_distances(items: list[Item], tmp_path: Path) -> None:
    boxes = [put_in_box([one], number, 30).pk for number, one in enumerate(items[:10], start=1)]
    target = tmp_path / "spines.pdf"
    assert printed(target, kind="spine", boxes=tuple(boxes), options={"sheet": "a3"}).pages == 2
    (wide, high, _words), _second = pages_of(target)
    assert abs(wide - 297) < 0.2 and abs(high - 420) < 0.2
    middles = sorted((left + right) / 2 for left, _t, right, _b in places_of(target, "Box no."))
    assert len(middles) == 9
    assert all(abs(after - before - 30) < 0.2 for before, after in itertools.pairwise(middles))


def test_end_sheets_and_covers_say_what_is_known_of_the_box(items: list[Item], tmp_path: Path) -> None:
    box = put_in_box(items[:4], 17, 30)
    end, cover = tmp_path / "end.pdf", tmp_path / "cover.pdf"
    assert printed(end, kind="end-sheet", boxes=(box.pk,)).rows == 1
    ((wide, high, words),) = pages_of(end)
    assert (round(wide), round(high)) == (210, 297)
    for told in ("第 2 件缺页。", "李明", "王芳", "End-sheet", "17"):
        assert "".join(told.split()) in "".join(words.split())
    printed(cover, kind="box-cover", boxes=(box.pk,))
    ((wide, high, words),) = pages_of(cover)
    assert abs(wide - 220) < 0.1 and abs(high - 310) < 0.1 and items[0].fonds.name in "".join(words.split())


def test_labels_stand_where_the_sheet_has_them(items: list[Item], tmp_path: Path) -> None:
    target = tmp_path / "labels.pdf"
    made = printed(target, kind="labels", options={"labels": "3x8", "skip": "2"})
    assert (made.rows, made.pages) == (90, 4)
    first, second = items[0].reference_code, items[1].reference_code
    (left, top, _right, _bottom) = places_of(target, first[:6])[0]
    assert 140 <= left <= 210 and 4.5 <= top <= 40.5, "two labels were used up, so the first stands third"
    lefts = {round(place[0]) for place in places_of(target, second[:2])}
    assert lefts
    with pytest.raises(BadOption):
        printed(target, kind="labels", options={"skip": "24"})
    with pytest.raises(BadOption):
        printed(target, kind="labels", options={"labels": "9x9"})


def test_volumes_have_their_lists(items: list[Item], tmp_path: Path) -> None:
    own = [one for one in items if one.fonds == items[0].fonds][:5]
    volume = Volume.objects.create(
        fonds=own[0].fonds, code="F001-001", title="防汛抗旱", made_by="李明", made_at=clock.now(), retention="Y"
    )
    VolumeItem.objects.bulk_create(
        VolumeItem(volume=volume, item=one, order=order) for order, one in enumerate(reversed(own))
    )
    target = tmp_path / "contents.xlsx"
    assert printed(target, kind="contents", form="xlsx", volumes=(volume.pk,)).rows == 5
    rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True, min_row=4))
    assert [row[3] for row in rows] == [one.title for one in reversed(own)], "in the order of the volume"
    listed = tmp_path / "volumes.pdf"
    printed(listed, kind="volume-list", fonds=own[0].fonds.code)
    assert "防汛抗旱" in pages_of(listed)[0][2]
    with pytest.raises(BadOption):
        printed(listed, kind="volume-list")


def test_papers_of_fonds_count_what_the_asker_may_see(items: list[Item], tmp_path: Path) -> None:
    target = tmp_path / "register.xlsx"
    printed(target, LIMITED, kind="fonds-register", form="xlsx")
    rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True, min_row=4))
    assert [row[1] for row in rows] == ["F001"]
    count = sum(one.fonds.code == "F001" for one in items)
    assert str(rows[0][5]).startswith(f"{count} items")
    for version, text in ((1, "旧的介绍。"), (2, "澜城县人大常委会成立于 1980 年。\n#strong[内设] 三个委员会。")):
        DossierPaper.objects.create(
            fonds=Fonds.objects.get(code="F001"), paper=derived_id("paper", "F001"), version=version, size=1,
            category="introduction", title="全宗介绍", name="介绍.txt", sm3="", text=text, by="李", at=clock.now(),
        )  # fmt: skip
    guide = tmp_path / "guide.pdf"
    printed(guide, kind="fonds-guide", fonds="F001")
    words = "".join("".join(page[2] for page in pages_of(guide)).split())
    assert "F001" in words and "成立于1980年。#strong[内设]三个委员会。" in words and "旧的介绍" not in words


def test_rare_and_hostile_characters_are_shown_or_named(tmp_path: Path) -> None:
    (one,) = make_rows(1)
    one.title = "𠮷村\ue123\u202e#let x=1 $a$ *b* `c` <script>"
    Item.objects.filter(pk=one.pk).update(title=one.title)
    target = tmp_path / "list.pdf"
    printed(target, kind="item-list", options={"cover": "no"})
    told = "".join(pages_of(target)[0][2].split())
    assert "村⟨U+E123⟩⟨U+202E⟩#letx=1$a$*b*`c`<script>" in told
    printed(tmp_path / "one.xlsx", kind="item-list", form="xlsx")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"kind": "poster"}, UnknownPrintout),
        ({"kind": "spine", "form": "xlsx"}, UnknownPrintout),
        ({"kind": "spine", "options": {"width": "35"}}, BadOption),
        ({"kind": "end-sheet", "options": {"width": "30"}}, BadOption),
        ({"kind": "item-list", "language": "fr"}, BadOption),
        ({"kind": "item-list", "selection": Selection(ids=(new_id(),))}, NothingToPrint),
    ],
)
def test_what_can_not_be_printed_is_refused(
    items: list[Item], tmp_path: Path, asked: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        printed(tmp_path / "no.pdf", **asked)


def test_more_than_paper_takes_is_refused_and_a_workbook_takes_it(
    items: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ON_PAPER", 50)
    with pytest.raises(BadOption, match="at most 50"):
        printed(tmp_path / "list.pdf", kind="item-list")
    assert printed(tmp_path / "list.xlsx", kind="item-list", form="xlsx").rows == 90
    monkeypatch.setattr(setting, "AT_ONCE", 3)  # many lists are joined in rounds
    assert printed(tmp_path / "split.pdf", kind="item-list", options={"split": "yes"}, selection=Selection(
        filters={"fonds": "F001"}
    )).rows == sum(one.fonds.code == "F001" for one in items)  # fmt: skip


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield
