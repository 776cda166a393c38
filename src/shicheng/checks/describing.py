"""The scheme in force, for those who edit one description: the same rules as for a whole batch."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from django.utils import timezone

from shicheng.checks import selectors
from shicheng.checks.rules.reason import period
from shicheng.checks.rules.values import fault_of
from shicheng.checks.schemes import Scheme, scheme_of
from shicheng.holdings.types import Fault, FieldRule
from shicheng.holdings.words import ElementName
from shicheng.kernel.messages import message as _


class SchemeJudge:
    """Judges values by the scheme of the item's category, with the archive's own rows over it."""

    def steady(self) -> SchemeJudge:
        """The same judge with the schemes as they are at this moment."""
        return _SteadyJudge()

    def scheme(self, category: str) -> Scheme:
        """The scheme of a category."""
        return scheme_of(category, selectors.edits()["scheme"])

    def rule(self, category: str, element: str) -> FieldRule:
        """What the scheme says of an element."""
        rule = self.scheme(category).rule(element)
        return FieldRule(
            is_mandatory=rule.obligation == "mandatory",
            max_length=rule.max_length,
            values=rule.shown_domain,
            is_closed=bool(rule.domain) and rule.pattern is None,
        )

    def judge(self, category: str, element: str, value: str) -> Fault | None:
        """Say what is wrong with a value that is not empty."""
        scheme = self.scheme(category)
        rule = scheme.rule(element)
        message = fault_of(rule, value)
        if message is not None:
            advice = (
                _("Choose one of: %(values)s.", values="、".join(rule.shown_domain))
                if rule.shown_domain
                else _("Look at the document and correct %(element)s.", element=ElementName(element))
            )
            return Fault(element, message, advice)
        if element == "secrecy":
            return _above_ceiling(scheme, value)
        if element in ("year", "date"):
            return _out_of_time(scheme, element, value)
        return None


class _SteadyJudge(SchemeJudge):
    def __init__(self) -> None:
        self._edits = selectors.edits()["scheme"]
        self._schemes: dict[str, Scheme] = {}

    def steady(self) -> SchemeJudge:
        return self

    def scheme(self, category: str) -> Scheme:
        if category not in self._schemes:
            self._schemes[category] = scheme_of(category, self._edits)
        return self._schemes[category]


def _above_ceiling(scheme: Scheme, level: str) -> Fault | None:
    order = scheme.secrecy_order
    if scheme.ceiling in order and level.startswith(order[order.index(scheme.ceiling) + 1 :]):
        return Fault(
            "secrecy",
            _("The item is marked %(level)s; this installation may hold records up to %(ceiling)s only.",
              level=level, ceiling=scheme.ceiling),
            _("Do not describe it here: hand the item over by the way for secret records."),
        )  # fmt: skip
    return None


def _out_of_time(scheme: Scheme, element: str, value: str) -> Fault | None:
    today = timezone.localdate()
    if element == "year":
        digits = unicodedata.normalize("NFKC", value).strip().removesuffix("年")
        if scheme.first_year <= int(digits) <= today.year:
            return None
        return Fault(
            "year",
            _("The filing year %(year)d can't be: it lies in the future or before all records here.",
              year=int(digits)),
            _("Look at the document and correct %(element)s.", element=ElementName("year")),
        )  # fmt: skip
    when = period(value)
    limit = today + timedelta(days=scheme.future_days)
    if when is None or (scheme.first_year <= when.start.year and when.start <= limit):
        return None
    return Fault(
        "date",
        _("The document is dated %(date)s, which lies in the future or before all records here.", date=when.iso),
        _("Look at the document and correct %(element)s.", element=ElementName("date")),
    )
