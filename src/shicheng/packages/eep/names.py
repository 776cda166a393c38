"""Names and fixed sentences of the encapsulation package 电子文件封装包 of DA/T 48-2009.

They were taken from a schema that a vendor ships as that of the standard, not from the printed text:
second-hand, so what is read is judged leniently and only what is certain is called wrong.
"""

from __future__ import annotations

from typing import Final

from shicheng.packages.elements import ELEMENTS

NAMESPACE: Final = "http://www.saac.gov.cn/standards/ERM/encapsulation"
ROOT: Final = "电子文件封装包"
FORMAT_SENTENCE: Final = "本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成"
VERSION: Final = "2009"
ORIGINAL: Final = "原始型"
MODIFIED: Final = "修改型"
ENCODING_SENTENCE: Final = "本编码数据为计算机文件二进制流的Base64编码"
MAIN_DOCUMENT: Final = "主文档"
ATTACHED_DOCUMENT: Final = "附属文档"
ATTACHMENT: Final = "附件"
DRAFT_STATES: Final = frozenset({"正本", "定稿", "附件", "处理单", "草稿", "底稿", "签发稿", "手稿", "副本", "试行本"})

TAGS: Final = {
    element.name: {"category": "类别号", "volume_number": "室编案卷号", "item_number": "室编件号"}.get(
        element.name, element.label_zh
    )
    for element in ELEMENTS
    if element.number is not None
}
ELEMENT_OF_TAG: Final = {tag: name for name, tag in TAGS.items()}
LABELS: Final = {element.label_zh: element.name for element in ELEMENTS if element.number is None}
