"""Writes the published schema down beside its form: `python -m shicheng.collecting.snapshot [PATH]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

PATH = Path(__file__).with_name("filing-1.schema.json")


def write_schema(path: Path = PATH) -> None:
    """Write the schema as it is now."""
    from shicheng.collecting.document import json_schema

    path.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write_schema(*[Path(one) for one in sys.argv[1:]])
