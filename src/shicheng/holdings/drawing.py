"""What a child process does to show a file: it runs parsers on foreign bytes, so it runs alone and may die.

Started by `children`; knows no Django and no database. Arguments as JSON on the command line, the result in a
file, an error a person can read as JSON on standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shicheng.kernel.processes import die_with_parent

COULD_NOT = 3


def main() -> None:
    """Draw what was asked for."""
    task: dict[str, Any] = json.loads(sys.argv[1])
    die_with_parent(task["parent"])
    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["VIPS_CONCURRENCY"] = "1"
    os.environ["TMPDIR"] = task["scratch"]  # what a large picture needs beside memory lies in the cache
    from shicheng.kernel.errors import ShichengError

    try:
        content = _draw(task, Path(task["path"]), Path(task["out"]))
    except ShichengError as error:
        hint = error.hint.to_json() if error.hint else None
        sys.stdout.write(json.dumps({"message": error.message.to_json(), "hint": hint}))
        sys.exit(COULD_NOT)
    if content is not None:
        Path(task["out"]).write_bytes(content)


def _draw(task: dict[str, Any], path: Path, out: Path) -> bytes | None:
    """Return what is to be written, or None where it was written."""
    match task["kind"]:
        case "png":
            from shicheng.formats.rendition import render_page

            return render_page(path, task["mime"], task["page"], task["width"])
        case "svg":
            from shicheng.formats.ofd.svg import render_page as render_ofd

            return render_ofd(path, task["page"]).encode("utf-8")
        case "seals":
            from shicheng.formats.ofd.signatures import verify

            return json.dumps([_seal(one) for one in verify(path)]).encode("utf-8")
        case "count":
            from shicheng.formats.rendition import page_count

            return json.dumps(page_count(path, task["mime"])).encode("ascii")
        case "overlay":
            from shicheng.formats.overlaying import lay_over

            share, top = task["place"]
            return lay_over(path, Path(task["over"]), (share, top))
        case "tiles":
            from shicheng.formats.tiling import make_tiles

            make_tiles(path, task["mime"], task["page"], out, memory=task["memory"] // 2)
            return None
        case "sound":
            from shicheng.formats.recordings import peaks

            seconds, heights = peaks(path)
            return json.dumps({"seconds": seconds, "peaks": heights}).encode("ascii")
        case "frames":
            from shicheng.formats.recordings import frames

            _pack(frames(path), out)
            return None
    raise ValueError(task["kind"])


def _pack(pictures: list[tuple[float, bytes]], out: Path) -> None:
    """Keep pictures and their seconds in one file."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, (_second, picture) in enumerate(pictures):
            archive.writestr(f"{number}.jpg", picture)
        archive.writestr("seconds.json", json.dumps([second for second, _picture in pictures]))


def _seal(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "state": one.state.value,
        "signer": one.signer,
        "time": one.time,
        "algorithm": one.algorithm,
        "message": one.message.to_json() if one.message else None,
        "certificate": asdict(one.certificate) if one.certificate else None,
    }


if __name__ == "__main__":
    main()
