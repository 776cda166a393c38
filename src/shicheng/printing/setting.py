"""Setting forms with typst: short ones whole, long lists part by part so that ten thousand rows need no more memory.

A part is set with more rows than it keeps: the last page, which is not full, is thrown away and its rows begin the
next part. So every page but the last is full, no row is cut, and the heads stand on each page. The page numbers come
at the end, when it is known how many pages there are.
"""

from __future__ import annotations

import io
import itertools
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final

import pikepdf
import typst

from shicheng.base.typesetting import set_form
from shicheng.printing.letters import shown

FORMS: Final = Path(__file__).parent / "forms"
PART: Final = 500  # rows set at once: about 20 MB of typst's memory for each hundred
AT_ONCE: Final = 200  # files that are open at the same time
_FORGETTING: Final = 12  # typst keeps what it set in its last ten runs


def set_short(form: str, data: Mapping[str, Any]) -> bytes:
    """Set a form of a few pages as PDF/A-2b."""
    return set_form(FORMS / f"{form}.typ", shown(dict(data)))


def set_list(
    data: Mapping[str, Any], rows: Iterable[list[str]], target: Path, *, covers: Iterable[bytes] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:  # fmt: skip
    """Set a list with any number of rows and return its rows and pages; `covers` come before and are not numbered.

    The form is `list.typ`. What `data["tail"]` says stands below the last row.
    """
    waiting: list[list[str]] = []
    source = iter(rows)
    count = pages = 0
    with tempfile.TemporaryDirectory() as folder:
        parts: list[tuple[Path, int]] = []  # and how many of their pages are kept
        while True:
            waiting.extend(shown(list(itertools.islice(source, PART - len(waiting)))))
            following = shown(list(itertools.islice(source, 1)))
            made, places, kept = _set_part({**data, "tail": None if following else data.get("tail"), "rows": waiting})
            rows_kept = len(waiting)
            if following:
                kept = max(1, places[-1] - 1)
                rows_kept = sum(page <= kept for page in places)
            path = Path(folder) / f"{len(parts)}.pdf"
            path.write_bytes(made)
            parts.append((path, kept))
            count, pages = count + rows_kept, pages + kept
            progress(count)
            waiting = waiting[rows_kept:] + following
            if not waiting:
                break
        with pikepdf.open(parts[0][0]) as whole, ExitStack() as opened:
            del whole.pages[parts[0][1] :]
            for path, kept in parts[1:]:
                whole.pages.extend(opened.enter_context(pikepdf.open(path)).pages[:kept])
            _number_pages(whole, data, pages)
            for cover in reversed(list(covers)):
                for page in reversed(opened.enter_context(pikepdf.open(io.BytesIO(cover))).pages):
                    whole.pages.insert(0, page)
            _finish(whole, str(data["title"]), target)
    return count, pages


def merge(parts: Sequence[bytes | Path], target: Path, *, title: str) -> int:
    """Put PDFs behind one another and return the number of pages."""
    if len(parts) > AT_ONCE:
        with tempfile.TemporaryDirectory() as folder:
            joined: list[bytes | Path] = []
            for first in range(0, len(parts), AT_ONCE):
                joined.append(Path(folder) / f"{first}.pdf")
                merge(parts[first : first + AT_ONCE], Path(folder) / f"{first}.pdf", title=title)
            return merge(joined, target, title=title)
    with ExitStack() as opened:
        listed = [
            opened.enter_context(pikepdf.open(part if isinstance(part, Path) else io.BytesIO(part))) for part in parts
        ]
        whole = listed[0]
        for one in listed[1:]:
            whole.pages.extend(one.pages)
        _finish(whole, title, target)
        return len(whole.pages)


def _set_part(data: Mapping[str, Any]) -> tuple[bytes, list[int], int]:
    """A part of a list, the page each of its rows begins on, and how many pages it has."""
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    made = _compile("list", inputs)
    places = json.loads(_compiler("list").query("<row>", field="value"))
    (pages,) = json.loads(_compiler("list").query("<pages>", field="value"))
    for turn in range(_FORGETTING):
        _compiler("nothing").compile(sys_inputs={"turn": str(turn)}, format="pdf")
    return made, [int(page) for page in places], int(pages)


def _number_pages(whole: pikepdf.Pdf, data: Mapping[str, Any], pages: int) -> None:
    """Write “page 3 of 500” below every page."""
    footer = {"pages": pages, "flipped": data["flipped"], "words": data["page_words"], "lang": data["lang"],
              "footer": data.get("footer", "")}  # fmt: skip
    made = _compile("footer", {"data": json.dumps(shown(footer), ensure_ascii=False)})
    with pikepdf.open(io.BytesIO(made)) as footers:
        for page, over in zip(whole.pages, footers.pages, strict=True):
            page.add_overlay(over, pikepdf.Rectangle(page.mediabox))


def _finish(whole: pikepdf.Pdf, title: str, target: Path) -> None:
    """Take away what pages brought along of the documents they come from, name the whole, and write it."""
    for page in whole.pages:
        for key in ("/StructParents", "/Tabs"):
            if key in page.obj:
                del page.obj[key]
    for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/PageLabels"):
        if key in whole.Root:
            del whole.Root[key]
    with whole.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = title
    whole.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _compile(form: str, inputs: dict[str, Any]) -> bytes:
    """Set as PDF/A-2b, or where a font lacks what it should have by its own word, as plain PDF."""
    try:
        made = _compiler(form).compile(sys_inputs=inputs, format="pdf", pdf_standards=["a-2b"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = _compiler(form).compile(sys_inputs=inputs, format="pdf")
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(form: str) -> typst.Compiler:
    return typst.Compiler(str(FORMS / f"{form}.typ"))
