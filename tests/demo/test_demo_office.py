"""The invented office: the same seed gives the same bytes, good batches are sound, the faulty one has four faults."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

from demo.batches import Batch, make_batches, write_batch, write_batches  # noqa: E402
from demo.desk import DEPARTMENT_OF, by_departments  # noqa: E402
from demo.season import bundles  # noqa: E402

from shicheng.arranging.grouping import propose_groups  # noqa: E402
from shicheng.arranging.types import LooseFile  # noqa: E402
from shicheng.checks.engine import check_path  # noqa: E402
from shicheng.formats.pool import InspectionPool  # noqa: E402
from shicheng.schemes.preset_files import preset  # noqa: E402


def some(batch: Batch, count: int) -> Batch:
    """Take the first records of each retention and department, so that numbers stay without gaps."""
    return Batch(batch.name, batch.fonds, batch.records[:count], batch.handed_over, batch.faulty)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_several_hundred_records_of_two_fonds_and_all_kinds_of_files() -> None:
    batches = make_batches()
    records = [record for batch in batches for record in batch.records]
    assert 300 <= len(records) <= 420
    assert {record.fonds for record in records} == {"L012", "L047"}
    assert len({record.code for record in records}) == len(records)
    kinds = {document.kind for record in records for document in record.documents}
    assert kinds == {"docx", "pdf", "ofd", "txt", "tif", "jpg", "wav", "mp4"}
    assert {record.retention for record in records} == {"Y", "D30", "D10"}
    assert {"开放", "未审核", "控制"} == {record.openness for record in records}
    assert all(record.date <= batch.handed_over for batch in batches for record in batch.records)


def test_the_same_seed_invents_the_same_records_and_another_seed_others() -> None:
    def titles(seed: int) -> list[str]:
        return [record.title for batch in make_batches(seed) for record in batch.records]

    assert titles(7) == titles(7)
    assert titles(7) != titles(8)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        documents, pictures = make_batches()[2], make_batches()[3]
        write_batch(some(documents, 12), tmp_path / name / "documents", Random(5))
        film = next(at for at, record in enumerate(pictures.records) if record.category == "LX")
        small = Batch(pictures.name, "L047", pictures.records[film : film + 1], pictures.handed_over)
        write_batch(small, tmp_path / name / "film", Random(5))
        write_batch(some(pictures, 3), tmp_path / name / "pictures", Random(5))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.slow
def test_good_batches_are_sound_and_four_planted_faults_are_found(tmp_path: Path) -> None:
    folders = write_batches(tmp_path)
    assert write_batches(tmp_path) == folders  # what is there is left as it is
    with InspectionPool(workers=2) as pool:
        reports = {folder.name[0]: check_path(folder, pool=pool) for folder in folders}
    for number in "1234":
        wrong = [finding for finding in reports[number].findings if finding.level.value != "manual"]
        assert wrong == [], number
    faults = [finding for finding in reports["5"].findings if finding.level.value == "error"]
    assert sorted(finding.check for finding in faults) == ["YJ-1-1", "YJ-1-10", "YJ-1-5", "YJ-2-7"]
    assert len({finding.ref for finding in faults}) == 4


def test_the_mended_batch_has_no_fault(tmp_path: Path) -> None:
    write_batch(make_batches()[4], tmp_path / "mended", Random(5), mended=True)
    report = check_path(tmp_path / "mended")
    assert [str(finding.message) for finding in report.findings if finding.level.value != "manual"] == []


def test_the_season_has_what_the_pool_proposes_and_the_table_has_the_departments_of_the_codes() -> None:
    assert bundles() == bundles()
    for bundle, sure, unsure in zip(bundles(), (4, 3, 2), (0, 1, 0), strict=True):
        files = [
            LooseFile(uuid4(), f"{one.folder}/{one.name}.{one.kind}".lstrip("/"), "\n".join((one.title, *one.lines)))
            for one in bundle.documents
        ]
        found = propose_groups(files)
        assert sum(one.is_sure for one in found) >= sure and sum(not one.is_sure for one in found) == unsure
    table = by_departments(preset("peoples-congress").table)
    assert {row.klass for row in table.rows} == {one.code for one in table.classes} == set(DEPARTMENT_OF.values())
