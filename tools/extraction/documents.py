"""The documents suggestions are measured on, each with what is known to be right.

- transfers: files of whole batches as their programs wrote them (PDF, DOCX, OFD, text), with the row of the list;
- laws: texts of laws and regulations, set below their title and the note of how they were made, as they are printed;
- register: rows of registers of documents (title, number, date) without texts. They are set as documents after
  GB/T 9704 or as web pages with broken lines: real titles, numbers and dates are read in a made layout.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_DOCUMENTS = re.compile("(?:通知|决定|意见|批复|函|通告|公告|通报|报告|请示)(?:（[^）]*）)?$")
_BODY_ENDS = ("政府", "办公厅", "办公室", "局", "厅", "委员会", "国务院", "委")


@dataclass
class Document:
    """A text and the right values of its elements; an empty set says that the document has none."""

    text: str
    truth: dict[str, set[str]]


def half_of(title: str) -> str:
    """The half a record belongs to, by the digest of its title."""
    return "seen" if int(hashlib.sha256(title.encode()).hexdigest()[0], 16) % 2 == 0 else "unseen"


def folded(value: str) -> str:
    """A value to be compared: no blanks, one form of brackets and widths."""
    plain = "".join(unicodedata.normalize("NFKC", value).split())
    plain = re.sub("[；;,，]", "、", plain)
    for sign in "[【(〈<":
        plain = plain.replace(sign, "〔")
    for sign in "]】)〉>":
        plain = plain.replace(sign, "〕")
    return plain.strip("*")


def transfers(folder: Path, half: str) -> list[Document]:
    """Files with text of the batches below a folder."""
    import openpyxl

    from shicheng.formats.inspection import inspect_file

    found = []
    for batch in sorted(each for each in folder.iterdir() if each.is_dir()):
        rows = list(openpyxl.load_workbook(batch / "归档文件目录.xlsx").active.iter_rows(values_only=True))
        heads = [str(head) for head in rows[0]]
        for row in rows[1:]:
            told = dict(zip(heads, row, strict=True))
            title = str(told["题名"])
            if half_of(title) != half:
                continue
            for path in sorted((batch / "内容" / str(told["档号"])).glob("*")):
                if path.name.startswith("附件") or path.suffix in (".db", ".exe"):
                    continue
                text = inspect_file(path).text or ""
                # A batch of planted faults has files that are another document: what they say is not the row.
                if len(text.strip()) < 50 or folded(path.stem)[:12] not in folded(text[:400]):
                    continue
                found.append(Document(text, {"title": {title, path.stem}, **_made(text, str(told["责任者"]))}))
    return found


def _made(text: str, author: str) -> dict[str, set[str]]:
    """The author where the text names one above its first clause."""
    head = re.split("第一条|第一章", text)[0]
    plain = "".join(head.split())
    if not re.search("[0-9]月[0-9]{1,2}日", plain):
        return {}
    with_term = re.findall(
        r"日[，,]?([\u3400-\u9fff]{2,30}?第[一二三四五六七八九十]+届人民代表大会(?:常务委员会)?)", plain
    )
    return {"author": {author, *with_term[:1]}}


def laws(folder: Path, half: str) -> list[Document]:
    """Laws with their titles and notes, printed in three ways."""
    found = []
    with gzip.open(folder / "laws.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            if half_of(row["title"]) != half or not row["text"].strip() or "模版" in row["category"]:
                continue
            notes = row["history"]
            if number % 3 == 0:
                note = f"（{'　'.join(notes)}）" if notes else ""
            elif number % 3 == 1:
                note = "\n".join(notes)
            else:
                note = _wrapped(f"（{'　'.join(notes)}）", 30) if notes else ""
            title = row["title"] if number % 2 else _wrapped(row["title"], 20)
            text = f"{title}\n{note}\n{row['text'].replace('## ', '')}" if note else f"{title}\n\n{row['text']}"
            truth: dict[str, set[str]] = {"title": {row["title"]}, "genre": _genre(row["title"])}
            if notes:
                truth["date"] = {row["date"]}
                if row["creator"]:
                    truth["author"] = {row["creator"]}
            found.append(Document(text, {name: value for name, value in truth.items() if name != "genre" or value}))
    return found


def register(folder: Path, half: str) -> list[Document]:
    """Rows of registers, set as documents."""
    csv.field_size_limit(sys.maxsize)
    found = []
    with gzip.open(folder / "gov-records.tsv.gz", "rt", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t")):
            title = " ".join(row["title"].split("\n"))
            if half_of(row["title"]) == half and _DOCUMENTS.search(title):
                found.append(_set(number, title, row["doc_number"].strip(), row["date_issued"]))
    return found


def _set(number: int, title: str, document_number: str, date: str) -> Document:
    """Set a row as a document: with a red head, as a web page, or with the number below the title."""
    own = title.partition("关于")[0] if "关于" in title else ""
    names_one = own.endswith(_BODY_ENDS) and len(own) < 30 and not re.search("《|印发|贯彻|转发|批转", own)
    body = own if names_one else "某某省人民政府"
    addressee = "各市、县人民政府，省政府各部门、各直属机构"
    day = _written(date, number) if date else ""
    content = (
        "　　为做好有关工作，经研究，现将有关事项通知如下。\n"
        "　　一、提高认识。各地区、各部门要高度重视，认真组织实施。\n"
        "　　二、加强领导。请按照2015年1月5日会议的要求办理，参照国发〔2001〕1号文件执行。"
    )
    signed = f"\n　　　　　　　　　　{body}\n　　　　　　　　　　{day}\n" if day else ""
    wrapped = _wrapped(title, 16 + number % 9)
    kind = number % 3
    if kind == 0:
        head = f"{' '.join(body)} 文 件\n\n{document_number}\n\n" if document_number else f"{body}文件\n\n"
        text = f"{head}{wrapped}\n\n{_wrapped(addressee + '：', 18)}\n{content}\n{signed}\n抄送：省委各部门，省军区。\n"
    elif kind == 1:
        text = f"{title}\n{document_number}\n{addressee}：\n{content}\n{signed}"
    else:
        text = (
            f"{wrapped}\n（{document_number}）\n\n{addressee}：\n\n{content}\n{signed}"
            if document_number
            else f"{wrapped}\n\n{addressee}：\n\n{content}\n{signed}"
        )
    truth = {
        "title": {title},
        "document_number": {document_number} if document_number else set(),
        "date": {date.replace("-", "")} if date else set(),
        "addressee": {addressee},
        "genre": _genre(title),
    }
    if body != "某某省人民政府":
        truth["author"] = {body}
    return Document(text, truth)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(text[first : first + width] for first in range(0, len(text), width))


def _written(date: str, number: int) -> str:
    year, month, day = (int(part) for part in date.split("-"))
    if number % 2:
        return f"{year}年{month}月{day}日"
    signs = "〇一二三四五六七八九"
    return f"{''.join(signs[int(one)] for one in str(year))}年{_numeral(month)}月{_numeral(day)}日"


def _numeral(value: int) -> str:
    signs = "〇一二三四五六七八九"
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else signs[tens] + "十") + (signs[ones] if ones else "")


def _genre(title: str) -> set[str]:
    """What the title says the document is, read apart from the rules that are measured."""
    plain = re.sub(r"(?:[（(][^（）()]*[）)]|》|\*)+$", "", title)
    for word in (
        "条例",
        "规定",
        "办法",
        "细则",
        "规则",
        "决定",
        "决议",
        "通知",
        "意见",
        "批复",
        "通告",
        "公告",
        "通报",
        "报告",
        "请示",
    ):
        if plain.endswith(word):
            return {word}
    return {"函"} if plain.endswith("函") else set()
