"""One bad file costs only itself: time, memory, crashes, order, the parent's death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import format_samples as samples
import pytest

from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget, Inspection


def write_texts(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:03}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(f"{samples.WORDS} {number}", "utf-8")
    return paths


def look_at_all(pool: InspectionPool, paths: list[Path]) -> dict[Path, Inspection]:
    found: dict[Path, Inspection] = {}
    for key, inspection in pool.inspect_many((path, path, path.name) for path in paths):
        assert key not in found, "a file came back twice"
        found[key] = inspection
    return found


def test_file_past_its_time_costs_only_itself(tmp_path: Path) -> None:
    paths = write_texts(tmp_path, 120)
    slow = tmp_path / "005-slow.gz"
    slow.write_bytes(samples.slow_gzip())
    paths.insert(5, slow)
    with InspectionPool(workers=2, budget=Budget(seconds=1.0)) as pool:
        found = look_at_all(pool, paths)
    assert set(found) == set(paths)
    assert found[slow].readable is None
    assert [problem.kind for problem in found[slow].problems] == ["budget"]
    assert all(found[path].readable is True for path in paths if path != slow)


def test_file_past_its_memory_costs_only_itself(tmp_path: Path) -> None:
    paths = write_texts(tmp_path, 60)
    greedy = tmp_path / "greedy.json"
    greedy.write_text("[" + "[[]]," * 7_000_000 + "[]]", "ascii")
    paths.insert(3, greedy)
    with InspectionPool(workers=1, budget=Budget(memory=500 << 20)) as pool:
        found = look_at_all(pool, paths)
    assert found[greedy].readable is None
    assert [problem.kind for problem in found[greedy].problems] == ["budget"]
    assert all(found[path].readable is True for path in paths if path != greedy)


@pytest.mark.parametrize("again", [False, True])
def test_child_that_dies_is_replaced_and_its_file_tried_once_more(tmp_path: Path, again: bool) -> None:
    paths = write_texts(tmp_path, 80)
    slow = tmp_path / "slow.gz"
    slow.write_bytes(samples.slow_gzip()[: 600 * 1051])
    paths.insert(40, slow)
    done = threading.Event()
    killed: list[int] = []

    def kill_on_slow_file(pool: InspectionPool) -> None:
        while not done.wait(0.01):
            for child in list(pool._children):
                batch = child.batches[0] if child.batches else None
                in_hand = batch and batch.identified and batch.tasks and batch.tasks[0].name == "slow.gz"
                if in_hand and child.process.pid not in killed and (again or not killed):
                    killed.append(child.process.pid)
                    os.kill(child.process.pid, signal.SIGSEGV)

    with InspectionPool(workers=1) as pool:
        killer = threading.Thread(target=kill_on_slow_file, args=(pool,))
        killer.start()
        found = look_at_all(pool, paths)
        done.set()
        killer.join()
    assert len(killed) == (2 if again else 1)
    assert set(found) == set(paths)
    assert [problem.kind for problem in found[slow].problems] == (["damaged"] if again else [])
    assert all(found[path].readable is True for path in paths if path != slow)


def test_same_files_give_the_same_result_in_any_order(tmp_path: Path) -> None:
    for name, data in (
        ("a.pdf", samples.pdf()),
        ("b.docx", samples.word()),
        ("c.docx", samples.word()[:-500]),
        ("d.png", samples.picture("PNG")[:200]),
        ("e.mp4", samples.video()),
        ("f.doc", samples.word97()),
        ("g.xml", b"<a><b></a>"),
        ("h.bin", b"\x00\x01" * 500),
    ):
        (tmp_path / name).write_bytes(data)
    paths = sorted(tmp_path.iterdir())
    with InspectionPool(workers=1) as one, InspectionPool(workers=2) as two:
        assert look_at_all(one, paths) == look_at_all(two, paths[::-1]) == look_at_all(one, paths)


def test_caller_that_stops_early_can_use_the_pool_again(tmp_path: Path) -> None:
    paths = write_texts(tmp_path, 200)
    with InspectionPool(workers=2) as pool:
        for _found in pool.inspect_many((path, path, path.name) for path in paths):
            break
        assert len(look_at_all(pool, paths)) == 200


def test_caller_slower_than_the_time_limit_costs_no_file(tmp_path: Path) -> None:
    paths = write_texts(tmp_path, 110)
    with InspectionPool(workers=1, budget=Budget(seconds=0.5)) as pool:
        found = []
        for number, (_key, inspection) in enumerate(pool.inspect_many((path, path, path.name) for path in paths)):
            if number in (0, 60):
                time.sleep(0.8)
            found.append(inspection.readable)
    assert found == [True] * 110


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom shicheng.formats.pool import InspectionPool\n"
        "pool = InspectionPool(workers=1)\npath = Path(sys.argv[1])\nassert pool.inspect(path).readable\n"
        "print(pool._children[0].process.pid, flush=True)\ntime.sleep(60)\n"
    )
    [path] = write_texts(tmp_path, 1)
    parent = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and is_running(child):
        time.sleep(0.05)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_interrupt_does_not_reach_the_children(tmp_path: Path) -> None:
    [path] = write_texts(tmp_path, 1)
    with InspectionPool(workers=1) as pool:
        pool.inspect(path)
        pid = pool._children[0].process.pid
        os.kill(pid, signal.SIGINT)
        assert os.getpgid(pid) != os.getpgid(0)
        assert pool.inspect(path).readable is True
        assert pool._children[0].process.pid == pid


def test_parent_does_not_load_the_scanner(tmp_path: Path) -> None:
    [path] = write_texts(tmp_path, 1)
    program = (
        "import sys\nfrom pathlib import Path\nfrom shicheng.formats.pool import InspectionPool\n"
        "with InspectionPool(workers=1) as pool:\n    assert pool.inspect(Path(sys.argv[1])).readable\n"
        "assert 'pygfried' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)
