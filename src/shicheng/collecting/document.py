"""A document as a business system describes it: the typed form, its JSON Schema, and reading it. No database here.

The schema that is published and shipped (`filing-1.schema.json`) is made from this form, so the two can't drift apart.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

from shicheng.collecting.telling import fault_of
from shicheng.collecting.types import SCHEMA, Fault
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.packages.elements import ELEMENTS

MOST_BYTES: Final = 1 << 20  # of the metadata
MOST_FILES: Final = 200
_CLEAN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
# What the archive finds out or gives itself.
_GIVEN: Final = frozenset(
    {"reference_code", "archive_name", "archive_code", "fonds_name", "fonds_code", "catalogue_number", "year",
     "volume_number", "archive_volume_number", "item_number", "archive_item_number", "page_number", "row_number",
     "file_size", "format", "draft_state", "items_count", "attachments"}
)  # fmt: skip
_LONG: Final = {"abstract": 5000, "note": 5000}


def _date(value: str) -> str:
    try:
        parse_date(value)
    except DateError as error:
        raise PydanticCustomError("filing", "{words}", {"words": error.message}) from error
    return value


def _moment(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        words = _("“%(value)s” is no day and no moment of ISO 8601.", value=value)
        raise PydanticCustomError("filing", "{words}", {"words": words}) from error
    return value


def _retention(value: str) -> str:
    try:
        if value:
            parse_retention(value)
    except RetentionError as error:
        raise PydanticCustomError("filing", "{words}", {"words": error.message}) from error
    return value


def _file_name(value: str) -> str:
    bad = value in (".", "..") or "/" in value or "\\" in value or len(value.encode()) > 200 or value != value.strip()
    if bad:
        words = _("“%(value)s” can't be the name of a file here.", value=value)
        raise PydanticCustomError("filing", "{words}", {"words": words})
    return value


Text = Annotated[str, Field(max_length=1000, pattern=_CLEAN)]
Short = Annotated[str, Field(max_length=200, pattern=_CLEAN)]
Id = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$"),
]
Part = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Moment = Annotated[
    str,
    Field(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$"),
    AfterValidator(_moment),
]
Role = Literal[
    "main", "annex", "final_draft", "draft", "handling_sheet", "drafting_sheet", "incoming", "reply", "translation",
    "forwarded", "copy",
]  # fmt: skip
Action = Literal[
    "draft", "review", "countersign", "approve", "number", "print", "send", "receive", "register", "propose",
    "instruct", "circulate", "handle", "reply", "close", "file", "dispose", "other",
]  # fmt: skip


class Form(BaseModel):
    """What is not known is refused, so that no misspelt name goes unnoticed."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class DigestForm(Form):
    """A digest of a file, with the name of its algorithm."""

    algorithm: Literal["SM3", "SHA-256", "SHA-512"]
    value: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}([0-9A-Fa-f]{64})?$")]


class FileForm(Form):
    """A file of the document; its bytes come as the part of the request that `part` names."""

    part: Annotated[Part, Field(description="Name of the part of the request that has its bytes.")]
    name: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$"), AfterValidator(_file_name)
    ]
    role: Annotated[Role, Field(description="What it is within the document 稿本: main text, annex, final draft …")]
    size: Annotated[int, Field(ge=0, le=1 << 40, description="Bytes.")]
    digest: DigestForm
    format: Annotated[Short, Field(description="As the system names it, such as OFD or application/pdf.")] = ""


class ActForm(Form):
    """One act of the business process 业务行为: drafting, review, approval, sending …"""

    action: Action
    name: Annotated[Short, Field(description="What the system calls the act, where that says more.")] = ""
    status: Annotated[Literal["done", "planned"], Field(description="历史行为 or 计划任务 (M80).")] = "done"
    time: Annotated[Moment, Field(description="When (M82).")]
    agent: Annotated[Short, Field(description="Name of who acted (M77).")] = ""
    agency: Annotated[Short, Field(description="Office or department of who acted.")] = ""
    step: Annotated[Short, Field(description="Step of the flow, as the system names it.")] = ""
    opinion: Annotated[str, Field(max_length=5000, pattern=_CLEAN, description="Opinion as it was written.")] = ""
    mandate: Annotated[Text, Field(description="By what rule or instruction (M83).")] = ""
    files: Annotated[list[Part], Field(max_length=50, description="Parts this act made, such as a draft.")] = []


class FieldForm(Form):
    """A field of the handling sheet 处理单."""

    name: Annotated[Short, Field(min_length=1)]
    value: Annotated[str, Field(max_length=5000, pattern=_CLEAN)]


class ProcessForm(Form):
    """What was done with the document, from its draft to its end."""

    acts: Annotated[list[ActForm], Field(max_length=500)] = []
    handling_sheet: Annotated[list[FieldForm], Field(max_length=100)] = []


