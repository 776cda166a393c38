"""What signing in keeps: how old a password is, second factors, sessions, closed names and addresses."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id


class PasswordState(models.Model):
    """How old somebody's password is, and whether they must choose another. No row: as old as the account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="password_state"
    )
    changed = models.DateTimeField()
    must_change = models.BooleanField(default=False)

    class Meta:
        app_label = "people"


class PastPassword(models.Model):
    """The hash of a password somebody had, so that they do not choose it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="past_passwords")
    password = models.CharField(max_length=128)
    until = models.DateTimeField()

    class Meta:
        app_label = "people"
        ordering = ["-until", "-pk"]


class Gate(models.Model):
    """Failed attempts of one name or from one address, and until when it is closed for them."""

    NAME = "name"
    ADDRESS = "address"

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=60)
    failures = models.PositiveIntegerField(default=0)
    first = models.DateTimeField(default=clock.now, db_index=True)
    closed_until = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="gate_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Session(AbstractBaseSession):
    """One browser. The key is kept as a digest: whoever reads the database can't be anybody by it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    begun = models.DateTimeField()
    last_seen = models.DateTimeField()
    address = models.CharField(max_length=60, blank=True)
    device = models.CharField(max_length=300, blank=True)  # as the browser calls itself

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        app_label = "people"
        db_table = "people_session"


class Factor(models.Model):
    """A second factor of somebody: a program that counts out codes (TOTP), or a security key (WebAuthn)."""

    TOTP = "totp"
    KEY = "key"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    secret = models.TextField(blank=True)  # of TOTP, sealed with the key in the archive's folder
    credential_id = models.CharField(max_length=1400, null=True, unique=True)  # of a key, base64url
    credential = models.TextField(blank=True)  # its id and public key, base64url
    counter = models.BigIntegerField(default=0)  # TOTP: last step used; key: its own count of signatures
    created = models.DateTimeField(default=clock.now)
    last_used = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code that stands in for a lost second factor, once. Only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)  # SHA-256 of 80 random bits
    used = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]


class OutsideIdentity(models.Model):
    """Who somebody is at a sign-in provider: its issuer and the subject it never gives to another."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="outside_identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    created = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="outside_identity_once")]
