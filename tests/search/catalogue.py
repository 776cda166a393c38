"""Invented records, the same every time, and an index of them that needs no database."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from uuid import UUID

import tantivy

from shicheng.holdings.types import IndexDocument
from shicheng.kernel.reference_codes import parse_reference_code
from shicheng.search.schema import make_index, write_document

PLACES = ["青石县", "临溪县", "云岭乡", "南坡镇", "白鹭街道", "東河鄉"]
MATTERS = [
    "安全生产", "消防安全", "劳动合同", "土地承包", "防汛抗旱", "義務教育", "“三公”经费", "GB 18030编码改造",
    "5G 网络建设",
    "乡村振兴", "预算调整", "人大代表建议（议案）办理", "《城乡规划法》实施", "IPv6 deployment plan", "档案数字化",
]  # fmt: skip
KINDS = ["决定", "通知", "报告", "批复", "会议纪要", "办法（试行）", "意见[征求意见稿]", "函", "總結"]
AUTHORS = ["青石县人民代表大会常务委员会", "青石县人民政府办公室", "临溪县广播电视台", "县财政局", "林晚舟"]
BRACKETS = ["〔{}〕", "[{}]", "（{}）", "【{}】", "({})", "［{}］"]
CATEGORIES = ["WS", "KU", "ZP"]
RETENTIONS = ["Y", "D30", "D10"]
DEPARTMENTS = ["BGS", "CWK", "FZK"]
OPENNESS = ["open", "controlled", "deferred", "unreviewed"]
SECRECY = ["public", "public", "public", "restricted", "secret"]


def records(count: int = 360, *, seed: int = 11) -> list[IndexDocument]:
    """Records of two fonds; about one in three has a text."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        year = chance.randrange(2008, 2024)
        fonds = chance.choice(["G037", "B012"])
        category, retention = chance.choice(CATEGORIES), chance.choice(RETENTIONS)
        department = chance.choice(DEPARTMENTS)
        ref = f"{fonds}-{category}·{year}-{retention}-{department}-{number + 1:04d}"
        matter, kind = chance.choice(MATTERS), chance.choice(KINDS)
        docno = f"青政发{chance.choice(BRACKETS).format(year)}{chance.randrange(1, 90)}号"
        title = chance.choice(
            [
                f"{chance.choice(PLACES)}关于{matter}工作的{kind}",
                f"关于印发《{matter}{kind}》的通知",
                f"{year} 年{matter} 第{chance.randrange(1, 20)}次{kind}",
                f"{matter}：{chance.choice(PLACES)}{kind}（{docno}）",
            ]
        )
        date = None if chance.random() < 0.08 else datetime.date(year, chance.randrange(1, 13), chance.randrange(1, 28))
        text = ""
        if chance.random() < 0.35:
            text = "\n".join(
                f"{chance.choice(PLACES)}就{chance.choice(MATTERS)}作出{chance.choice(KINDS)}，由{chance.choice(AUTHORS)}负责。"
                for _line in range(chance.randrange(1, 6))
            )
        made.append(
            IndexDocument(
                id=UUID(int=chance.getrandbits(128)), ref=ref, title=title, author=chance.choice(AUTHORS),
                document_number=docno, fonds=fonds, fonds_name={"G037": "青石县人大", "B012": "临溪县电视台"}[fonds],
                category=category, year=year, retention=retention, department=department,
                date=date.isoformat() if date else "", date_from=date, date_to=date,
                openness=chance.choice(OPENNESS), secrecy=chance.choice(SECRECY), transfer=f"T{year}",
                code_sort=parse_reference_code(ref).sort_key, formats=(chance.choice(["pdf", "ofd", "docx"]),),
                elements={
                    "title": title, "keywords": f"{matter[:2]};{kind}",
                    "persons": chance.choice(["林晚舟", "顾长风", ""]),
                    "note": chance.choice(["原件缺页", "复印件", ""]),
                },
                text=text, extra=_added(number),
            )
        )  # fmt: skip
    return made


def _added(number: int) -> dict[str, str] | None:
    """Values of fields of the archive's own: two in three records have none."""
    if number % 3:
        return None
    return {
        "议题": f"{MATTERS[number // 3 % len(MATTERS)]}（第{number % 7}项）", "代表": AUTHORS[number % len(AUTHORS)],
        "filing_row": f"row-{number}", **({"人大代表": "甲"} if number % 2 else {"届": "十四"}),
    }  # fmt: skip


def build_index(folder: Path, documents: list[IndexDocument], *, commits: int = 3) -> tantivy.Index:
    """An index of these records in several segments."""
    folder.mkdir(parents=True)
    index = make_index(folder)
    writer = index.writer(30_000_000, 1)
    for number, document in enumerate(documents, 1):
        writer.add_document(write_document(document))
        if number % (len(documents) // commits) == 0:
            writer.commit()
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
