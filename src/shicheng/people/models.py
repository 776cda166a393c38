"""Accounts, grants, emergencies, duties and tokens; `signing.models` has what signing in keeps."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shicheng.kernel.identifiers import new_id
from shicheng.people.types import ADMINISTRATORS, Purpose, Reach


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
    """One role for one person, as far as its limits reach: every one of them that is not empty must be met.

    Never deleted: what ended stays, so that it can be told later what somebody could do then. A trigger of the
    database holds the three administrators apart from each other and from all who work with records (`exclusion`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30)
    fonds = models.CharField(max_length=40, blank=True)  # code of the fonds; "" is all
    category = models.CharField(max_length=60, blank=True)
    year_from = models.PositiveSmallIntegerField(null=True)
    year_to = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=200, blank=True)  # code of the filing unit
    ceiling = models.CharField(max_length=20, blank=True)  # highest secrecy level; "" is what the archive holds
    purpose = models.CharField(max_length=20, default=Purpose.WORK.value)
    reason = models.TextField(blank=True)
    begins = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    given_by = models.CharField(max_length=200, blank=True)
    ended = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(role__in=sorted(ADMINISTRATORS), ended__isnull=True),
                name="grant_one_administrator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.fonds or '*'}"

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether it counts at a moment."""
        return (
            (self.ended is None or moment < self.ended)
            and (self.begins is None or self.begins <= moment)
            and (self.until is None or moment < self.until)
        )

    @property
    def reach(self) -> Reach:
        """How far it reaches."""
        return Reach(
            role=self.role, fonds=frozenset({self.fonds}) if self.fonds else None, category=self.category,
            year_from=self.year_from, year_to=self.year_to, unit=self.unit, ceiling=self.ceiling, purpose=self.purpose,
        )  # fmt: skip


class Emergency(models.Model):
    """Permissions somebody asks for in an emergency (应急), confirmed by a second person, ending by themselves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergencies")
    permissions = models.JSONField(default=list)  # codes
    reason = models.TextField()
    hours = models.PositiveSmallIntegerField()
    asked = models.DateTimeField()
    decided = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)  # set when it is confirmed
    ended = models.DateTimeField(null=True)  # by a person, before it ended by itself

    class Meta:
        ordering = ["-asked", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("user")),
                name="emergency_by_two",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether its permissions count at a moment."""
        return self.confirmed and self.ended is None and self.until is not None and moment < self.until


class Duty(models.Model):
    """Who answers for a kind of task in a fonds (责任制); an empty fonds or task stands for every one.

    Never deleted: what was changed ends and a new row begins.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.CharField(max_length=40, blank=True)
    task = models.CharField(max_length=40, blank=True)
    part = models.CharField(max_length=20)  # `duties.Part`
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="duties")
    name = models.CharField(max_length=200)  # of the person or the department, as lists show it
    begins = models.DateTimeField()
    noted_by = models.CharField(max_length=200)
    ended = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["fonds", "task", "part", "begins", "id"]
        indexes = [models.Index(fields=["fonds", "task"], condition=models.Q(ended__isnull=True), name="duty_now")]

    def __str__(self) -> str:
        return f"{self.fonds or '*'} {self.task or '*'} {self.part} {self.name}"


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
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.name


from shicheng.people.signing import models as _signing_models  # noqa: E402, F401  # Django finds models through this module
