"""Names of descriptive elements: our code name, the element of DA/T 46-2009, and the column headers seen.

The element numbers are those of the metadata scheme for electronic records (文书类电子文件元数据方案);
`None` marks what the scheme does not have. Headers are matched after folding width and spaces.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Element:
    """One descriptive element."""

    name: str
    label_zh: str
    label_en: str
    number: str | None
    headers: tuple[str, ...] = ()


ELEMENTS: tuple[Element, ...] = (
    Element("reference_code", "档号", "Reference code", "M8", ("档号", "归档号", "电子档案号")),
    Element("archive_name", "档案馆名称", "Archive", "M3", ("档案馆名称",)),
    Element("archive_code", "档案馆代码", "Archive code", "M4", ("档案馆代码",)),
    Element("fonds_name", "全宗名称", "Fonds", "M5", ("全宗名称",)),
    Element("agency", "立档单位名称", "Creating agency", "M6", ("立档单位名称", "立档单位")),
    Element("record_id", "电子文件号", "Record identifier", "M7", ("电子文件号",)),
    Element("fonds_code", "全宗号", "Fonds code", "M9", ("全宗号",)),
    Element("catalogue_number", "目录号", "Catalogue number", "M10", ("目录号",)),
    Element("year", "年度", "Filing year", "M11", ("年度", "归档年度", "归档年")),
    Element("retention", "保管期限", "Retention period", "M12", ("保管期限", "期限")),
    Element(
        "department",
        "机构或问题",
        "Department (subject)",
        "M13",
        ("机构", "问题", "机构或问题", "机构(问题)", "机构或问题代码", "部门"),
    ),
    Element("category", "门类", "Record category", "M14", ("类别号", "门类", "档案门类", "门类代码")),
    Element("volume_number", "案卷号", "Volume number", "M15", ("案卷号", "室编案卷号", "组号", "册号")),
    Element("archive_volume_number", "馆编案卷号", "Volume number given by the archive", "M16", ("馆编案卷号",)),
    Element("item_number", "件号", "Item number", "M17", ("件号", "室编件号", "顺序号(件)")),
    Element("archive_item_number", "馆编件号", "Item number given by the archive", "M18", ("馆编件号",)),
    Element("page_number", "页号", "Page number", "M20", ("页号", "起止页号", "页次")),
    Element("title", "题名", "Title", "M22", ("题名", "文件题名", "正题名", "标题", "文件标题")),
    Element("parallel_title", "并列题名", "Parallel title", "M23", ("并列题名",)),
    Element("subtitle", "副题名", "Subtitle", "M24", ("副题名",)),
    Element("title_note", "说明题名文字", "Note on the title", "M25", ("说明题名文字",)),
    Element("subjects", "主题词", "Subject terms", "M26", ("主题词",)),
    Element("keywords", "关键词", "Keywords", "M27", ("关键词",)),
    Element("persons", "人名", "Persons", "M28", ("人名",)),
    Element("abstract", "摘要", "Abstract", "M29", ("摘要", "内容摘要", "内容提要", "提要")),
    Element("classification", "分类号", "Class number", "M30", ("分类号",)),
    Element("document_number", "文件编号", "Document number", "M31", ("文号", "文件编号", "发文字号", "公文编号")),
    Element("author", "责任者", "Author", "M32", ("责任者", "作者", "发文单位", "形成者")),
    Element("date", "日期", "Date", "M33", ("日期", "文件日期", "成文日期", "形成日期", "时间")),
    Element("genre", "文种", "Genre", "M34", ("文种",)),
    Element("urgency", "紧急程度", "Urgency", "M35", ("紧急程度", "缓急")),
    Element("addressee", "主送", "Addressee", "M36", ("主送", "主送单位")),
    Element("copied_to", "抄送", "Copied to", "M37", ("抄送", "抄送单位")),
    Element("secrecy", "密级", "Secrecy level", "M38", ("密级",)),
    Element("secrecy_term", "保密期限", "Secrecy term", "M39", ("保密期限", "保密期")),
    Element("grouping", "文件组合类型", "Single or composite", "M41", ("文件组合类型",)),
    Element("items_count", "件数", "Number of items", "M42", ("件数",)),
    Element("pages", "页数", "Pages", "M43", ("页数", "页数(页)", "张数")),
    Element("language", "语种", "Language", "M44", ("语种", "语言或文字")),
    Element("draft_state", "稿本", "Draft state", "M45", ("稿本",)),
    Element("rights_note", "知识产权说明", "Intellectual property", "M71", ("知识产权说明",)),
    Element("control_mark", "控制标识", "Control mark", "M74", ("控制标识",)),
    Element("note", "附注", "Note", "M75", ("备注", "附注", "说明")),
    # DA/T 18-2022 has these beside the scheme of 2009.
    Element("openness", "开放标识", "Openness", None, ("开放标识", "开放状态", "开放情况")),
    Element("disclosure", "公开属性", "Disclosure", None, ("公开属性",)),
    Element("attachments", "附件数", "Attachments", None, ("附件数", "附件", "附件数量")),
    Element("row_number", "序号", "Row", None, ("序号", "顺序号")),
    Element("file_size", "计算机文件大小", "File size", "M49", ("计算机文件大小",)),
    Element("format", "计算机文件格式", "File format", "M47", ("计算机文件格式", "格式信息")),
)

ADDED = "+"
"""Stands before the label of a field that is no element: its values stand among the columns no norm knows."""
BY_NAME: dict[str, Element] = {element.name: element for element in ELEMENTS}
