"""The fields of descriptions of each record category: reading them, laying the next version down."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Path, Router
from pydantic import Field

from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import NO_NUL, In, Out, Text
from shicheng.schemes.field_services import (
    MOST_FIELDS,
    READ_FIELDS,
    WRITE_FIELDS,
    fields_as_json,
    lay_down,
    newest_version,
)

router = Router(tags=["schemes"])
Category = Annotated[str, Path(max_length=60, pattern=r"^([A-Z]{2}|all)$", description="Code, or all for the others.")]


class FieldShape(In):
    """One field; `element` names an element of DA/T 46, or `code` and `zh` make an added one."""

    element: Annotated[str, Field(max_length=60, pattern=NO_NUL)] = ""
    code: Annotated[str, Field(max_length=60, pattern=NO_NUL)] = ""
    zh: Annotated[str, Field(max_length=60, pattern=NO_NUL)] = ""
    en: Annotated[str, Field(max_length=80, pattern=NO_NUL)] = ""
    type: Literal["text", "long", "number", "date", "code", "authority", "yesno"] = "text"
    required: Literal["must", "if", "may"] = "may"
    repeatable: bool = False
    most: Annotated[int, Field(ge=1, le=100_000)] = 2000
    values: Annotated[list[Annotated[str, Field(max_length=200, pattern=NO_NUL)]], Field(max_length=500)] = []
    authority: Literal["", "person", "body", "place", "subject"] = ""
    help_zh: Text = ""
    help_en: Text = ""
    norm: Annotated[str, Field(max_length=80, pattern=NO_NUL)] = ""
    mark: Literal["", "S", "R"] = ""


class FieldsIn(In):
    """The whole table as it is to be; `version` is the one it was made on, 0 where there is none."""

    version: Annotated[int, Field(ge=0, le=10**6)]
    begins: date | None = None
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=NO_NUL)]
    fields: Annotated[list[FieldShape], Field(min_length=1, max_length=MOST_FIELDS)]


class FieldsOut(Out):
    """The fields that hold now, and the newest version laid down."""

    category: str
    version: int
    fields: list[dict[str, Any]]


@router.get("/{category}", response=FieldsOut, auth=needs(READ_FIELDS))
def show_fields(request: HttpRequest, category: Category) -> FieldsOut:
    """The fields of descriptions of a record category, in their order."""
    return _shown(request, category)


@router.put("/{category}", response=FieldsOut, auth=needs(READ_FIELDS, WRITE_FIELDS))
def lay_down_fields(request: HttpRequest, category: Category, body: Annotated[FieldsIn, Body()]) -> FieldsOut:
    """Lay down the fields of a category from a day on, as the version after the one it was made on."""
    lay_down(
        actor=actor_of(request), category=_code(category), fields=[_given(one) for one in body.fields],
        reason=body.reason, version=body.version, begins=body.begins,
    )  # fmt: skip
    return _shown(request, category)


def _given(one: FieldShape) -> dict[str, Any]:
    given = one.model_dump()
    return given | {"code": one.code or one.element}


def _code(category: str) -> str:
    return "" if category == "all" else category


def _shown(request: HttpRequest, category: str) -> FieldsOut:
    code = _code(category)
    return FieldsOut(category=category, version=newest_version(actor_of(request), code), fields=fields_as_json(code))
