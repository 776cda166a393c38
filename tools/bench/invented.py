"""Records of offices that do not exist: the same number always gives the same record."""

from __future__ import annotations

import random
from dataclasses import dataclass

SEED = 1534  # the year the imperial archive was founded


def _words(text: str) -> list[str]:
    return text.split()


_PLACES = _words(
    "青禾县 云岭市 白鹭区 石桥镇 长溪县 望海市 松原坪乡 临川湾区 金沙渡镇 北麓县 凤鸣市 清泉县 双塔区 柳林镇 东屏县 "
    "玉带河区 九里坡乡 南雁市 半山镇 芦花荡乡 红杉县 飞云渡区 大青沟镇 雁栖县 宝石岭市 沙河口区 晨光镇 落霞县"
)
_ORGANS = _words(
    "人民代表大会常务委员会 人民政府办公室 教育体育局 农业农村局 水务局 民政局 财政局 审计局 文化和旅游局 交通运输局 "
    "卫生健康委员会 自然资源局 生态环境局 应急管理局 市场监督管理局 档案馆 广播电视台 住房和城乡建设局 统计局 司法局"
)
_DEPARTMENTS = {"BGS": "办公室", "FGK": "法规科", "YWK": "业务科", "RSK": "人事科", "CWK": "财务科", "DAK": "档案科"}
_ACTS = _words(
    "加强 规范 推进 开展 做好 完善 调整 印发 批准 撤销 启动 落实 深化 改进 组织实施 进一步做好 全面推进 暂停 恢复 检查 "
    "督促 表彰 同意 征求 公布 修订 建立健全 统筹安排 专项整治 验收"
)
_THINGS = _words(
    "农村饮用水安全 中小学校舍维修 河道清淤 森林防火 档案数字化 城乡居民医疗保险 退役军人安置 古树名木保护 "
    "乡村公路养护 "
    "粮食储备 食品安全 安全生产 防汛抗旱 历史建筑修缮 水土保持 劳动合同备案 信访接待 财政预算执行 地方志编纂 "
    "广播电视节目制作 气象灾害预警 农田水利建设 高标准农田 老旧小区改造 垃圾分类 大气污染防治 土地承包经营权确权 "
    "非物质文化遗产 公共图书馆服务 校园周边治安 村级集体资产 养老服务设施 残疾人就业 知识产权保护 渔业资源增殖 "
    "湿地生态补偿 地名标志设置 消防通道清理 公务用车 会计档案销毁 年度考核 招商引资 矿山复垦 桥梁检测 供热管网"
)
_FORMS = _words(
    "工作的通知 工作的决定 工作的意见 实施方案 情况的报告 的请示 的批复 管理办法 的函 会议纪要 专项资金的通知 "
    "工作总结 三年行动计划 执法检查报告 的公告 评估结果的通报"
)
_FAMILIES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
)
_GIVEN = (
    "明华建国秀英志强海燕文博雨桐子涵浩然晓东春梅立新永安思远佳宁玉兰宏伟丽娟少峰振宇雪松云飞广生瑞祥景行怀瑾知微若谷"
)
_SENTENCES = (
    "各单位要结合实际，认真组织实施，并于每季度末将进展情况书面报送。",
    "对工作中发现的问题，应当及时登记、限期整改，整改结果归入本年度案卷。",
    "所需经费在年度部门预算中统筹安排，专款专用，接受审计监督。",
    "本件自印发之日起施行，原有规定与本件不一致的，以本件为准。",
    "会议听取了有关情况的汇报，审议了草案，并就下一步安排提出了意见。",
    "要明确责任分工，建立工作台账，做到有部署、有检查、有总结。",
    "现场核查由两名以上工作人员进行，核查记录由被检查单位签字确认。",
    "资料应当齐全完整，目录清楚，电子文件与纸质文件一并归档。",
)
RETENTION = {"Y": "永久", "D30": "30年", "D10": "10年"}
_FIRST_YEAR, _YEARS = 2004, 20
_GROUPS = [(y, r, d) for y in range(_YEARS) for r in RETENTION for d in _DEPARTMENTS]


@dataclass(frozen=True, slots=True)
class Record:
    """One invented record, described as an office would."""

    ref: str
    fonds: str
    year: int
    retention: str  # code
    department: str  # code
    number: int
    document_number: str
    author: str
    title: str
    date: str
    person: str

    @property
    def department_name(self) -> str:
        """Name of the department."""
        return _DEPARTMENTS[self.department]

    def elements(self) -> dict[str, str]:
        """The description by element names."""
        return {
            "reference_code": self.ref,
            "fonds_code": self.fonds,
            "year": str(self.year),
            "retention": RETENTION[self.retention],
            "department": self.department_name,
            "item_number": str(self.number),
            "document_number": self.document_number,
            "author": self.author,
            "title": self.title,
            "date": self.date,
            "secrecy": "公开",
            "pages": "1",
            "attachments": "0",
            "openness": "未审核",
        }


def department_codes() -> str:
    """The departments as a statement of transfer names them."""
    return "；".join(f"{code}={name}" for code, name in _DEPARTMENTS.items())


def record(number: int, fonds: str = "Q917") -> Record:
    """The record with this number in a fonds."""
    choice = random.Random(f"{SEED}/{fonds}/{number}")
    year_place, retention, department = _GROUPS[number % len(_GROUPS)]
    year, running = _FIRST_YEAR + year_place, number // len(_GROUPS) + 1
    author = choice.choice(_PLACES) + choice.choice(_ORGANS)
    person = choice.choice(_FAMILIES) + "".join(choice.sample(_GIVEN, choice.choice((1, 2, 2))))
    if choice.random() < 0.2:
        title = f"{author}关于任命{person}等同志职务的通知"
    else:
        title = f"{author}关于{choice.choice(_ACTS)}{choice.choice(_THINGS)}{choice.choice(_FORMS)}"
        if choice.random() < 0.3:
            title += f"（{choice.choice(_PLACES)}{choice.choice(_THINGS)}部分）"
    return Record(
        ref=f"{fonds}-WS·{year}-{retention}-{department}-{running:04d}",
        fonds=fonds,
        year=year,
        retention=retention,
        department=department,
        number=running,
        document_number=f"{author[0]}{department_sign(department)}发〔{year}〕{number + 1}号",
        author=author,
        title=title,
        date=f"{year}{choice.randint(1, 12):02d}{choice.randint(1, 28):02d}",
        person=person,
    )


def department_sign(code: str) -> str:
    """The character a department has in its document numbers."""
    return _DEPARTMENTS[code][0]


def text_of(one: Record, size: int) -> str:
    """Text of a record, at most `size` bytes of UTF-8 and at least `size` - 200."""
    choice = random.Random(f"{SEED}/text/{one.ref}")
    parts = [f"{one.title}\n{one.document_number}\n\n"]
    used = len(parts[0].encode())
    while True:
        sentence = (
            f"{choice.choice(_PLACES)}{choice.choice(_THINGS)}由{choice.choice(_FAMILIES)}{choice.choice(_GIVEN)}负责。"
        )
        sentence = sentence if choice.random() < 0.5 else choice.choice(_SENTENCES)
        length = len(sentence.encode())
        if used + length > size:
            return "".join(parts)
        parts.append(sentence)
        used += length
