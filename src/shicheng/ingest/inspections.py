"""What the check saw of each file, kept beside the staged bytes so that accession need not look again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from shicheng.formats.types import Identification, Inspection

NAME = "inspections.jsonl"


class InspectionNotes:
    """Writes one line per file; a run that is started again starts the file again."""

    def __init__(self, folder: Path) -> None:
        self._part = folder / (NAME + ".part")
        self._final = folder / NAME
        self._file: BinaryIO = self._part.open("wb")

    def add(self, path: str, inspection: Inspection) -> None:
        """Note what was seen of the file at `path` in the package."""
        record = {
            "path": path,
            "identification": asdict(inspection.identification),
            "size": inspection.size,
            "readable": inspection.readable,
            "pages": inspection.pages,
            "text": inspection.text,
            "encoding": inspection.encoding,
            "technical": inspection.technical,
            "tool": inspection.tool,
        }
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":"), default=str)
        self._file.write(line.encode("ascii") + b"\n")

    def close(self) -> None:
        """Close the file of notes that are not finished."""
        self._file.close()

    def finish(self) -> None:
        """Put the notes in place; before that they are not there."""
        self._file.close()
        self._part.replace(self._final)


class NotedInspections:
    """Finds what was noted of a file without holding all texts in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[str, int] = {}
        place = 0
        for line in file:
            # Lines begin with the path: no need to parse the text to find it.
            end = line.index(b',"identification":')
            self._places[json.loads(line[len(b'{"path":') : end])] = place
            place += len(line)

    def find(self, path: str) -> Inspection | None:
        """What was noted of the file, None if nothing was."""
        place = self._places.get(path)
        if place is None:
            return None
        self._file.seek(place)
        record = json.loads(self._file.readline())
        identification = {**record["identification"], "extensions": tuple(record["identification"]["extensions"])}
        return Inspection(
            identification=Identification(**identification),
            size=record["size"],
            readable=record["readable"],
            pages=record["pages"],
            text=record["text"],
            encoding=record["encoding"],
            technical=record["technical"],
            tool=record["tool"],
        )


@contextmanager
def noted(folder: Path) -> Iterator[NotedInspections | None]:
    """Open the notes beside staged bytes, None if the check left none."""
    path = folder / NAME
    if not path.exists():
        yield None
        return
    with path.open("rb") as file:
        yield NotedInspections(file)
