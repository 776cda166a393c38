"""The built-in templates, in the order in which a code is tried against them."""

from __future__ import annotations

from typing import Final

from shicheng.kernel.reference_codes.templates import Field, Template

_FONDS: Final = (Field("fonds", "fonds"),)
_CATEGORY: Final = Field("category", "category")
_SUBCLASSES: Final = tuple(Field(name, "class", optional=True) for name in ("subclass_2", "subclass_3", "subclass_4"))
_YEAR: Final = Field("year", "year")
_RETENTION: Final = Field("retention", "retention")
_DEPARTMENT: Final = Field("department", "name", optional=True)
_VOLUME: Final = (Field("volume", "number", width=1),)
_ITEM: Final = (Field("item", "number", width=1),)

_BY_ITEM: Final = ("WS", "LY", "LX", "SJ", "YJ", "WY", "MT", "SW")
_BY_VOLUME: Final = ("RS", "KU", "ZY", "ZP")

DEFAULT_TEMPLATES: Final[tuple[Template, ...]] = (
    # DA/T 22-2015, 5.4: every part below the year on a level of its own, item numbers of four digits.
    Template(
        "DA/T 22-2015",
        (_FONDS, (_CATEGORY, _YEAR), (_RETENTION,), (_DEPARTMENT,), (Field("item", "number", width=4),)),
        example="Z109-WS·2011-Y-BGS-0001",
    ),
    # DA/T 13-2022 puts all parts of the class number on one level.
    Template(
        "DA/T 13-2022 by item",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _YEAR, _RETENTION, _DEPARTMENT), _ITEM),
        example="Z109-WS·2011·Y·办公室-0001",
    ),
    Template(
        "DA/T 13-2022 by item, retention before year",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _RETENTION, _YEAR, _DEPARTMENT), _ITEM),
        example="Z008-WS·Y·2019-037",
    ),
    Template(
        "DA/T 13-2022 by item, year only",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _YEAR), _ITEM),
        categories=_BY_ITEM,
        example="C015-WY·TZGG·2019-00001",
    ),
    Template(
        "DA/T 13-2022 by volume",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _YEAR, _RETENTION, _DEPARTMENT), _VOLUME, _ITEM),
        arrangement="volume",
        example="J019-ZY·JC·CC·2019·D30-001-001",
    ),
    Template(
        "DA/T 13-2022 by volume, retention before year",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _RETENTION, _YEAR, _DEPARTMENT), _VOLUME, _ITEM),
        arrangement="volume",
        example="J019-ZY·D30·2019-001-001",
    ),
    Template(
        "DA/T 13-2022 by volume, year only",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, _YEAR), _VOLUME, _ITEM),
        arrangement="volume",
        example="J019-KU·01·2017-001-001",
    ),
    # Technical records: a project, its volumes, and pages in them instead of item numbers.
    Template(
        "DA/T 13-2022 project, by page",
        (_FONDS, (_CATEGORY, _SUBCLASSES[0], Field("project", "project")), _VOLUME, (Field("page", "number"),)),
        arrangement="volume",
        categories=("KJ",),
        example="X032-KJ·JJ·02-005-054",
    ),
    Template(
        "DA/T 13-2022 project, volume",
        (_FONDS, (_CATEGORY, _SUBCLASSES[0], Field("project", "project")), _VOLUME),
        arrangement="volume",
        categories=("KJ",),
        example="X032-KJ·KY·01-003",
    ),
    Template(
        "DA/T 13-2022 by volume, class only",
        (_FONDS, (_CATEGORY, *_SUBCLASSES), _VOLUME, _ITEM),
        arrangement="volume",
        example="A002-RS-001-002",
    ),
    Template(
        "DA/T 13-2022 volume",
        (_FONDS, (_CATEGORY, *_SUBCLASSES, Field("year", "year", optional=True)), _VOLUME),
        arrangement="volume",
        categories=_BY_VOLUME,
        example="J019-KU·01·2017-001",
    ),
    # Old holdings: catalogue and volume numbers instead of a class number.
    Template(
        "Catalogue, volume, item",
        (_FONDS, (Field("catalogue", "digits"),), _VOLUME, _ITEM),
        arrangement="volume",
        example="C038-001-002-003",
    ),
    Template(
        "Catalogue, volume",
        (_FONDS, (Field("catalogue", "digits"),), _VOLUME),
        arrangement="volume",
        example="C038-001-002",
    ),
)
