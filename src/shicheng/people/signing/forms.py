"""Forms of signing in and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shicheng.people.signing.passwords import rules_in_words


def _password(label: Any, kind: str) -> forms.CharField:
    return forms.CharField(
        label=label, strip=False, max_length=1000, widget=forms.PasswordInput(attrs={"autocomplete": kind})
    )


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Password"), "current-password")


class CodeForm(forms.Form):
    """A code of a program, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("The six digits your program shows now, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )


class NextPasswordForm(forms.Form):
    """A new password, given twice."""

    password = _password(_("New password"), "new-password")
    again = _password(_("The same password again"), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = rules_in_words()

    def clean(self) -> dict[str, object]:
        """Both passwords must be the same."""
        values: dict[str, object] = super().clean() or {}
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("The two passwords differ. Write the same one twice."))
        return values


class OwnPasswordForm(NextPasswordForm):
    """A new password of oneself, with the old one."""

    old = _password(_("Password until now"), "current-password")
    field_order = ("old", "password", "again")


class ConfirmForm(forms.Form):
    """One's own password, before something that matters."""

    old = _password(_("Your password"), "current-password")


class ProgramForm(ConfirmForm):
    """A program that counts out codes."""

    name = forms.CharField(
        label=_("What you call it"), max_length=60, initial=_("Telephone"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("The code it shows now"), max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip
    field_order = ("name", "code", "old")


class KeyForm(ConfirmForm):
    """A security key."""

    name = forms.CharField(
        label=_("What you call it"), max_length=60, initial=_("Security key"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    field_order = ("name", "old")


class DirectoryForm(ConfirmForm):
    """One's entry in the directory."""

    username = forms.CharField(
        label=_("Name in the directory"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Password in the directory"), "off")
    field_order = ("username", "password", "old")
