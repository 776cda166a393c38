"""The description file 说明文件: lines of `key：value`."""

from __future__ import annotations

import re
import unicodedata

from shicheng.kernel.digests import UnknownAlgorithm, algorithm_name
from shicheng.kernel.messages import message as _
from shicheng.packages.names import problem, visible
from shicheng.packages.texts import fold_header, read_text
from shicheng.packages.types import PackageFile, PackageProblem, ProblemKind, Statement

MAX_BYTES = 4 << 20
_NAMES = ("说明文件.txt", "移交说明.txt", "说明.txt")
_CATEGORIES = {
    "文书": "WS", "科技": "KJ", "会计": "KU", "专业": "ZY", "人事": "RS",
    "照片": "ZP", "录音": "LY", "录像": "LX",
}  # fmt: skip
_KEYS: dict[str, tuple[str, ...]] = {
    "agency": ("移交单位", "移交单位名称", "立档单位", "立档单位名称"),
    "fonds_code": ("全宗号",),
    "fonds_name": ("全宗名称",),
    "category": ("档案门类", "门类", "门类代码"),
    "items": ("件数", "档案数量", "移交件数", "档案件数"),
    "files": ("文件数", "文件数量", "计算机文件数", "文件总数"),
    "bytes": ("字节数", "总字节数", "数据量(字节)"),
    "digest_algorithm": ("摘要算法", "数字摘要算法", "校验算法"),
    "date": ("移交日期", "交接日期"),
    "departments": ("机构代码", "机构或问题代码", "机构(问题)代码"),
    "list_name": ("目录文件", "归档文件目录", "目录文件名"),
    "manifest_name": ("清单文件", "文件清单", "清单文件名"),
}
_FIELD_BY_KEY = {fold_header(key): name for name, keys in _KEYS.items() for key in keys}
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:件|个|份|卷|张|字节|b|byte|bytes)?", re.IGNORECASE)
_CODE = re.compile(r"\(([A-Za-z]{1,8}(?:·[A-Za-z]{1,8})?)\)|^([A-Za-z]{1,8}(?:·[A-Za-z]{1,8})?)$")
_PAIR = re.compile(r"\s*([^=＝:：]+?)\s*[=＝:：]\s*(.+?)\s*$")


def statement_names() -> tuple[str, ...]:
    """Names a description file goes by."""
    return _NAMES


def read_statement(file: PackageFile) -> tuple[Statement, list[PackageProblem]]:
    """Read a description file; what can't be understood is kept as text and named in `unreadable`."""
    text, wrong = read_text(file, limit=MAX_BYTES)
    statement, problems = parse_statement(text, path=file.path)
    return statement, ([wrong] if wrong is not None else []) + problems


def parse_statement(text: str, *, path: str) -> tuple[Statement, list[PackageProblem]]:
    """Parse the text of a description file."""
    statement = Statement()
    problems: list[PackageProblem] = []
    last: str | None = None
    for line in text.replace("\x00", "").splitlines():
        if not line.strip():
            continue
        key, value = _split(line)
        if key is None:
            # A text may go on in the next line; a number or code may not.
            if last is not None and fold_header(last) not in _FIELD_BY_KEY:
                statement.values[last] = f"{statement.values[last]}\n{line.strip()}".strip()
            continue
        if key in statement.values:
            if statement.values[key] != value:
                problems.append(_twice(key, path, statement.values[key], value))
            last = None
            continue
        statement.values[key] = value
        last = key
    unreadable = []
    for key, value in statement.values.items():
        field = _FIELD_BY_KEY.get(fold_header(key))
        if field is not None and value and not _set(statement, field, value):
            unreadable.append(key)
            problems.append(_not_understood(key, path, value))
    statement.unreadable = tuple(unreadable)
    if not statement.values:
        problems.append(_no_pairs(path))
    return statement, problems


def parse_count(text: str) -> int | None:
    """Read a whole number as people write it in lists: 1,234 / １２３４ / 50件; None if it is none."""
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    # no count is longer; the bound keeps a hostile line from costing time
    return int(found[1].replace(",", "")) if found and len(found[1]) <= 24 else None


def parse_algorithm(text: str) -> str | None:
    """Read the name of a digest algorithm in a list or statement; None if none is known by it."""
    try:
        return algorithm_name(unicodedata.normalize("NFKC", text).strip())
    except UnknownAlgorithm:
        return None


def _split(line: str) -> tuple[str | None, str]:
    places = [at for at in (line.find("："), line.find(":")) if at > 0]
    if not places:
        return None, ""
    at = min(places)
    key = line[:at].strip().lstrip("\ufeff")
    return (key, line[at + 1 :].strip()) if key else (None, "")


def _set(statement: Statement, field: str, value: str) -> bool:
    if field in ("items", "files", "bytes"):
        count = parse_count(value)
        if count is None and field == "items":  # 60件，75个文件
            found = re.search(r"(\d{1,12})件", unicodedata.normalize("NFKC", value).replace(" ", ""))
            count = int(found[1]) if found else None
        if field == "items" and getattr(statement, field) is None:
            statement.items = count
        elif field == "files" and statement.files is None:
            statement.files = count
        elif field == "bytes" and statement.bytes is None:
            statement.bytes = count
        return count is not None
    if field == "digest_algorithm":
        statement.digest_algorithm = parse_algorithm(value)
        return statement.digest_algorithm is not None
    if field == "departments":
        statement.departments = parse_pairs(value)
        return bool(statement.departments)
    if field == "category":
        statement.category = _category(value)
        return statement.category is not None
    if getattr(statement, field) is None:
        setattr(statement, field, value)
    return True


def parse_pairs(text: str) -> dict[str, str]:
    """Read `BGS=办公室；FGW=法制工作委员会` into a table."""
    pairs = {}
    for part in re.split(r"[;；,，、\n]", text):
        found = _PAIR.match(part)
        if found:
            pairs[unicodedata.normalize("NFKC", found[1])] = found[2]
    return pairs


def _category(value: str) -> str | None:
    found = _CODE.search(unicodedata.normalize("NFKC", value).strip())
    if found:
        return (found[1] or found[2]).upper()
    return next((code for word, code in _CATEGORIES.items() if word in value), None)


def _twice(key: str, path: str, first: str, second: str) -> PackageProblem:
    return problem(
        ProblemKind.STATEMENT,
        _(
            "The description file %(path)s says “%(key)s” twice with different values. The first was used; "
            "correct the file.",
            path=visible(path),
            key=key,
        ),
        path=path,
        expected=first,
        found=second,
    )


def _not_understood(key: str, path: str, value: str) -> PackageProblem:
    return problem(
        ProblemKind.STATEMENT,
        _(
            "The description file %(path)s gives “%(key)s” as “%(value)s”, which could not be understood. "
            "Write it in the usual form, numbers in digits.",
            path=visible(path),
            key=key,
            value=value[:200],
        ),
        path=path,
        found=value[:200],
    )


def _no_pairs(path: str) -> PackageProblem:
    return problem(
        ProblemKind.STATEMENT,
        _(
            "The description file %(path)s has no line of the form “key：value”. Write it again by the form.",
            path=visible(path),
        ),
        path=path,
    )
