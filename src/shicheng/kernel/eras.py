"""Years by era: 民国 and the reign years of the Qing, with the years they began.

An own table of common knowledge. The Qing counted by a lunar year, which begins between 21 January
and 20 February; month and day of it are not converted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Era:
    """An era: its names, its first year and its number of years (None: not ended in this table)."""

    names: tuple[str, ...]
    first_year: int
    years: int | None
    lunar: bool


ERAS: Final[tuple[Era, ...]] = (
    Era(("天命",), 1616, 11, lunar=True),
    Era(("天聪", "天聰"), 1627, 10, lunar=True),
    Era(("崇德",), 1636, 8, lunar=True),
    Era(("顺治", "順治"), 1644, 18, lunar=True),
    Era(("康熙",), 1662, 61, lunar=True),
    Era(("雍正",), 1723, 13, lunar=True),
    Era(("乾隆",), 1736, 60, lunar=True),
    Era(("嘉庆", "嘉慶"), 1796, 25, lunar=True),
    Era(("道光",), 1821, 30, lunar=True),
    Era(("咸丰", "咸豐"), 1851, 11, lunar=True),
    Era(("同治",), 1862, 13, lunar=True),
    Era(("光绪", "光緒"), 1875, 34, lunar=True),
    Era(("宣统", "宣統"), 1909, 3, lunar=True),
    Era(("民国", "民國"), 1912, None, lunar=False),
    # In holdings of the north-east, 1932 to 1945.
    Era(("大同",), 1932, 3, lunar=False),
    Era(("康德",), 1934, 12, lunar=False),
)

BY_NAME: Final = {name: era for era in ERAS for name in era.names}

ERA_NAME: Final = re.compile("^(?:清朝?|中华|中華|[伪偽]满洲?国?|[偽伪]滿洲?國?)?(" + "|".join(BY_NAME) + ")")


def year_of(era: Era, number: int) -> int | None:
    """Return the Gregorian year that year `number` of `era` mostly falls in; None outside the era."""
    if number < 1 or (era.years is not None and number > era.years):
        return None
    return era.first_year + number - 1
