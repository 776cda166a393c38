"""Authorities as tables: taken out, and taken in with what is wrong told row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from shicheng.describing.authorities import authorities, fold_name, save_authority
from shicheng.describing.errors import BadAuthority
from shicheng.describing.models import Authority, AuthorityName
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

HEADER: Final = ("kind", "name", "variants", "dates", "note")
LARGEST: Final = 16 << 20
MOST: Final = 50_000
_KINDS: Final = {"人": "person", "人物": "person", "个人": "person", "机构": "body", "单位": "body", "地点": "place",
                 "地名": "place", "主题": "subject"}  # fmt: skip
_HEADERS: Final = {"类别": "kind", "类型": "kind", "名称": "name", "规范名称": "name", "异名": "variants",
                   "别名": "variants", "生卒": "dates", "时间": "dates", "附注": "note", "备注": "note"}  # fmt: skip


def write_csv(actor: Actor, *, kind: str = "", text: str = "") -> Iterator[str]:
    """The authorities as lines of a table, variants apart by semicolons."""

    def line(*cells: str) -> str:
        out = io.StringIO()
        csv.writer(out).writerow([f"'{one}" if one[:1] in ("=", "+", "-", "@", "\t") else one for one in cells])
        return out.getvalue()

    yield "\ufeff" + line(*HEADER)
    found = authorities(actor, kind=kind, text=text).prefetch_related("names")
    for one in found.iterator(chunk_size=500):
        variants = "; ".join(sorted(name.name for name in one.names.all() if not name.is_main))
        yield line(one.kind, one.name, variants, one.dates, one.note)


def read_csv(actor: Actor, content: bytes) -> tuple[int, int, list[tuple[int, str]]]:
    """Take authorities in from a table; returns how many were made, how many changed, and the rows left out.

    An authority that has the name already gets the further variants, and dates and notes where it has none.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    rows = csv.reader(io.StringIO(text))
    header = [_HEADERS.get(cell.strip(), cell.strip().lower()) for cell in next(rows, [])]
    if "name" not in header or "kind" not in header:
        raise BadAuthority(
            _("The table has no column kind or no column name."),
            hint=_("Its first row is: %(header)s.", header=", ".join(HEADER)),
        )
    made = changed = 0
    wrong: list[tuple[int, str]] = []
    for number, cells in enumerate(rows, 2):
        if number > MOST:
            raise BadAuthority(_("A table has at most %(most)s rows.", most=MOST), hint=_("Divide it."))
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if not any(row.values()):
            continue
        try:
            if _take(actor, row):
                made += 1
            else:
                changed += 1
        except ShichengError as error:
            wrong.append((number, f"{error.message} {error.hint or ''}".strip()))
    return made, changed, wrong


def _take(actor: Actor, row: dict[str, str]) -> bool:
    kind = _KINDS.get(row.get("kind", ""), row.get("kind", "").lower())
    variants = [one for one in row.get("variants", "").replace("；", ";").split(";") if one.strip()]
    folded = fold_name(row.get("name", ""))
    known = AuthorityName.objects.filter(kind=kind, folded=folded).select_related("authority").first()
    there: Authority | None = known.authority if known else None
    if there is None:
        save_authority(
            actor=actor, kind=kind, name=row.get("name", ""), variants=variants, dates=row.get("dates", ""),
            note=row.get("note", ""),
        )  # fmt: skip
        return True
    names = [one.name for one in there.names.all() if not one.is_main]
    dates = there.dates or row.get("dates", "")
    save_authority(
        actor=actor, kind=kind, name=there.name, variants=[*names, *variants], dates=dates,
        note=there.note or row.get("note", ""), key=there.pk,
    )  # fmt: skip
    return False
