"""Forms of the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """A new token."""

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
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("a year")),
            ("0", _("ever")),
        ],
        initial="90",
    )
