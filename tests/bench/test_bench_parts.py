"""What the figures stand on: the same data each time, sound batches, honest medians, a page that tells all."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path

import pytest
from bench.invented import record, text_of
from bench.measuring import BenchFailed, Goal, Options, Result, Spread
from PIL import Image

from bench import archive, batches, machine, measuring, queries, report


def test_records_are_the_same_each_time_and_no_two_share_a_code() -> None:
    some = [record(number) for number in range(2000)]
    assert some == [record(number) for number in range(2000)]
    assert len({one.ref for one in some}) == len({one.document_number for one in some}) == 2000


def test_texts_keep_to_their_size() -> None:
    for number in range(50):
        assert 2048 - 200 <= len(text_of(record(number), 2048).encode()) <= 2048


def test_a_small_batch_lists_what_it_holds(tmp_path: Path) -> None:
    made = batches.small_texts(tmp_path / "batch", 30)
    with (made.folder / "文件清单.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == made.items == 30
    for row in rows:
        content = (made.folder / row["路径"]).read_bytes()
        assert len(content) == int(row["字节数"])
        assert hashlib.new("sm3", content).hexdigest() == row["SM3"]
    assert sum(int(row["字节数"]) for row in rows) == made.bytes


def test_large_files_are_real_pictures_and_sounds(tmp_path: Path) -> None:
    import wave

    made = batches.large_files(tmp_path / "batch", 8 * 400_000)
    pictures = sorted(made.folder.rglob("*.tif"))
    sounds = sorted(made.folder.rglob("*.wav"))
    assert (len(pictures), len(sounds), made.items) == (4, 3, 8)
    for path in pictures:
        with Image.open(path) as picture:
            picture.load()
            assert picture.mode == "RGB"
    for path in sounds:
        with wave.open(str(path)) as sound:
            assert sound.getframerate() == 96_000
            assert sound.getnframes() * 6 + 44 == path.stat().st_size


def test_a_tiff_of_several_pages_shows_them_all(tmp_path: Path) -> None:
    size, digest = batches._tiff(tmp_path / "volume.tif", 2 * batches._PAGE_BYTES + 100, 1)
    with Image.open(tmp_path / "volume.tif") as picture:
        assert picture.n_frames == batches._tiff_pages(2 * batches._PAGE_BYTES + 100) == 2
        picture.seek(1)
        picture.load()
    content = (tmp_path / "volume.tif").read_bytes()
    assert (len(content), hashlib.new("sm3", content).hexdigest()) == (size, digest)


def test_a_generated_batch_passes_every_automatic_check(tmp_path: Path) -> None:
    made = batches.small_texts(tmp_path / "batch", 40)
    finished = measuring.run([measuring.SHICHENG, "check", made.folder, "--json"], expected=(0,))
    answer = json.loads(finished.output)
    assert answer["items"] == 40
    assert [one for one in answer["findings"] if one["level"] in ("error", "warning")] == []


def test_a_program_that_fails_is_no_measurement() -> None:
    with pytest.raises(BenchFailed, match="no such thing"):
        measuring.run([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_a_run_counts_processor_time_of_the_process() -> None:
    finished = measuring.run([sys.executable, "-c", "sum(range(3_000_000)); print('done')"])
    assert finished.output == "done\n"
    assert finished.cpu > 0
    assert finished.seconds > 0
    assert finished.peak > 1_000_000


def test_contenders_run_in_turn() -> None:
    order: list[str] = []
    measuring.in_turn(2, lambda n: order.append(f"A{n}"), lambda n: order.append(f"B{n}"))
    assert order == ["A0", "B0", "A1", "B1"]


def test_the_spread_is_median_least_and_most() -> None:
    assert Spread.of([9.0, 1.0, 2.0]) == Spread(2.0, 1.0, 9.0, 3)


def test_goals_know_their_direction() -> None:
    assert Goal("", 300, 300, "items/s").reached
    assert not Goal("", 300, 299, "items/s").reached
    assert Goal("", 10, 9.9, "ms", at_most=True).reached
    assert not Goal("", 10, 10.1, "ms", at_most=True).reached


def test_queries_mean_what_they_say() -> None:
    entries = [
        queries.Entry(one.title, one.author, one.year, one.person, "\x01".join([one.title, one.author, one.person]))
        for one in map(record, range(300))
    ]
    made = queries.make_queries(entries, each=5)
    assert made == [] or len(made) == 40
    assert len({asked.kind for asked in made}) == 8
    for asked in made:
        hits = sum(map(asked.meant, entries))
        if asked.kind.startswith(("word", "phrase", "name")) or asked.kind.endswith("AND"):
            assert hits >= 1, asked.query  # cut from an entry, so found in it at least
        else:
            assert hits <= len(entries)
    nots = [asked for asked in made if "NOT" in asked.query]
    for asked in nots:
        one, other = asked.query.split(" NOT ")
        assert all((one in e.everything and other not in e.everything) == asked.meant(e) for e in entries)


def test_bare_programs_do_all_their_work(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for number in range(3):
        place = store / f"{number}" / "v1" / "content"
        place.mkdir(parents=True)
        (store / f"{number}" / "0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")
        (place / "text.txt").write_bytes(b"x" * (number + 1) * 1000)
    wrote = json.loads(measuring.run(measuring.python("bare_writes", store, tmp_path / "plain")).output)
    assert wrote["folders"] == 3
    sizes = sorted(size for _path, size in measuring.files_below(tmp_path / "plain"))
    assert sizes == sorted(size for _path, size in measuring.files_below(store))
    hashed = json.loads(measuring.run(measuring.python("bare_hashing", store)).output)
    assert hashed["bytes"] == sum(sizes)
    rows = json.loads(measuring.run(measuring.python("bare_rows", tmp_path / "rows.sqlite3", "60")).output)
    assert rows["together"] > 0
    assert rows["batches"] > 0


@pytest.mark.parametrize("more", [[], ["add"]])
def test_the_peer_writes_every_file_it_is_given(tmp_path: Path, more: list[str]) -> None:
    from ocfl import Object

    for number in range(2):
        place = tmp_path / "source" / f"{number}"
        (place / "content").mkdir(parents=True)
        (place / "content" / "正文.txt").write_text(f"text {number}")
        (place / "manifest.json").write_text(f"{number}")
    finished = measuring.run(measuring.python("peer_ocfl", tmp_path / "source", tmp_path / "root", *more))
    assert json.loads(finished.output)["objects"] == 2
    folders = archive.object_folders(tmp_path / "root")
    assert len(folders) == 2
    for folder in folders:
        passed, _validator = Object().validate(str(folder))
        assert passed
        stored = [path for path, _size in measuring.files_below(folder) if "/content/" in path]
        assert len(stored) == 2


def test_objects_are_unfolded_under_their_own_names(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from shicheng.storage.ocfl.local import LocalStore
    from shicheng.storage.types import DraftFile, ObjectDraft

    store = LocalStore(tmp_path / "store")
    store.create()
    files = [DraftFile("content/正文.txt", b"text"), DraftFile("metadata/manifest.json", b"{}")]
    papers = [DraftFile("attempt-1/receipt.pdf", b"paper")]
    store.put_objects(
        [ObjectDraft(f"urn:uuid:{n}", datetime.now(UTC), "t", "m", one) for n, one in enumerate((files, papers, files))]
    )
    assert archive.unfold_objects(tmp_path / "store", tmp_path / "objects", 10) == 2
    for folder in (tmp_path / "objects").iterdir():
        assert (folder / "content" / "正文.txt").read_bytes() == b"text"
        assert (folder / "metadata" / "manifest.json").read_bytes() == b"{}"
    assert archive.unfold_objects(tmp_path / "store", tmp_path / "fewer", 1) == 1


def _record(name: str, got: float, date: str, tmp_path: Path) -> report.Record:
    result = Result(name, f"Work {name}")
    result.add("rate", "items/s", [got, got + 10, got + 20], "a note")
    result.goals.append(Goal("small items", 300, got, "items/s"))
    return report.record_of(
        result, date=date, command="tools/bench/run.py", machine=machine.describe(tmp_path), load=[0.1, 1.9]
    )


def test_runs_are_kept_and_the_newest_is_shown(tmp_path: Path) -> None:
    kept = tmp_path / "benchmarks.json"
    report.append(kept, [_record("one", 100, "2026-01-01", tmp_path)])
    history = report.append(
        kept, [_record("one", 400, "2026-02-01", tmp_path), _record("two", 7, "2026-02-01", tmp_path)]
    )
    assert history == report.read_history(kept)
    assert [one["goals"][0]["reached"] for one in history] == [False, True, False]
    page = report.write_page(history)
    wanted = page.partition("## What is asked for")[2].partition("## Work")[0]
    assert "400 items/s | yes" in wanted
    assert "7.00 items/s | no" in wanted
    assert "100 items/s" not in wanted
    assert "| 2026-01-01 | Work one |" in page.partition("## Earlier runs")[2]
    assert "| rate | 410 items/s | 400–420 | 3 | a note |" in page
    assert "processor" in page


def test_scale_makes_less_but_never_nothing(tmp_path: Path) -> None:
    assert Options(tmp_path, 0.1).scaled(10_000) == 1000
    assert Options(tmp_path, 0.0001).scaled(10_000, 50) == 50


@pytest.mark.slow
def test_a_quick_look_runs_and_leaves_nothing(tmp_path: Path) -> None:
    before = sorted(Path("/var/tmp").glob("shicheng-bench-*"))
    docs = measuring.ROOT / "docs" / "benchmarks.json"
    kept = docs.read_bytes() if docs.exists() else None
    run = measuring.ROOT / "tools" / "bench" / "run.py"
    command = [sys.executable, run, "--scale", "0.001", "--repeats", "1", "--only", "small-items", "--only", "peers"]
    finished = measuring.run(command)
    assert "`shicheng ingest`, the whole command" in finished.output
    assert "ocfl-py makes the same objects in place" in finished.output
    assert sorted(Path("/var/tmp").glob("shicheng-bench-*")) == before
    assert (docs.read_bytes() if docs.exists() else None) == kept
