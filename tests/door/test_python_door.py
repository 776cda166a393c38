"""The door for Python programs, each in a process of its own as a program would be."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.batches import make_batch
from ingest.archives import Archive, clean_environment


def run(archive: Archive | None, program: str, *arguments: object) -> Any:
    """Run a program that prints JSON; `sys.argv[1]` is the folder of the archive."""
    home = archive.home if archive else ""
    text = "import json, sys\nimport shicheng\n" + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:shicheng", "-c", text, str(home), *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
        env=archive.environment if archive else clean_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def home(new: Callable[..., Archive]) -> Archive:
    made = new()
    made.init()
    return made


def test_first_use_of_an_archive(home: Archive, tmp_path: Path) -> None:
    batch = make_batch(3).write(tmp_path / "batch")
    said = run(
        home,
        """
        home, batch, out = sys.argv[1:]
        with shicheng.open_archive(home, name="程序") as archive:
            report = archive.check(batch)
            intake = archive.ingest(batch)
            again = archive.ingest(batch)
            found = archive.find("决定", sort="code")
            record = archive.get(found.hits[0].ref)
            file = record.files[0]
            saved = file.save(out)
            verified = archive.verify()
            made = archive.export("bagit", out + "/bag", query="*")
        print(json.dumps({
            "report": [report.passed, report.items], "intake": [intake.state, intake.accepted, intake.complete],
            "again": again.transfer == intake.transfer,
            "found": [found.total, len(found), [hit.title for hit in found]],
            "record": [record.title, record.elements["retention"], record.events[0].actor],
            "file": [file.size, len(file.read()), saved.read_bytes() == file.read()],
            "verified": [verified.intact, verified.objects], "made": [made.items, made.form],
        }))
        """,
        batch,
        _folder(tmp_path / "out"),
    )
    assert said["report"] == [True, 3]
    assert said["intake"] == ["stored", 3, True]
    assert said["again"] is True
    assert said["found"][:2] == [3, 3]
    assert said["record"] == [said["found"][2][0], "永久", "程序@cli"]
    assert said["file"][0] == said["file"][1]
    assert said["file"][2] is True
    assert said["verified"][0] is True
    assert said["made"] == [3, "bagit"]
    assert (tmp_path / "out" / "bag" / "bagit.txt").is_file()


def test_faulty_batch_waits_and_its_sound_part_is_taken_with_a_reason(home: Archive, tmp_path: Path) -> None:
    batch = make_batch(3)
    batch.item(1).files[0].digest = "0" * 64
    said = run(
        home,
        """
        with shicheng.open_archive(sys.argv[1]) as archive:
            report = archive.check(sys.argv[2])
            first = archive.ingest(sys.argv[2])
            second = archive.ingest(sys.argv[2], passing_reason="先收合格部分")
        errors = [one for one in report.findings if one.level == "error"]
        print(json.dumps([report.passed, [bool(one.advice) for one in errors], first.state, first.complete,
                          second.state, second.accepted, second.held]))
        """,
        batch.write(tmp_path / "batch"),
    )
    assert said == [False, [True], "failed", False, "stored", 2, 1]


def test_catalogue_is_imported_once(home: Archive, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.csv"
    path.write_text("全宗号,题名,责任者,文号,日期\nK001,关于修桥的请示,县交通局,交〔1987〕3号,19870512\n", "utf-8")
    said = run(
        home,
        """
        with shicheng.open_archive(sys.argv[1]) as archive:
            first, again = archive.import_catalogue(sys.argv[2]), archive.import_catalogue(sys.argv[2])
            total = archive.find("修桥").total
        print(json.dumps([first.rows, first.created, first.rejected, again.created, total]))
        """,
        path,
    )
    assert said == [1, 1, 0, 0, 1]


def test_catalogue_is_tried_given_files_and_undone(home: Archive, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.csv"
    path.write_text("档号,题名\nK001-WS·1987-Y-0001,关于修桥的请示\nK001-WS·1987-Y-0002,关于修路的请示\n", "utf-8")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "K001-WS_1987-Y-0001.txt").write_text("正文")
    said = run(
        home,
        """
        with shicheng.open_archive(sys.argv[1]) as archive:
            tried = archive.import_catalogue(sys.argv[2], dry_run=True)
            nothing = archive.find("*").total
            made = archive.import_catalogue(sys.argv[2])
            told = archive.attach_files(sys.argv[3], dry_run=True)
            done = archive.attach_files(sys.argv[3])
            undone = archive.undo_import(made.number, reason="送错了")
            left = archive.find("*").total
        print(json.dumps([tried.number, tried.created, nothing, made.created, told.matched, done.complete,
                          undone.removed, undone.kept, left]))
        """,
        path,
        tmp_path / "scans",
    )
    assert said == ["", 2, 0, 2, 1, True, 1, 1, 1]


def test_what_goes_wrong_is_an_error_of_ours(home: Archive, tmp_path: Path) -> None:
    said = run(
        home,
        """
        from shicheng.kernel.errors import ShichengError
        codes = []
        def attempt(action):
            try:
                action()
            except ShichengError as error:
                codes.append(error.code)
        attempt(lambda: shicheng.open_archive(sys.argv[2]))
        with shicheng.open_archive(sys.argv[1]) as archive:
            attempt(lambda: archive.get("X-0001"))
            attempt(lambda: archive.export("docx", sys.argv[2] + "/x"))
            attempt(lambda: archive.check(sys.argv[2], stage="XX"))
            attempt(lambda: shicheng.open_archive(sys.argv[2]))
        with shicheng.open_archive(sys.argv[1]) as archive:
            codes.append(archive.find().total)
        print(json.dumps(codes))
        """,
        _folder(tmp_path / "nothing"),
    )
    assert said[0] == "cli.archive.missing"
    assert said[1:3] == ["holdings.item.unknown", "exchange.export.unknown_form"]
    assert said[3].startswith("checks.")
    assert said[4:] == ["door.archive.other", 0]


def test_nothing_of_django_is_imported_before_an_archive_is_opened() -> None:
    said = run(
        None,
        """
        import shicheng.kernel.digests, shicheng.packages.types
        before = "django" in sys.modules
        shicheng.open_archive
        print(json.dumps([before, "django.db" in sys.modules, shicheng.__version__ > ""]))
        """,
    )
    assert said == [False, False, True]


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_description_is_edited_and_its_versions_read(home: Archive, tmp_path: Path) -> None:
    batch = make_batch(2).write(tmp_path / "batch")
    said = run(
        home,
        """
        from shicheng.kernel.errors import ShichengError
        home, batch = sys.argv[1:]
        with shicheng.open_archive(home, name="程序") as archive:
            archive.ingest(batch)
            ref = archive.find("*", sort="code").hits[0].ref
            record = archive.edit(ref, {"题名": "程序改的题名", "note": "附注"}, reason="核对", version=1)
            again = archive.edit(ref, {"题名": "程序改的题名", "note": "附注"}, reason="核对", version=1)
            refused = {}
            for changes, version in (({"日期": "某日"}, 2), ({"note": "别的"}, 1)):
                try:
                    archive.edit(ref, changes, reason="核对", version=version)
                except ShichengError as error:
                    refused[error.code] = getattr(error, "saved", None) or [one.element for one in error.faults]
            versions = archive.versions(ref)
            found = archive.find("程序改的题名").total
        print(json.dumps({
            "record": [record.title, record.version, again.version, found], "refused": refused,
            "versions": [[one.version, one.by, one.reason, list(one.changed)] for one in versions],
        }))
        """,
        batch,
    )
    assert said["record"] == ["程序改的题名", 2, 2, 1]
    assert said["refused"] == {
        "holdings.item.bad_values": ["date"],
        "holdings.item.edited_meanwhile": {"title": "程序改的题名", "note": "附注"},
    }
    assert said["versions"][0] == [2, "程序@cli", "核对", ["title", "note"]]
    assert [one[0] for one in said["versions"]] == [2, 1]