def _elements() -> type[Form]:
    """The elements of DA/T 46 a system may give; what the archive finds out itself is none of them."""
    fields: dict[str, Any] = {}
    for one in ELEMENTS:
        if one.name in _GIVEN:
            continue
        words = f"{one.label_en} {one.label_zh}{f' ({one.number})' if one.number else ''}"
        shape = Field(max_length=_LONG.get(one.name, 1000), pattern=_CLEAN, description=words)
        fields[one.name] = (Annotated[str, shape], "")
    title = Field(min_length=1, max_length=1000, pattern=r"^\s*[^\s\x00-\x1f][^\x00-\x08\x0b\x0c\x0e-\x1f]*$",
                  description="Title 题名 (M22)")  # fmt: skip
    fields["title"] = (Annotated[str, title], ...)
    date = Field(min_length=1, max_length=40, pattern=_CLEAN, description="Date 日期 (M33)")
    fields["date"] = (Annotated[str, date, AfterValidator(_date)], ...)
    secrecy = Field(
        pattern=r"^(公开|限制|内部|秘密|机密|绝密)?(★.{1,20})?$", max_length=30, description="Secrecy level 密级 (M38)"
    )
    fields["secrecy"] = (Annotated[str, secrecy], "")
    fields["retention"] = (Annotated[Short, AfterValidator(_retention)], "")
    category = Field(pattern=f"^({'|'.join(sorted(CATEGORIES))})?$", description="Record category 门类 (M14)")
    fields["category"] = (Annotated[str, category], "")
    return create_model("ElementsForm", __base__=Form, __doc__="Descriptive elements of DA/T 46-2009.", **fields)


ElementsForm = _elements()


class FilingDocument(Form):
    """A finished document with its process, as `shicheng-filing/1`."""

    schema_: Annotated[Literal["shicheng-filing/1"], Field(alias="schema")]
    id: Annotated[Id, Field(description="What the system calls the document; the same for all its revisions.")]
    revision: Annotated[int, Field(ge=1, le=9999, description="One more each time the content changes.")] = 1
    kind: Annotated[Short, Field(description="Kind of document, as agreed for the system.")] = ""
    unit: Annotated[Short, Field(description="Code of the filing unit; may be left out.")] = ""
    year: Annotated[int | None, Field(ge=1500, le=2199, description="Filing year; else that of the date.")] = None
    elements: ElementsForm  # type: ignore[valid-type]  # made from the table of elements
    files: Annotated[list[FileForm], Field(min_length=1, max_length=MOST_FILES)]
    process: ProcessForm = ProcessForm()

    def element(self, name: str) -> str:
        """The text of an element, "" where it was not given."""
        return str(getattr(self.elements, name, "") or "")

    @property
    def described(self) -> dict[str, str]:
        """The elements that were given."""
        told: dict[str, str] = self.elements.model_dump(exclude_defaults=True)  # type: ignore[attr-defined]  # as above
        return {name: text for name, text in told.items() if text}

    @property
    def filing_year(self) -> int:
        """The year it is filed in."""
        return self.year or parse_date(self.element("date")).end.year


def read_document(content: bytes) -> tuple[FilingDocument | None, dict[str, Any], list[Fault]]:
    """Read what describes a document: the document, or everything wrong with it; and the JSON as it came.

    Never raises, whatever comes.
    """
    if len(content) > MOST_BYTES:
        return None, {}, [_whole(_("The metadata has more than %(most)s bytes.", most=MOST_BYTES))]
    try:
        raw = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        json.dumps(raw, ensure_ascii=False).encode("utf-8")  # half characters can't be kept
    except RecursionError:
        return None, {}, [_whole(_("The metadata is nested too deeply."))]
    except ValueError as error:
        return None, {}, [_whole(_("The metadata is no JSON: %(reason)s.", reason=_reason(error)))]
    known = raw if isinstance(raw, dict) else {}
    try:
        document = FilingDocument.model_validate(raw)
    except ValidationError as error:
        return None, known, [fault_of(one) for one in error.errors(include_url=False, include_input=False)]
    except RecursionError:
        return None, known, [_whole(_("The metadata is nested too deeply."))]
    faults = list(_across(document))
    return (None if faults else document), known, faults


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what describes a document."""
    made = FilingDocument.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:shicheng:schema:filing:1",
        "title": SCHEMA,
        **{name: value for name, value in made.items() if name != "title"},
    }


def _across(document: FilingDocument) -> list[Fault]:
    """What only shows when several places are looked at."""
    found = []
    parts = [one.part for one in document.files]
    for place, part in enumerate(parts):
        if part in parts[:place] or part == "metadata":
            words = _("The part %(part)s is named twice.", part=part)
            found.append(Fault(f"/files/{place}/part", f"files.{place}.part", words))
    for place, one in enumerate(document.files):
        if len(one.digest.value) != (128 if one.digest.algorithm == "SHA-512" else 64):
            words = _("This is no digest by %(algorithm)s: it has %(count)s signs.", algorithm=one.digest.algorithm,
                      count=len(one.digest.value))  # fmt: skip
            found.append(Fault(f"/files/{place}/digest/value", f"files.{place}.digest.value", words))
    for place, act in enumerate(document.process.acts):
        for number, part in enumerate(act.files):
            if part not in parts:
                words = _("The act names the part %(part)s, which is none of the files.", part=part)
                where = f"process.acts.{place}.files.{number}"
                found.append(Fault("/" + where.replace(".", "/"), where, words))
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"the name {next(one for one in names if names.count(one) > 1)!a} stands twice")
    return made


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _reason(error: ValueError) -> str:
    return str(error).encode("utf-8", "replace").decode("utf-8").replace("\x00", "")[:300]


def _whole(words: Any) -> Fault:
    return Fault("", "metadata", words)
