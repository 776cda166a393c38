"""From loose files to held items: collecting, forming, classifying, numbering, filing, and coming back."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shicheng.arranging import (
    classifying,
    collecting,
    filing,
    forming,
    forming_all,
    numbering,
    selectors,
    settling,
    steps,
)
from shicheng.arranging.errors import BadSelection, ChangedMeanwhile, NotNumbered, NotReady
from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.arranging.types import NewDocument, NewFile
from shicheng.audit import selectors as audit
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.errors import FondsClosed
from shicheng.holdings.models import Item
from shicheng.ingest import services as ingest
from shicheng.ingest.models import Transfer
from shicheng.packages.types import ProcessEntry

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)

FILES = {
    "要点/澜人办发〔2024〕3号关于印发2024年工作要点的通知.txt": "澜人办发〔2024〕3号\n2024年1月5日\n",
    "要点/澜人办发〔2024〕3号关于印发2024年工作要点的通知（定稿）.txt": "关于印发2024年工作要点的通知\n",
    "要点/附件1 工作要点.txt": "一、总体要求\n",
    "关于人事任免的决定.txt": "机密★5年\n关于人事任免的决定\n2024年3月2日\n",
    "关于人事任免的决定 发文稿纸.txt": "拟稿\n",
    "会议记录20240601.txt": "会议记录\n",
}  # fmt: skip


def write(folder: Path, files: dict[str, str] = FILES) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text * 3, encoding="utf-8")
    return folder


def found(here: Here, code: str = "L012", name: str = "澜城县人大常委会") -> None:
    all_fonds.record_event(
        actor=here.operator, code=code, kind="founded", on=datetime.date(1980, 1, 1), decision="澜编〔1980〕1号",
        name=name, agency=name,
    )  # fmt: skip


def test_a_season_from_loose_files_to_held_items(here: Here, tmp_path: Path) -> None:
    actor, settings = here.operator, here.settings
    found(here)
    batch = collecting.collect_path(
        actor=actor, path=write(tmp_path / "in"), fonds="L012", year=2024, settings=settings, unit="BGS"
    )
    assert (batch.state, batch.files_count) == ("here", 6)
    file = PoolFile.objects.get(path__endswith="要点的通知.txt")
    assert collecting.local_path(file, settings).read_text().startswith("澜人办发") and len(file.sm3) == 64
    assert collecting.take_batch(actor=actor, batch_id=batch.pk, settings=settings).files_count == 6  # twice is once

    made = forming_all.form_proposed(actor=actor, fonds="L012", year=2024, singles=True)
    assert sorted(item.files.count() for item in made) == [1, 2, 3]
    first = max(made, key=lambda item: item.files.count())
    assert (first.document_number, first.date, first.title) == (
        "澜人办发〔2024〕3号", "20240105", "关于印发2024年工作要点的通知",
    )  # fmt: skip
    assert list(first.files.values_list("part", flat=True)) == ["main", "annex", "final_draft"]

    # Undone and done again; then put together, split, put into another order.
    steps.undo(actor=actor, fonds="L012", year=2024)
    assert PoolItem.objects.count() == 0 and selectors.pool(actor, "L012", 2024).loose == 6
    with pytest.raises(BadSelection):
        steps.undo(actor=actor, fonds="L012", year=2024)
    made = forming_all.form_proposed(actor=actor, fonds="L012", year=2024, singles=True)
    third, second, first = sorted(made, key=lambda item: item.files.count())
    whole = forming.merge(actor=actor, items=[second.pk, third.pk])
    assert whole.files.count() == 3 and PoolItem.objects.count() == 2
    steps.undo(actor=actor, fonds="L012", year=2024)
    assert PoolItem.objects.get(pk=third.pk).title == third.title and third.files.count() == 1
    files = list(first.files.values_list("pk", flat=True))
    forming.move_file(actor=actor, file=files[2], by=-1)
    assert list(first.files.values_list("pk", flat=True)) == [files[0], files[2], files[1]]
    [apart] = forming.split(actor=actor, files=[files[1]])
    forming.put_into(actor=actor, item=first.pk, files=[files[1]], before=files[2])
    assert list(first.files.values_list("pk", flat=True)) == files and not PoolItem.objects.filter(pk=apart.pk)
    forming.loosen(actor=actor, items=[third.pk])
    forming.leave_out(actor=actor, files=[PoolFile.objects.get(item=None).pk], reason="重份")
    assert selectors.pool(actor, "L012", 2024).left_out == 1
    with pytest.raises(BadSelection):
        forming.describe(actor=actor, item=second.pk, values={"date": "某日"})
    forming.describe(actor=actor, item=second.pk, values={"author": "澜城县人大常委会"})
    assert PoolItem.objects.get(pk=second.pk).elements["secrecy"] == "机密"  # as its text says
    forming.describe(actor=actor, item=second.pk, values={"secrecy": "公开"})

    # Classes: by a rule that says why, and by hand; then numbers, in the order of time and importance.
    classifying.keep_rule(
        actor=actor, fonds="L012", kind="prefix", value="澜人办发", category="WS", department="BGS", retention="30年"
    )
    proposed = classifying.proposals(actor, "L012", [PoolItem.objects.get(pk=first.pk)])[first.pk]
    assert (proposed[0].department, proposed[0].retention) == ("BGS", "D30") and "澜人办发" in str(
        proposed[0].reasons[0]
    )
    assert classifying.take_proposals(actor=actor, fonds="L012", year=2024) == 1
    classifying.classify(actor=actor, items=[second.pk], category="WS", department="BGS", retention="D30")
    plan = numbering.preview(actor, "L012", 2024)
    assert [line.new for line in plan.lines] == ["L012-WS·2024-D30-BGS-0001", "L012-WS·2024-D30-BGS-0002"]
    assert plan.runs == (("L012-WS·2024-D30-BGS", 1, 2),)
    forming.describe(actor=actor, item=second.pk, values={"importance": "1"})
    with pytest.raises(ChangedMeanwhile):
        numbering.apply(actor=actor, fonds="L012", year=2024, mark=plan.mark)
    plan = numbering.preview(actor, "L012", 2024)
    numbering.apply(actor=actor, fonds="L012", year=2024, mark=plan.mark)
    assert PoolItem.objects.get(pk=second.pk).reference_code == "L012-WS·2024-D30-BGS-0001"
    with pytest.raises(BadSelection):  # nothing is left to number, and the mark is used up
        numbering.apply(actor=actor, fonds="L012", year=2024, mark=plan.mark)
    again = numbering.preview(actor, "L012", 2024, again=True, template="DA/T 13-2022 by item")
    assert (again.lines[0].old, again.lines[0].new) == ("L012-WS·2024-D30-BGS-0001", "L012-WS·2024·D30·BGS-0001")
    with pytest.raises(NotNumbered):
        numbering.give_code(actor=actor, item=first.pk, code="L012-WS·2024-D30-BGS-0001")

    # Filing: the one way in.
    [begun] = filing.begin_filing(actor=actor, fonds="L012", year=2024)
    with pytest.raises(BadSelection):
        forming.describe(actor=actor, item=first.pk, values={"title": "改"})
    here.run_jobs()
    begun.refresh_from_db()
    transfer = Transfer.objects.get(pk=begun.transfer)
    assert (begun.state, transfer.state, transfer.items, transfer.files) == ("sent", "checked", 2, 5)
    ingest.return_transfer(actor=actor, transfer_id=transfer.pk, reason="题名不规范")
    assert settling.settle_all(actor, settings) == 1 and settling.settle_all(actor, settings) == 0
    back = PoolItem.objects.get(pk=first.pk)
    assert (back.state, back.returned, Item.objects.count()) == ("open", "题名不规范", 0)
    forming.describe(actor=actor, item=first.pk, values={"title": "关于印发二〇二四年工作要点的通知"})
    [begun] = filing.begin_filing(actor=actor, fonds="L012", year=2024)
    here.run_jobs()
    transfer.refresh_from_db()  # it came again under its number
    assert (transfer.state, transfer.attempt, Transfer.objects.count()) == ("checked", 2, 1)
    ingest.accept(actor=actor, transfer_id=transfer.pk)
    here.run_jobs()
    settling.settle_all(actor, settings)
    begun.refresh_from_db()
    assert (begun.state, begun.reason, begun.attempt) == ("filed", "", 2)  # the reason was that of the first attempt
    closed = PoolItem.objects.get(pk=first.pk)
    held = Item.objects.get(pk=closed.held_item)
    assert (held.reference_code, held.title) == ("L012-WS·2024-D30-BGS-0002", "关于印发二〇二四年工作要点的通知")
    assert [one.draft_state for one in held.files.order_by("order")] == ["正本", "附件", "定稿"]
    assert Batch.objects.get().state == "here"  # a file that was left out still lies in it
    assert not list((settings.staging_path / "filings").iterdir())

    # What comes late stands at the end of the run; what was another's code is never given again.
    late = forming.bring_back(actor=actor, files=[PoolFile.objects.get(item=None).pk])
    [item] = forming_all.form_proposed(actor=actor, fonds="L012", year=2024, singles=True)
    classifying.classify(actor=actor, items=[item.pk], category="WS", department="BGS", retention="D30")
    assert late == 1 and [line.new for line in numbering.preview(actor, "L012", 2024).lines] == [
        "L012-WS·2024-D30-BGS-0003"
    ]
    with pytest.raises(NotNumbered):
        numbering.give_code(actor=actor, item=item.pk, code=held.reference_code)
    with pytest.raises(NotReady):
        filing.begin_filing(actor=actor, fonds="L012", year=2024)
    told = {entry.event for entry in audit.entries_after(0, 10_000)}
    assert told >= {"arranging.pool.collected", "arranging.item.formed", "arranging.item.numbered",
                    "arranging.filing.begun", "arranging.filing.sent", "arranging.filing.ended"}  # fmt: skip

    # A closed fonds takes in nothing more.
    all_fonds.record_event(
        actor=actor, code="L012", kind="closed", on=datetime.date(2025, 1, 1), decision="澜编〔2025〕1号"
    )
    with pytest.raises(FondsClosed):
        collecting.collect_path(actor=actor, path=tmp_path / "in", fonds="L012", year=2025, settings=settings)


def test_a_pushed_document_keeps_its_process_into_the_holdings(here: Here, tmp_path: Path) -> None:
    actor = here.operator
    found(here)
    write(tmp_path, {"正文.txt": "关于召开会议的通知\n2024年5月6日\n", "处理单.txt": "处理单\n"})
    document = NewDocument(
        elements={"title": "关于召开会议的通知", "document_number": "澜人办发〔2024〕8号", "author": "办公室"},
        files=(NewFile(tmp_path / "正文.txt", "正文.txt", "main"), NewFile(tmp_path / "处理单.txt", "处理单.txt")),
        process=(ProcessEntry(status="办结", action="签发", time="20240506", agent="陈静"),),
        source="OA-1",
    )  # fmt: skip
    given = {"actor": actor, "fonds": "L012", "year": 2024, "settings": here.settings, "key": "OA-1"}
    [key] = collecting.add_files(documents=[document], **given)
    assert collecting.add_files(documents=[document], **given) == [key]  # sent twice is once
    item = PoolItem.objects.get(pk=key)
    assert PoolFile.objects.count() == 2 and item.date == "20240506"
    classifying.classify(actor=actor, items=[key], category="WS", department="BGS", retention="永久")
    plan = numbering.preview(actor, "L012", 2024)
    numbering.apply(actor=actor, fonds="L012", year=2024, mark=plan.mark)
    [begun] = filing.begin_filing(actor=actor, fonds="L012", year=2024)
    here.run_jobs()
    ingest.accept(actor=actor, transfer_id=Filing.objects.get(pk=begun.pk).transfer)
    here.run_jobs()
    settling.settle_all(actor, here.settings)
    held = Item.objects.get()
    assert held.process == [{"status": "办结", "action": "签发", "time": "20240506", "agent": "陈静"}]
    assert held.retention == "Y" and Batch.objects.get().state == "cleared"
    assert not here.settings.staging_path.joinpath(Batch.objects.get().place).exists()


def test_what_is_held_back_is_mended_and_goes_again_under_its_number(here: Here, tmp_path: Path) -> None:
    actor, settings = here.operator, here.settings
    found(here)
    given = {"actor": actor, "fonds": "L012", "year": 2024}
    texts = {f"关于第{n}件事项的报告.txt": f"关于第{n}件事项的报告\n2024年1月{n}日\n" for n in (1, 2, 3)}
    collecting.collect_path(path=write(tmp_path / "in", texts), settings=settings, **given)
    made = forming_all.form_proposed(singles=True, **given)
    first, second, third = sorted(made, key=lambda one: one.title)

    def number(*items: PoolItem) -> None:
        chosen = [one.pk for one in items]
        classifying.classify(actor=actor, items=chosen, category="WS", department="BGS", retention="Y")
        numbering.apply(mark=numbering.preview(actor, "L012", 2024).mark, **given)

    # One of two has a fault: the other is taken, and it comes back with what the check found in it.
    number(first, second)
    forming.describe(actor=actor, item=second.pk, values={"date": "20250301"})
    [begun] = filing.begin_filing(**given)
    here.run_jobs()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.held) == ("failed", 1)
    ingest.accept_passing(actor=actor, transfer_id=transfer.pk, reason="先收合格的")
    here.run_jobs()
    settling.settle_all(actor, settings)
    second.refresh_from_db()
    assert (second.state, second.mends, Item.objects.count()) == ("open", transfer.number, 1)
    assert [str(what) for what, _advice in second.told_faults] != []
    with pytest.raises(ChangedMeanwhile):  # what was done before the filing stays
        steps.undo(**given)

    # Mended, it goes again under its number; what is new beside it is a transfer of its own.
    forming.describe(actor=actor, item=second.pk, values={"date": "20240302"})
    number(third)
    new, again = filing.begin_filing(**given)
    assert (new.attempt, new.number, again.attempt, again.number) == (1, "", 2, transfer.number)
    here.run_jobs()
    ingest.accept(actor=actor, transfer_id=transfer.pk)
    sent = Transfer.objects.exclude(pk=transfer.pk).get()
    ingest.return_transfer(actor=actor, transfer_id=sent.pk, reason="请补正文")
    here.run_jobs()
    settling.settle_all(actor, settings)
    assert Item.objects.filter(transfer=transfer.number).count() == 2 and begun.pk != again.pk
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, second.mends, third.state, third.mends) == ("closed", "", "open", sent.number)

    # Somebody sent another batch under the number meanwhile: nothing is lost, and nothing is sent twice.
    [late] = filing.begin_filing(**given)
    Transfer.objects.filter(pk=sent.pk).update(state="received")
    here.run_jobs()
    late.refresh_from_db()
    third.refresh_from_db()
    assert (late.state, third.state, third.mends, Transfer.objects.count()) == ("given_up", "open", sent.number, 2)
