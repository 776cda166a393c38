"""Forms about grants, duties and emergencies."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shicheng.kernel.secrecy import LEVELS
from shicheng.people import duties, emergencies, registry
from shicheng.people.granting import Limits
from shicheng.people.models import User
from shicheng.people.types import Purpose
from shicheng.people.words import LEVEL_LABELS, PURPOSES, ROLE_LABELS, ROLE_TELLS


class GrantForm(forms.Form):
    """A role for a person, as far as it reaches."""

    user = forms.ModelChoiceField(label=_("Account"), queryset=User.objects.none(), to_field_name="username")
    role = forms.ChoiceField(label=_("Role"))
    fonds = forms.CharField(label=_("Fonds code"), max_length=40, required=False, help_text=_("Empty: all fonds."))
    category = forms.CharField(label=_("Record category"), max_length=60, required=False, help_text=_("Such as WS."))
    year_from = forms.IntegerField(label=_("From filing year"), min_value=1, max_value=9999, required=False)
    year_to = forms.IntegerField(label=_("To filing year"), min_value=1, max_value=9999, required=False)
    unit = forms.CharField(
        label=_("Filing unit"), max_length=200, required=False, help_text=_("Its code as it stands in reference codes.")
    )
    ceiling = forms.ChoiceField(label=_("Secrecy up to"), required=False)
    purpose = forms.ChoiceField(label=_("Given for"))
    begins = forms.DateField(label=_("From the day"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(
        label=_("To the day"), required=False, widget=forms.DateInput({"type": "date"}), help_text=_("Empty: no end.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, users: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [(role, f"{label}: {ROLE_TELLS[role]}") for role, label in ROLE_LABELS.items()])
        _choose(self, "ceiling", [("", _("what the archive holds")), *((one, LEVEL_LABELS[one]) for one in LEVELS)])
        _choose(self, "purpose", [(one.value, PURPOSES[one]) for one in Purpose])
        person = self.fields["user"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = users

    def limits(self) -> Limits:
        """How far it reaches; the last day counts whole."""
        given = self.cleaned_data
        return Limits(
            fonds=given["fonds"].strip(), category=given["category"].strip(), year_from=given["year_from"],
            year_to=given["year_to"], unit=given["unit"].strip(), ceiling=given["ceiling"], purpose=given["purpose"],
            begins=_moment(given["begins"], time.min), until=_moment(given["until"], time.max),
        )  # fmt: skip


class DutyForm(forms.Form):
    """Who answers for a task in a fonds."""

    fonds = forms.CharField(label=_("Fonds code"), max_length=40, required=False, help_text=_("Empty: all fonds."))
    task = forms.ChoiceField(label=_("Kind of task"), required=False)
    part = forms.ChoiceField(label=_("Part"))
    username = forms.CharField(
        label=_("Account"), max_length=60, required=False, help_text=_("The name somebody signs in with, if they do.")
    )
    name = forms.CharField(
        label=_("Or a name"), max_length=200, required=False, help_text=_("Of a person or a department.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "task", [("", _("every task")), *duties.TASKS.items()])
        _choose(self, "part", duties.PARTS.items())


class EmergencyForm(forms.Form):
    """Asking for emergency powers."""

    permissions = forms.MultipleChoiceField(label=_("Permissions asked for"), widget=forms.SelectMultiple({"size": 10}))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What happened, and what must be done at once. It stands in the log."),
    )
    hours = forms.IntegerField(label=_("Hours"), min_value=1, initial=1)

    def __init__(self, *args: Any, most_hours: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [one for one in registry.all_permissions() if emergencies.may_be_asked(one.code)]
        _choose(self, "permissions", [(one.code, one.label) for one in codes])
        told = _("At most %(most)s, counted from when it is confirmed.") % {"most": most_hours}
        self.fields["hours"].help_text = told


def _choose(form: forms.Form, name: str, choices: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def _moment(day: Any, at: time) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, at))
