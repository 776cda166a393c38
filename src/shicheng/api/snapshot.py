"""Writes the description of the API down in the reference: `python -m shicheng.api.snapshot [PATH]`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

PATH = Path("docs/reference/openapi.json")


def write_snapshot(path: Path = PATH) -> None:
    """Write the description as it is now."""
    from shicheng.settings import load, use

    use(load(tempfile.mkdtemp(prefix="shicheng-openapi-"), language="en"))
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
    import django

    django.setup()
    from shicheng.api.house import api

    text = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_snapshot(*[Path(one) for one in sys.argv[1:]])
