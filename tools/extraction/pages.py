"""Writing what was measured into the pages about suggestions."""

from __future__ import annotations

from pathlib import Path

Figures = dict[str, dict[str, dict[str, dict[str, float]]]]

_WORDS = {
    "en": {
        "unseen": "The half never looked at",
        "seen": "The half looked at",
        "head": "| documents | element | values | suggested | right | recall | precision |",
        "transfers": "batches", "laws": "regulations", "register": "registers",
        "title": "title", "document_number": "document number", "author": "author", "date": "date", "genre": "genre",
        "addressee": "addressee (made)", "sure": "Right suggestions by the confidence they were given with:",
    },
    "zh": {
        "unseen": "从未看过的一半",
        "seen": "看过的一半",
        "head": "| 文件 | 著录项 | 应有值 | 建议数 | 正确数 | 召回率 | 准确率 |",
        "transfers": "移交批次", "laws": "法规", "register": "登记表",
        "title": "题名", "document_number": "文号", "author": "责任者", "date": "日期", "genre": "文种",
        "addressee": "主送（人为）", "sure": "各置信度下建议正确的比例：",
    },
}  # fmt: skip


def write_pages(root: Path, measured: Figures) -> None:
    """Put the tables between the marks of both pages."""
    for language, path in (("en", "docs/topics/suggestions.md"), ("zh", "docs/zh/topics/suggestions.md")):
        page = root / path
        block = "<!-- measured -->\n" + _tables(measured, _WORDS[language]) + "<!-- /measured -->"
        before, _begin, rest = page.read_text().partition("<!-- measured -->")
        page.write_text(before + block + rest.partition("<!-- /measured -->")[2])


def _tables(measured: Figures, words: dict[str, str]) -> str:
    text = ""
    for half in ("unseen", "seen"):
        text += f"\n### {words[half]}\n\n{words['head']}\n|{' --- |' * 7}\n"
        for kind, elements in measured[half].items():
            for element, figure in elements.items():
                if element in ("all", "by confidence"):
                    continue
                text += f"| {words[kind]} ({elements['all']['documents']:,}) | {words[element]} "
                text += f"| {figure['given']:,} | {figure['suggested']:,} | {figure['right']:,} "
                text += f"| {figure['recall']:.1%} | {figure['precision']:.1%} |\n"
        sure = "; ".join(
            f"{words[kind]} " + ", ".join(f"{key} → {share:.1%}" for key, share in elements["by confidence"].items())
            for kind, elements in measured[half].items()
        )
        text += f"\n{words['sure']} {sure}.\n"
    return text + "\n"
