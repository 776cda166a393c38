"""The rows of files: the one place that makes them of what the store holds."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from shicheng.base.bulk_rows import insert_objects
from shicheng.holdings.models import File, FileText
from shicheng.holdings.types import NewFile
from shicheng.kernel.identifiers import part_id


def write_file_rows(files: Iterable[tuple[UUID, Sequence[NewFile]]]) -> int:
    """Write rows of the new files of items, with the text drawn from them. To be called inside `atomic()`."""
    rows: list[File] = []
    texts: list[FileText] = []
    for item_id, new_files in files:
        for each in new_files:
            # The same file of the same item has the same id whenever the database is made anew.
            row = File(
                id=part_id(item_id, "file", each.logical_path),
                item_id=item_id,
                order=each.order,
                draft_state=each.draft_state,
                name=each.name,
                raw_name=each.raw_name,
                logical_path=each.logical_path,
                size=each.size,
                sha512=each.sha512,
                sha256=each.sha256,
                sm3=each.sm3,
                puid=each.puid,
                format_name=each.format_name[:200],
                mime=each.mime,
                pages=each.pages,
                encoding=each.encoding,
                technical=each.technical,
            )
            rows.append(row)
            if each.text:
                packed = zlib.compress(each.text.encode("utf-8", "replace"), 1)
                texts.append(FileText(file=row, zipped=packed, characters=len(each.text)))
    insert_objects(rows)
    insert_objects(texts)
    return len(rows)
