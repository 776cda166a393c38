"""Words by which bodies, genres and marks are known in Chinese documents."""

from __future__ import annotations

import re
from typing import Final

_BODY_ENDS: Final = (
    "人民政府|政府|国务院|中央军委|中央|办公厅|办公室|委员会|代表大会|常务委员会|常委会|人大|政协|委|省委|市委|县委|区委|"
    "党委|党组|党工委|管委会|总局|局|厅|部|法院|检察院|研究院|学院|医院|院|总署|署|专员公署|公署|协会|学会|联合会|总工会|"
    "工会|公司|集团|大学|学校|中学|小学|幼儿园|中心|银行|支行|分行|研究所|派出所|事务所|所|工作站|站|团委|支队|总队|大队|"
    "指挥部|司令部|街道办事处|办事处|居委会|村委会|领导小组|联席会议|会议|主席团|秘书处|处|科|室|办|馆|社|支部|基金会|"
    "商会|法制办|军区|军分区|海关|税务局|电视台|电台|广播电视台|报社|出版社|工厂|厂|农场|林场|合作社|联社|交易所|联盟|总会|"
    "大会|组|段|队|台"
)
BODY: Final = re.compile(
    rf"[\u3400-\u9fff（）()·〇○A-Za-z0-9“”]{{0,60}}(?:{_BODY_ENDS})(?:[（(][\u3400-\u9fff]{{1,12}}[）)])?"
)
"""A body as it is written: at most some sixty signs that end with what bodies are called."""

_NOT_IN_BODIES: Final = re.compile(
    "关于|根据|按照|为了|应当|规定|印发|的|通过|批准|第[一二三四五六七八九十百0-9]+条|是|在"
)

# The fifteen of the regulation on official documents of party and government (2012), then what regulations and
# other records are called. The longest first, since the end of a title is looked at.
_OFFICIAL: Final = "决议 决定 命令 令 公报 公告 通告 意见 通知 通报 报告 请示 批复 议案 函 纪要"
_OTHER: Final = (
    "条例 规定 办法 细则 规则 章程 法 法典 宪法 制度 准则 守则 规程 规范 标准 方案 规划 计划 要点 预案 总结 讲话 "
    "说明 解释 答复 复函 公示 简报 合同 协议 名单 目录 指南 指引 纲要 解读 大纲 清单 建议 提案 证明 倡议书 意见书 "
    "建议书 判决书 裁定书 裁决书 决定书 通知书 协议书 责任书 任务书 申请书 介绍信 慰问信 贺信 贺电 批示 记录 大事记 "
    "汇报 会议记录 会议纪要 情况 调查报告 工作报告 审计报告 措施 若干措施 修正案 起诉书 致辞 发言 提纲 声明 启事 电报"
)
OFFICIAL_GENRES: Final = frozenset(_OFFICIAL.split())
GENRES: Final = tuple(sorted({*OFFICIAL_GENRES, *_OTHER.split()}, key=len, reverse=True))
_SAME: Final = {
    "令": "命令（令）", "命令": "命令（令）", "复函": "函", "会议纪要": "纪要", "若干措施": "措施", "调查报告": "报告",
    "工作报告": "报告", "审计报告": "报告", "会议记录": "记录", "法典": "法", "宪法": "法",
}  # fmt: skip
TITLE_END: Final = re.compile(
    f"(?:{'|'.join(GENRES)})(?:[》〉”]*)"
    "(?:[（(](?:试行|暂行|草案|修订|修正|征求意见稿|送审稿|代拟稿|讨论稿|审议稿|修改稿|节录|摘要|[^（）()]{0,18}[年版号])"
    "[^（）()]{0,12}[）)])*[*＊]?"
)
"""The end of a whole title: what it is called, with what may stand after that in brackets."""

_GENRE_TAIL: Final = re.compile(r"(?:[》〉”]|[（(][^（）()]{0,40}[）)]|[*＊])*$")
_BETWEEN: Final = re.compile("[、，,；;]")
URGENCIES: Final = ("特提", "特急", "加急", "平急", "急件")
SECRECIES: Final = ("绝密", "机密", "秘密")


def is_body(plain: str) -> bool:
    """Tell whether folded words are the name of a body, and of one alone."""
    return 2 < len(plain) <= 60 and BODY.fullmatch(plain) is not None and _NOT_IN_BODIES.search(plain) is None


def bodies_in(plain: str) -> list[tuple[int, int]]:
    """Where the bodies of folded words stand that name one or several and nothing else; none for other words."""
    spots, begin = [], 0
    for end in [*(found.start() for found in _BETWEEN.finditer(plain)), len(plain)]:
        if not is_body(plain[begin:end]):
            return []
        spots.append((begin, end))
        begin = end + 1
    return spots


def genre_of(title: str) -> tuple[str, int, int] | None:
    """What a folded title says the document is: the genre and where the word stands in the title."""
    end = len(title)
    found = _GENRE_TAIL.search(title)
    if found is not None:
        end = found.start()
    for genre in GENRES:
        if title.endswith(genre, 0, end) and (end > len(genre) or genre in OFFICIAL_GENRES):
            return _SAME.get(genre, genre), end - len(genre), end
    return None
