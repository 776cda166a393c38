"""Many items as rows alone, without objects in the store: for lists, orders and numbers."""

from __future__ import annotations

import datetime
import random

from shicheng.base.bulk_rows import insert_objects
from shicheng.base.db import atomic
from shicheng.holdings.describing import draw_columns
from shicheng.holdings.models import Fonds, Item
from shicheng.kernel import clock
from shicheng.kernel.identifiers import derived_id, new_id

_SUBJECTS = ("养犬管理", "土地承包", "婚姻登记", "预算执行", "道路命名", "环境保护", "代表建议", "人事任免")
_KINDS = ("条例", "通知", "报告", "决定", "批复", "会议纪要")


def make_rows(number: int, *, seed: int = 1, fonds: int = 3, start: int = 0) -> list[Item]:
    """Make items of all kinds in some fonds, the same for the same seed."""
    chance = random.Random(seed)
    with atomic():
        homes = [
            Fonds.objects.get_or_create(
                code=f"F{place:03d}",
                defaults={"id": derived_id("fonds", f"F{place:03d}"), "name": f"第{place}全宗", "founded": clock.now()},
            )[0]
            for place in range(1, fonds + 1)
        ]
        made = [_row(chance, homes, start + count) for count in range(number)]
        for part in range(0, number, 5000):
            insert_objects(made[part : part + 5000])
    return made


def _row(chance: random.Random, homes: list[Fonds], count: int) -> Item:
    home = chance.choice(homes)
    year = chance.choice([None, *range(2000, 2024)]) if count % 9 == 0 else 1960 + count % 60
    category = chance.choice(["WS", "WS", "KJ", "ZP", ""])
    retention = chance.choice(["Y", "D30", "D10", ""])
    code = f"{home.code}-{category or 'QT'}·{year or 1900}-{retention or 'Y'}-BGS-{count:06d}"
    title = f"关于{chance.choice(_SUBJECTS)}的{chance.choice(_KINDS)}（{count % 40}）"
    day = datetime.date(year or 2001, 1 + count % 12, 1 + count % 28)
    files = chance.choice([0, 1, 2])
    identity = new_id()
    drawn = draw_columns(code, {"title": title})
    return Item(
        id=identity, fonds=home, reference_code=code, code_sort=drawn.code_sort, category=category, year=year,
        retention=retention, department=chance.choice(["办公室", "法制科", ""]), title=title, author="澜城县人大常委会",
        document_number=f"澜人发〔{year}〕{count}号", date_text=day.isoformat() if count % 5 else "",
        date_from=day if count % 5 else None, date_to=day if count % 5 else None,
        secrecy=chance.choice(["public", "public", "restricted"]), openness=chance.choice(["open", "controlled"]),
        elements={"title": title}, transfer=f"2026-{count % 7:04d}", object_id=f"urn:uuid:{identity}",
        files_count=files, bytes=files * 1000, pages=count % 30,
        registered=clock.now() - datetime.timedelta(hours=count % 700),
    )  # fmt: skip
