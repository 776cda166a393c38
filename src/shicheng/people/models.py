"""Accounts, grants and attempts to sign in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shicheng.kernel.identifiers import new_id


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their name."""


class User(AbstractBaseUser):
    """A person's account. There is no superuser: what a person may do comes from grants alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.username


class Grant(models.Model):
    """One role for one person, for all fonds or for one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    fonds = models.CharField(max_length=40, blank=True)  # code of the fonds; "" is all
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "fonds"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.fonds or '*'}"


class SignInAttempt(models.Model):
    """A failed attempt to sign in, kept to slow down guessing."""

    username = models.CharField(max_length=60, db_index=True)
    address = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True, db_index=True)


class ApiToken(models.Model):
    """A token a program shows instead of signing in. Only its digest is kept; revoked ones stay in the list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret, which is 256 random bits
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="tokens")  # None: a program's own
    scopes = models.JSONField(default=list)  # permission codes, or read, write, admin
    fonds = models.JSONField(null=True)  # codes of the fonds it is limited to; None is no limit of its own
    made_by = models.CharField(max_length=200)
    created = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.name
