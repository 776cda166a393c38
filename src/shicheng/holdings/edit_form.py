"""The form a description is edited in: its fields in the groups of the norm, with what is to be said beside each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language

from shicheng.holdings import ports
from shicheng.holdings.judging import EDITABLE, FIXED, LONG
from shicheng.holdings.models import Item
from shicheng.holdings.types import Advice, Fault, FieldRule
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME, ELEMENTS, Element
from shicheng.schemes.fields import YES_NO, added_fields, fields_of

# The containers of DA/T 46-2009 by element numbers; what the norm of 2009 lacks comes last.
_GROUPS: Final[tuple[tuple[int, int, str, Message], ...]] = (
    (22, 39, "content", _("Content of the record")),
    (8, 20, "code", _("Reference code and its parts")),
    (3, 7, "origin", _("Origin")),
    (41, 51, "form", _("Form")),
    (71, 75, "rights", _("Rights and notes")),
    (1000, 1000, "opening", _("Opening and others")),
)
_WHOLE: Final = frozenset({"title", "abstract", "note"})
_MAIN: Final = frozenset({"content", "added", "code", "rights", "opening"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One element in the form. `saved` is what somebody else saved meanwhile, None if nobody did."""

    name: str
    label: str
    number: str
    value: str
    rule: FieldRule
    faults: tuple[Fault, ...] = ()
    saved: str | None = None
    before: str = ""
    help: str = ""
    is_text: bool = False
    authority: str = ""  # kinds of authorities it names, apart by commas

    @property
    def key(self) -> str:
        """A name for the page's own marks: labels hold signs that selectors of styles do not."""
        return self.name if self.name.isidentifier() and self.name.isascii() else f"x{self.name.encode().hex()}"

    @property
    def is_long(self) -> bool:
        """Tell whether it takes several lines."""
        return self.is_text or self.name in LONG

    @property
    def is_choice(self) -> bool:
        """Tell whether one of the scheme's values is chosen; what was there before can stay."""
        return self.rule.is_closed and (not self.value or self.value in self.rule.values)

    @property
    def is_disputed(self) -> bool:
        """Tell whether two people changed it to different values."""
        return self.saved is not None and self.saved != self.value

    @property
    def rows(self) -> int:
        """Lines the text takes, about."""
        return min(10, len(self.value) // (48 if self.is_whole else 18) + self.value.count("\n") + 1)

    @property
    def is_whole(self) -> bool:
        """Tell whether it takes the whole width."""
        return self.name in _WHOLE


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields that belong together."""

    name: str
    title: Message
    fields: list[FormField] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Tell whether the group stands open: the main ones, and those with something in them or wrong."""
        return self.name in _MAIN or any(one.value or one.faults or one.saved for one in self.fields)


@dataclass(frozen=True, slots=True)
class ShownAdvice:
    """A suggested value as the form shows it."""

    advice: Advice
    label: str
    is_there: bool  # the form says so already
    can_be_taken: bool

    @property
    def share(self) -> int:
        """The confidence in percent."""
        return round(self.advice.confidence * 100)


def shown_advice(item: Item, values: Mapping[str, str]) -> list[ShownAdvice]:
    """What other rooms suggest for the fields of the form, beside what stands in them."""
    return [
        ShownAdvice(
            advice=one,
            label=element_label(one.element),
            is_there=values.get(one.element, "") == one.value,
            can_be_taken=one.element in EDITABLE,
        )
        for one in ports.advice(item)
    ]


def element_label(name: str) -> str:
    """What an element is called in the present language; the signer 签发人 is none of the norm's."""
    element = BY_NAME.get(name)
    if element is None:
        return str(_("Signer")) if name == "signer" else name
    return element.label_zh if (get_language() or "").startswith("zh") else element.label_en


def form_groups(
    item: Item, values: Mapping[str, str], *, before: Mapping[str, str] | None = None, faults: Sequence[Fault] = (),
    saved: Mapping[str, str] | None = None,
) -> list[FormGroup]:  # fmt: skip
    """The groups of the form with these values in them."""
    by_name: dict[str, list[Fault]] = {}
    for fault in faults:
        by_name.setdefault(fault.element, []).append(fault)
    chinese = (get_language() or "").startswith("zh")
    judge, groups = ports.judge().steady(), []
    authorities = {one.name: one.authority for one in fields_of(item.category) if one.type == "authority"}
    for first, last, name, title in _GROUPS:
        group = FormGroup(name, title)
        for element in _between(first, last):
            group.fields.append(
                FormField(
                    name=element.name,
                    label=element.label_zh if chinese else element.label_en,
                    number=element.number or "",
                    value=values.get(element.name, ""),
                    rule=judge.rule(item.category, element.name),
                    faults=tuple(by_name.get(element.name, ())),
                    saved=None if saved is None else saved.get(element.name),
                    before=(before or {}).get(element.name, ""),
                    authority=authorities.get(element.name, ""),
                )
            )
        groups.append(group)
    added = FormGroup("added", _("Fields of the category"))
    for one in added_fields(item.category):
        added.fields.append(
            FormField(
                name=one.name, label=one.label, number="", value=values.get(one.name, ""),
                rule=FieldRule(
                    one.required == "must", one.most, YES_NO if one.type == "yesno" else one.values,
                    one.type in ("code", "yesno") and not one.repeatable,
                ),
                faults=tuple(by_name.get(one.name, ())), saved=None if saved is None else saved.get(one.name),
                before=(before or {}).get(one.name, ""), help=one.help, is_text=one.type == "long",
                authority=one.authority if one.type == "authority" else "",
            )
        )  # fmt: skip
    if added.fields:
        groups.insert(1, added)
    return groups


def _between(first: int, last: int) -> Iterable[Element]:
    for element in ELEMENTS:
        number = int(element.number[1:]) if element.number else 1000
        if first <= number <= last and element.name not in FIXED:
            yield element
