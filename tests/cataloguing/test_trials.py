"""A catalogue looked at, decided, tried, and only then taken in; and files attached by jobs."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from cataloguing.catalogues import PLAIN, plain_rows, write_csv, write_plain, write_xlsx
from ingest.fixtures import Here
from shicheng.audit.models import Entry
from shicheng.cataloguing import attachments, trials
from shicheng.cataloguing.arriving import folder_of
from shicheng.cataloguing.errors import BadMapping, BadPattern, TrialNotFound, TrialNotReady
from shicheng.cataloguing.models import Attachment, CatalogueImport, Mapping, Trial
from shicheng.cataloguing.types import Look
from shicheng.holdings.models import File, Item
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role

pytestmark = pytest.mark.django_db(transaction=True)


def _begin(here: Here, path: Path, **options: object) -> Trial:
    made = trials.receive_trial(actor=here.operator, path=path, settings=here.settings, **options)  # type: ignore[arg-type]  # names as they are
    here.run_jobs()
    return Trial.objects.get(pk=made.pk)


def _look(trial: Trial) -> Look:
    assert trial.look is not None, trial.problem
    return Look.from_json(trial.look)


def _try(here: Here, trial: Trial, **options: object) -> Trial:
    trials.try_catalogue(actor=here.operator, trial_id=trial.pk, **options)  # type: ignore[arg-type]  # as above
    here.run_jobs()
    return Trial.objects.get(pk=trial.pk)


def _workbook(path: Path) -> Path:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    first.append(["本工作簿含两份目录"])
    for name, count in (("1987", 2), ("1988", 3)):
        sheet = book.create_sheet(name)
        for row in [PLAIN, *plain_rows(count, start=int(name))]:
            sheet.append(list(row))
    book.save(path)
    return path


def test_a_look_shows_how_it_is_written_and_samples_of_each_column(here: Here, tmp_path: Path) -> None:
    trial = _begin(here, write_csv(tmp_path / "old.csv", [PLAIN, *plain_rows(8)], encoding="gb18030"))
    look = _look(trial)
    assert (trial.state, look.form, look.encoding, look.rows, look.has_more) == ("looked", "csv", "gb18030", 8, False)
    assert [column.element for column in look.columns][:2] == ["title", "document_number"]
    assert look.samples[0] == [row[0] for row in plain_rows(5)]
    assert look.filled == [8, 8, 8, 8, 8, 0]
    assert not Item.objects.exists()


def test_any_sheet_of_a_workbook_can_be_chosen(here: Here, tmp_path: Path) -> None:
    trial = _begin(here, _workbook(tmp_path / "book.xlsx"))
    look = _look(trial)
    assert [(sheet["name"], sheet["known"]) for sheet in look.sheets] == [("说明", 0), ("1987", 6), ("1988", 6)]
    assert (look.sheet, look.rows) == ("1987", 2)
    trials.choose_sheet(actor=here.operator, trial_id=trial.pk, sheet="1988")
    here.run_jobs()
    trial = Trial.objects.get(pk=trial.pk)
    assert (_look(trial).sheet, _look(trial).rows) == ("1988", 3)
    _try(here, trial)
    made = trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
    here.run_jobs()
    made.refresh_from_db()
    assert (made.sheet, made.created, made.summary["sheet"]) == ("1988", 3, "1988")


def test_a_sheet_that_is_not_there_is_said_to_be_missing(here: Here, tmp_path: Path) -> None:
    trial = _begin(here, _workbook(tmp_path / "book.xlsx"), sheet="1999")
    assert trial.state == "failed"
    assert trial.problem is not None
    assert "1999" in str(trial.problem["message"])


def test_headers_nobody_knows_are_shown_and_can_be_decided(here: Here, tmp_path: Path) -> None:
    rows = [("栏甲", "栏乙", "栏丙"), ("关于修路的请示", "县交通局", "1987"), ("关于修桥的请示", "县交通局", "1988")]
    trial = _begin(here, write_csv(tmp_path / "strange.csv", rows))
    look = _look(trial)
    assert [column.header for column in look.columns] == ["栏甲", "栏乙", "栏丙"]
    assert look.samples[0] == ["关于修路的请示", "关于修桥的请示"]
    with pytest.raises(BadMapping):
        trials.try_catalogue(actor=here.operator, trial_id=trial.pk, columns={"栏甲": "author"})
    columns = {"栏甲": "title", "栏乙": "author", "栏丙": ""}
    trial = _try(here, trial, columns=columns, mapping="老目录", fonds="B012")
    assert trial.state == "tried", trial.problem
    assert trial.result is not None
    assert (trial.result["created"], trial.result["rejected"]) == (2, 0)
    assert not Mapping.objects.exists()  # a trial decides nothing yet
    made = trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
    here.run_jobs()
    made.refresh_from_db()
    assert (made.state, made.created, made.source, made.fonds_code) == ("done", 2, "老目录", "B012")
    assert Mapping.objects.get(pk="老目录").columns == columns
    assert sorted(Item.objects.values_list("author", flat=True)) == ["县交通局", "县交通局"]
    assert not Trial.objects.exists()
    assert not folder_of(here.settings, trial.pk).exists()


def test_a_trial_tells_what_each_row_would_become_and_changes_nothing(here: Here, tmp_path: Path) -> None:
    rows = [PLAIN, ["关于防汛的通知", "沪府发〔1998〕3号", "市政府", "一九九八年七月", "长期", ""],
            ["", "沪府发〔1998〕4号", "市政府", "19980702", "永久", ""],
            ["关于抗旱的通知", "沪府发〔1998〕5号", "市政府", "某日", "永久", ""]]  # fmt: skip
    trial = _try(here, _begin(here, write_csv(tmp_path / "old.csv", rows)))
    result = trial.result
    assert result is not None
    assert (result["rows"], result["created"], result["rejected"], result["marked"]) == (3, 2, 1, 1)
    assert [one["row"] for one in result["rejected_rows"]] == [2]
    first, second = result["sample"]
    cells = {cell["element"]: cell for cell in first["cells"]}
    assert (cells["date"]["was"], cells["date"]["kind"]) == ("一九九八年七月", "normalised")
    assert cells["date"]["becomes"].startswith("1998")
    marked = {cell["element"]: cell for cell in second["cells"]}["date"]
    assert (marked["was"], marked["becomes"], marked["kind"]) == ("某日", "某日", "marked")
    assert [one["outcome"] for one in result["sample"]] == ["created", "created"]
    assert not Item.objects.exists()
    assert not CatalogueImport.objects.exists()


def test_a_repeat_is_told_to_change_nothing(here: Here, tmp_path: Path) -> None:
    path = write_plain(tmp_path / "old.csv", 4)
    for expected in ({"created": 4, "unchanged": 0}, {"created": 0, "unchanged": 4}):
        trial = _try(here, _begin(here, path))
        assert trial.result is not None
        assert {name: trial.result[name] for name in expected} == expected
        trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
        here.run_jobs()


def test_what_was_not_tried_is_not_taken_in(here: Here, tmp_path: Path) -> None:
    trial = _begin(here, write_plain(tmp_path / "old.csv", 1))
    with pytest.raises(TrialNotReady):
        trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
    _try(here, trial)
    trials.try_catalogue(actor=here.operator, trial_id=trial.pk, fonds="B013")
    with pytest.raises(TrialNotReady):  # decided anew, not tried yet
        trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)


def test_a_late_answer_to_an_older_decision_is_thrown_away(here: Here, tmp_path: Path) -> None:
    from shicheng.cataloguing.trying import run_try
    from shicheng.jobs.run import Run
    from shicheng.kernel.identifiers import new_id

    trial = _begin(here, write_plain(tmp_path / "old.csv", 1))
    trials.try_catalogue(actor=here.operator, trial_id=trial.pk, fonds="B013")
    Trial.objects.filter(pk=trial.pk).update(revision=9)
    run = Run(job_id=new_id(), actor=here.operator)
    assert run_try(run, trial_id=trial.pk, revision=2, settings=here.settings) == {}
    assert Trial.objects.get(pk=trial.pk).result is None


def test_a_trial_belongs_to_whoever_may_import(here: Here, tmp_path: Path) -> None:
    from shicheng.kernel.identifiers import new_id

    trial = _begin(here, write_plain(tmp_path / "old.csv", 1))
    limited = Actor(
        kind="user", name="zhao", user_id=new_id(), roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"L999"})
    )
    reader = Actor(kind="user", name="li", user_id=new_id(), roles=frozenset({Role.READER}))
    for actor in (limited, reader):
        with pytest.raises(TrialNotFound):
            trials.find_trial(actor, trial.pk)
        with pytest.raises(TrialNotFound):
            trials.discard_trial(actor=actor, trial_id=trial.pk, settings=here.settings)
    with pytest.raises(NotPermitted):
        trials.receive_trial(actor=reader, path=tmp_path / "old.csv", settings=here.settings)


def test_rows_of_a_fonds_that_is_not_open_stop_the_trial_before_anything_is_told(here: Here, tmp_path: Path) -> None:
    from shicheng.kernel.identifiers import new_id

    limited = Actor(
        kind="user", name="zhao", user_id=new_id(), roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"L999"})
    )
    path = write_csv(tmp_path / "two.csv", [("全宗号", "题名"), ("L999", "本全宗"), ("L012", "别的全宗")])
    made = trials.receive_trial(actor=limited, path=path, settings=here.settings, fonds="L999", at_once=True)
    here.run_jobs()
    trial = Trial.objects.get(pk=made.pk)
    assert (trial.state, trial.result) == ("failed", None)


def test_old_trials_are_forgotten_with_their_files(here: Here, tmp_path: Path) -> None:
    trial = _begin(here, write_plain(tmp_path / "old.csv", 1))
    assert trials.forget_old_trials(here.settings) == 0
    Trial.objects.update(made_at=trial.made_at - trials.KEPT - timedelta(hours=1))
    assert trials.forget_old_trials(here.settings) == 1
    assert not folder_of(here.settings, trial.pk).exists()


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _records(here: Here, tmp_path: Path) -> None:
    from shicheng.cataloguing.services import receive_catalogue

    rows = [("档号", "题名"), ("B012-WS·1987-Y-0001", "关于修路的请示"), ("B012-WS·1987-Y-0002", "关于修桥的请示")]
    receive_catalogue(actor=here.operator, path=write_xlsx(tmp_path / "r.xlsx", rows), settings=here.settings)
    here.run_jobs()


def test_files_of_an_archive_file_are_told_to_match_and_then_attached(here: Here, tmp_path: Path) -> None:
    _records(here, tmp_path)
    path = _zip(tmp_path / "扫描.zip", {"B012-WS_1987-Y-0001.txt": b"one", "deep/B012-WS_1987-Y-0002.txt": b"two",
                                       "nobody.txt": b"three"})  # fmt: skip
    made = attachments.receive_files(actor=here.operator, path=path, settings=here.settings)
    here.run_jobs()
    told = Attachment.objects.get(pk=made.pk)
    assert told.state == "tried", told.problem
    assert told.result is not None
    assert (told.result["matched"], told.result["counts"]["missing"]) == (2, 1)
    assert not File.objects.exists()
    attachments.attach_now(actor=here.operator, attachment_id=made.pk)
    here.run_jobs()
    done = Attachment.objects.get(pk=made.pk)
    assert (done.state, File.objects.count()) == ("attached", 2)
    assert not attachments.folder_of(here.settings, made.pk).exists()
    (entry,) = Entry.objects.filter(event="cataloguing.attachment.done")
    assert entry.details["folder"] == "扫描.zip"


def test_another_pattern_is_tried_before_anything_is_attached(here: Here, tmp_path: Path) -> None:
    _records(here, tmp_path)
    path = _zip(tmp_path / "a.zip", {"卷一/B012-WS·1987-Y-0001_扫描件.txt": b"one", "卷二/说明.txt": b"two"})
    made = attachments.receive_files(actor=here.operator, path=path, settings=here.settings)
    here.run_jobs()
    with pytest.raises(BadPattern):
        attachments.try_again(actor=here.operator, attachment_id=made.pk, pattern="{nothing}/*", fonds="")
    attachments.try_again(actor=here.operator, attachment_id=made.pk, pattern="*/{reference_code}_扫描件.txt", fonds="")
    here.run_jobs()
    told = Attachment.objects.get(pk=made.pk)
    assert told.result is not None
    assert told.result["matched"] == 1


class Killed(BaseException):
    """The process ends here."""


def test_a_start_that_dies_after_the_import_was_begun_begins_no_second_one(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = _try(here, _begin(here, write_plain(tmp_path / "old.csv", 3)))

    def die(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(trials, "_forget", die)
        trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
    trials.start_import(actor=here.operator, trial_id=trial.pk, settings=here.settings)
    here.run_jobs()
    assert CatalogueImport.objects.count() == 1
    assert Item.objects.count() == 3
    assert not Trial.objects.exists()


def test_attaching_that_dies_before_it_is_noted_attaches_nothing_twice(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shicheng.jobs.run import Run
    from shicheng.kernel.identifiers import new_id

    _records(here, tmp_path)
    path = _zip(tmp_path / "a.zip", {"B012-WS_1987-Y-0001.txt": b"one"})
    made = attachments.receive_files(actor=here.operator, path=path, settings=here.settings)
    here.run_jobs()
    Attachment.objects.update(state="attaching")

    def die(*_given: object, **_named: object) -> None:
        raise Killed

    run = Run(job_id=new_id(), actor=here.operator)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(attachments, "_move", die)
        attachments.run_attachment(run, attachment_id=made.pk, settings=here.settings)
    assert File.objects.count() == 1
    monkeypatch.setattr(Run, "fence", lambda _run: None)
    told = attachments.run_attachment(run, attachment_id=made.pk, settings=here.settings)
    assert (told["known"], File.objects.count(), Item.objects.get(files_count=1).files_count) == (1, 1, 1)
    assert Attachment.objects.get().state == "attached"
    assert attachments.run_attachment(run, attachment_id=made.pk, settings=here.settings) == {}


def test_folders_of_processes_that_died_are_cleared_away(here: Here, tmp_path: Path) -> None:
    import os

    from shicheng.kernel.identifiers import new_id

    trial = _begin(here, write_plain(tmp_path / "old.csv", 1))
    left, fresh = (folder_of(here.settings, new_id()) for _each in range(2))
    for folder in (left, fresh):
        folder.mkdir()
    for folder in (left, folder_of(here.settings, trial.pk)):
        os.utime(folder, (0, 0))
    trials.forget_old_trials(here.settings)
    assert not left.exists()
    assert fresh.exists()
    assert folder_of(here.settings, trial.pk).exists()
