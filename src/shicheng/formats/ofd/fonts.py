"""Which font of the reader's own stands in for one that is not embedded."""

from __future__ import annotations

import re

_KAI = "KaiTi, STKaiti, 'AR PL UKai CN', 'Kaiti SC'"
_FANG = "FangSong, STFangsong, 'Fangsong SC'"
_HEI = "SimHei, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
_SONG = "SimSun, 'Songti SC', STSong, 'Noto Serif CJK SC', 'Source Han Serif SC', 'AR PL UMing CN', serif"
_KINDS = (
    (("仿宋", "fangsong", "fzfs", "stfang"), f"{_FANG}, {_SONG}"),
    (("楷", "kai"), f"{_KAI}, {_SONG}"),
    (("黑", "hei", "gothic", "yahei", "sans", "arial", "helvetica", "verdana", "tahoma", "圆"), _HEI),
    (("courier", "consol", "mono", "ocr"), f"'Courier New', Courier, 'DejaVu Sans Mono', monospace, {_SONG}"),
)
_UNSAFE = re.compile(r"[^\w \-]")


def font_stack(*names: str) -> str:
    """Return a CSS font-family list for the names an OFD gives a font; ends in the Song and serif fonts."""
    own = []
    for name in names:
        safe = _UNSAFE.sub(" ", name).strip()[:80]
        if safe and f"'{safe}'" not in own:
            own.append(f"'{safe}'")
    folded = " ".join(names).casefold()
    stack = next((stack for words, stack in _KINDS if any(word in folded for word in words)), _SONG)
    return ", ".join([*own, stack])
