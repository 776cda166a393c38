"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shicheng.people.signing.passwords import rules_in_words


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
    """A new account; what it may do is for the security administrator to say."""
