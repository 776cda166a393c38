"""Openness, secrecy and retention in words."""

from collections.abc import Iterable

from django.utils.translation import get_language

from shicheng.kernel.openness import OPENNESS as OPENNESS
from shicheng.kernel.openness import SECRECY as SECRECY
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.packages.elements import BY_NAME
from shicheng.schemes.fields import is_added, label_of, labels_of


def retention_label(code: str) -> str:
    """A retention period as people say it; the code itself where it is not one."""
    try:
        return str(parse_retention(code).label)
    except RetentionError:
        return code


def branch_label(level: str, value: str, given: str) -> str:
    """What a branch of the tree is called: its code and what it means."""
    if level == "category" and value in CATEGORIES:
        return f"{value} {CATEGORIES[value]}"
    return retention_label(value) if level == "retention" and value else given


class ElementName(str):
    """The name of an element that shows itself in the language of whoever reads it."""

    __slots__ = ()

    def __str__(self) -> str:
        element = BY_NAME.get(str.__str__(self))
        if element is None:
            name = str.__str__(self)
            return label_of(name) if is_added(name) else name
        return element.label_zh if (get_language() or "").startswith("zh") else element.label_en

    def to_json(self) -> dict[str, str] | str:
        """The form messages keep it in, which tells readers of either language what it was called."""
        name = str.__str__(self)
        element = BY_NAME.get(name)
        if element is not None:
            return {"zh": element.label_zh, "en": element.label_en}
        return labels_of(name).to_json() if is_added(name) else name


def element_list(names: Iterable[str]) -> str:
    """Names of elements one after the other in the order of the norm, in the language of whoever reads them."""
    between = "、" if (get_language() or "").startswith("zh") else ", "
    order = {name: place for place, name in enumerate(BY_NAME)}
    return between.join(str(ElementName(name)) for name in sorted(names, key=lambda one: order.get(one, len(order))))
