"""Forms of the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class TokenForm(forms.Form):
    """A new token, good for no longer than tokens may be."""

    SPANS = (
        ("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")), ("365", _("a year")),
    )  # fmt: skip

    name = forms.CharField(
        label=_("What it is for"),
        max_length=120,
        help_text=_("The program that will use it, so that it is known later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    acts_as = forms.ChoiceField(
        label=_("Acts as"),
        choices=[
            ("me", _("myself, with at most what I may do")),
            ("program", _("a program of its own")),
        ],
    )
    scope = forms.ChoiceField(
        label=_("May"),
        initial="read",
        choices=[
            ("read", _("read")),
            ("write", _("read and change records, as archivists do")),
            ("admin", _("everything, settings of the archive included")),
            ("", _("only the permissions named below")),
        ],
        required=False,
    )
    permissions = forms.CharField(
        label=_("Permissions"),
        required=False,
        max_length=2000,
        help_text=_("Codes such as cataloguing.import.run, with spaces between."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    fonds = forms.CharField(
        label=_("Only these fonds"),
        required=False,
        max_length=2000,
        help_text=_("Codes with spaces between. Empty: no limit of its own."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    days = forms.ChoiceField(
        label=_("Good for"),
        choices=SPANS,
        initial="90",
    )

    def __init__(self, *args: Any, days_at_most: int = 365, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = self.fields["days"]
        assert isinstance(days, forms.ChoiceField)
        offered = [(number, said) for number, said in self.SPANS if int(number) <= days_at_most]
        days.choices = offered or [
            (str(days_at_most), ngettext("%(n)s day", "%(n)s days", days_at_most) % {"n": days_at_most})
        ]
        if str(days.initial) not in dict(offered):
            days.initial = list(days.choices)[-1][0]
