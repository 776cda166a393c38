"""Program: registers invented items straight in the database of an archive and makes its index. Prints JSON."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from bench.invented import record, text_of

TOGETHER = 1000
TEXT_BYTES = 600


def main(home: Path, count: int) -> None:
    """Fill it without store and checks: what is measured later is the finding."""
    from shicheng.cli.setup import open_archive, operator

    settings = open_archive(home)
    from shicheng.base.db import atomic
    from shicheng.holdings.services import found_fonds, register_items
    from shicheng.holdings.types import NewFile, NewItem
    from shicheng.kernel.identifiers import derived_id
    from shicheng.search.building import rebuild_index

    actor = operator()

    def item(number: int) -> NewItem:
        one = record(number, f"Q9{number % 5:02d}")
        text = text_of(one, TEXT_BYTES)
        content = text.encode()
        file = NewFile(
            order=1, draft_state="正本", name="正文.txt", raw_name=b"", logical_path="content/正文.txt",
            size=len(content), sha512=hashlib.sha512(content).hexdigest(), sha256=hashlib.sha256(content).hexdigest(),
            sm3=hashlib.new("sm3", content).hexdigest(), puid="x-fmt/111",
            format_name="Plain Text File", mime="text/plain", pages=1, encoding="UTF-8", text=text,
        )  # fmt: skip
        identifier = derived_id("bench", one.ref)
        return NewItem(
            id=identifier, ref=one.ref, elements=one.elements(), extra={}, process=[], transfer="2026-0001",
            object_id=f"urn:uuid:{identifier}", files=(file,),
        )  # fmt: skip

    register = 0.0
    for start in range(0, count, TOGETHER):
        by_fonds: dict[str, list[NewItem]] = {}
        for number in range(start, min(start + TOGETHER, count)):
            new = item(number)
            by_fonds.setdefault(new.elements["fonds_code"], []).append(new)
        began = time.perf_counter()
        with atomic():
            for code, items in by_fonds.items():
                fonds = found_fonds(actor=actor, code=code, name=f"青禾县第{code[-1]}全宗")
                register_items(actor=actor, fonds=fonds, new_items=items)
        register += time.perf_counter() - began
    began = time.perf_counter()
    indexed = rebuild_index(settings.index_path)
    index = time.perf_counter() - began
    if indexed != count:
        raise SystemExit(f"{indexed} of {count} items are in the index.")
    size = sum(path.stat().st_size for path in settings.index_path.rglob("*") if path.is_file())
    print(json.dumps({"items": count, "register": register, "index": index, "index_bytes": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
