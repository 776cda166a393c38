"""What a child process does to show one page: it runs parsers on foreign bytes, so it runs alone and may die.

Started by `rendering`; knows no Django and no database. Arguments as JSON on the command line, the result in a
file, an error a person can read as JSON on standard output.
"""

from __future__ import annotations

import json
import resource
import sys
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
    from shicheng.kernel.errors import ShichengError

    try:
        content = _draw(task, Path(task["path"]))
    except ShichengError as error:
        hint = error.hint.to_json() if error.hint else None
        sys.stdout.write(json.dumps({"message": error.message.to_json(), "hint": hint}))
        sys.exit(COULD_NOT)
    Path(task["out"]).write_bytes(content)


def _draw(task: dict[str, Any], path: Path) -> bytes:
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
    raise ValueError(task["kind"])


def _seal(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "state": one.state.value,
        "signer": one.signer,
        "time": one.time,
        "algorithm": one.algorithm,
        "message": one.message.to_json() if one.message else None,
    }


if __name__ == "__main__":
    main()
