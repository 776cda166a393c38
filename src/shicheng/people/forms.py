"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shicheng.people.signing.passwords import rules_in_words
from shicheng.people.types import Role


class NewPasswordForm(forms.Form):
    """An account with a new password, given twice."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("As it appears in reports and in the log."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=_("Name to sign in with"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = rules_in_words()

    def clean(self) -> dict[str, object]:
        """Both passwords must be the same."""
        values: dict[str, object] = super().clean() or {}
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("The two passwords differ. Write the same one twice."))
        return values


class AccountForm(NewPasswordForm):
    """A new account with its role and reach."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Role.ARCHIVIST, _("Archivist: transfers, holdings, search")),
            (Role.ADMINISTRATOR, _("Administrator: accounts, jobs, store, log; no records")),
            (Role.READER, _("Reader: opened records")),
        ],
    )
    fonds = forms.CharField(
        label=_("Fonds code"),
        max_length=40,
        required=False,
        help_text=_("For an archivist: only this fonds. Empty: all fonds."),
    )

    def reach(self) -> str:
        """The fonds the role reaches; only an archivist's is limited."""
        return str(self.cleaned_data["fonds"]).strip() if self.cleaned_data["role"] == Role.ARCHIVIST else ""
