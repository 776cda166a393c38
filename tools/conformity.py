#!/usr/bin/env python3
"""Write the pages of conformity from docs/standards/conformity.toml, or check that they are what it says.

tools/conformity.py write | check
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "standards" / "conformity.toml"
PAGES = {"en": ROOT / "docs/standards/conformity.md", "zh": ROOT / "docs/zh/standards/conformity.md"}

_HEADS = {
    "en": """# Conformity: what is asked of a system for electronic archives

Functions of GB/T 39784-2021 and the rules of 2017 (档办发〔2017〕3号) in our own numbering, and what shows each of them
here: pages, commands, tests. *Yes* means that the function is there and a test holds it; *partly* says what is missing;
*no* means no. This is no certificate. The text of 39784 was not at hand: its clauses stay blank until somebody has seen
them, and **mark** says how sure we are of the function itself (S seen, S-v seen at vendors, R from memory).

必: asked for in 2017, so mandatory in 39784; 扩: extension. Made from `conformity.toml` by `tools/conformity.py`;
a test holds that every page, command and test exists.

{count}

| id | function | level | article | clause | mark | here | what there is | pages | commands | tests |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
""",
    "zh": """# 符合性对照：对电子档案管理系统的要求

GB/T 39784-2021 与 2017 年《基本功能规定》（档办发〔2017〕3号）的功能（按我们自己的编号），以及本系统中证明它的页面、
命令和测试。“是”表示功能具备并有测试保证；“部分”写明缺什么；“否”就是没有。本页不是认证。39784 原文未见到，
条款号留空待核；**依据**一栏说明对该功能的把握（S 见过，S-v 见于厂商材料，R 凭记忆）。

必：2017 年规定要求，故为 39784 必选；扩：扩展功能。由 `conformity.toml` 经 `tools/conformity.py` 生成；测试保证所列
页面、命令和测试都存在。

{count}

| 编号 | 功能 | 级别 | 条 | 条款 | 依据 | 本系统 | 现状 | 页面 | 命令 | 测试 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
""",
}
_ANSWERS = {"en": {"yes": "yes", "partly": "partly", "no": "no"}, "zh": {"yes": "是", "partly": "部分", "no": "否"}}


def read() -> list[dict[str, Any]]:
    """The features in their order."""
    found: list[dict[str, Any]] = tomllib.loads(SOURCE.read_text("utf-8"))["feature"]
    return found


def page(language: str, features: list[dict[str, Any]]) -> str:
    """The page of one language."""
    answers = _ANSWERS[language]
    counts = {code: sum(one["answer"] == code for one in features) for code in answers}
    if language == "en":
        count = f"Of {len(features)} functions: {counts['yes']} yes, {counts['partly']} partly, {counts['no']} no."
    else:
        count = f"共 {len(features)} 项：是 {counts['yes']} 项，部分 {counts['partly']} 项，否 {counts['no']} 项。"
    rows = []
    for one in features:
        cells = [
            one["id"], one[language], one["level"], one["article"], one.get("clause", ""), one["mark"],
            answers[one["answer"]], one[f"said_{language}"], _codes(one["pages"]), _codes(one["commands"]),
            _codes(one["tests"]),
        ]  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |\n")
    return _HEADS[language].format(count=count) + "".join(rows)


def _codes(names: list[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> int:
    """Write or check."""
    features = read()
    stale = []
    for language, path in PAGES.items():
        text = page(language, features)
        if arguments == ["write"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
    if stale:
        print(f"Out of date: {', '.join(stale)}. Run: tools/conformity.py write", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
