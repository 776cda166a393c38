"""Every setting there is. `docs/reference/settings.md` is made from the descriptions below."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _(text: str) -> str:
    """Mark a description as a text for people, to be translated where it is shown."""
    return text


RoleName = Literal[
    "system_administrator", "security_administrator", "auditor", "archivist", "cataloguer", "appraiser", "reviewer",
    "clerk", "digitiser", "leader", "filing_clerk", "reader",
]  # fmt: skip
"""Codes of `people.types.Role`, which lies above: a role that was misspelt must not be one without a second factor."""


class Settings(BaseSettings):
    """How one archive runs. Unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix="SHICHENG_", extra="forbid", frozen=True, validate_default=True)

    home: Path = Field(
        default=Path("archive"),
        description=_("Folder of the archive: settings file, database, store, index, keys. Also --home."),
    )
    archive_name: str = Field(
        default="史宬", min_length=1, description=_("Name of the archive as shown on pages and forms.")
    )
    archive_code: str = Field(
        default="", description=_("Six-digit code of the archive (档案馆代码), empty if it has none.")
    )
    deed_numbers: str = Field(
        default="征协〔{year}〕{number}号",
        max_length=50,
        description=_("How deeds of acquisition are numbered; {year} and {number} are filled in."),
    )
    certificate_numbers: str = Field(
        default="捐证〔{year}〕{number}号",
        max_length=50,
        description=_("How certificates of donation are numbered; {year} and {number} are filled in."),
    )
    letter_numbers: str = Field(
        default="谢函〔{year}〕{number}号",
        max_length=50,
        description=_("How letters of thanks to donors are numbered; {year} and {number} are filled in."),
    )
    language: Literal["zh-hans", "en"] = Field(
        default="zh-hans", description=_("Language of the command line, of reports and of pages before anyone chose.")
    )
    time_zone: str = Field(default="Asia/Shanghai", description=_("Time zone in which times are shown."))
    database: str = Field(
        default="",
        description=_(
            "Database address, postgresql://user:password@host:port/name; empty: SQLite in the archive's folder."
        ),
    )
    sqlite_synchronous: Literal["FULL", "NORMAL"] = Field(
        default="FULL",
        description=_(
            "FULL survives a power cut with every promise kept; NORMAL is quicker and may lose the last commits."
        ),
    )
    store: str = Field(
        default="",
        description=_(
            "Preservation store: a folder or s3://bucket/prefix; empty: the folder `store` in the archive's folder."
        ),
    )
    s3_endpoint: str = Field(default="", description=_("Address of the S3 service if it is not Amazon's."))
    s3_region: str = Field(default="us-east-1", description=_("Region of the S3 service."))
    s3_access_key: str = Field(default="", description=_("Access key of the S3 service."))
    s3_secret_key: str = Field(default="", repr=False, description=_("Secret key of the S3 service."))
    s3_retry_seconds: float = Field(
        default=60.0,
        gt=0,
        description=_("Seconds the S3 service is waited for when it does not answer, with pauses that grow."),
    )
    scanner: str = Field(
        default="",
        description=_(
            "Virus scanner: path of clamd's socket or host:port; empty: /run/clamav/clamd.ctl if it is there."
        ),
    )
    workers: int = Field(
        default_factory=lambda: min(8, os.cpu_count() or 1),
        ge=1,
        le=256,
        description=_("Processes that do heavy work (hashing, identification, text) side by side."),
    )
    host: str = Field(default="127.0.0.1", description=_("Address that `serve` listens on."))
    port: int = Field(default=8321, ge=1, le=65535, description=_("Port that `serve` listens on."))
    allowed_hosts: list[str] = Field(
        default=["localhost", "127.0.0.1", "[::1]"], description=_("Host names that pages are served for.")
    )
    https: bool = Field(
        default=False, description=_("Pages are reached by HTTPS: cookies are marked secure, HSTS is sent.")
    )
    web_threads: int = Field(default=8, ge=1, le=64, description=_("Threads of the web server for database work."))
    inspect_seconds: float = Field(
        default=60.0, gt=0, description=_("Longest time one file may take to be looked at, in seconds.")
    )
    inspect_memory: int = Field(
        default=2 << 30, ge=256 << 20, description=_("Most memory one looking process may take, in bytes.")
    )
    rendition_seconds: float = Field(
        default=3600.0, gt=0, description=_("Longest time a rendition (film, office document) may take, in seconds.")
    )
    cache_bytes: int = Field(
        default=20 << 30,
        ge=64 << 20,
        description=_("Most bytes that renditions in the cache take; each hour the longest unused go until it is so."),
    )
    upload_bytes: int = Field(default=64 << 30, ge=1 << 20, description=_("Largest upload taken by the web, in bytes."))
    upload_days: int = Field(
        default=7,
        ge=1,
        le=365,
        description=_("Days after which an unfinished upload is given up if nothing more arrives."),
    )
    watched_folder: str = Field(
        default="",
        description=_("Folder in which batches are noticed and taken in by themselves; empty: none is watched."),
    )
    watched_by_fonds: bool = Field(
        default=False,
        description=_(
            "The watched folder has a folder for each fonds, named by its code, and the batches lie in those."
        ),
    )
    watched_seconds: int = Field(
        default=120,
        ge=1,
        description=_("A batch without the marker `.done` is complete when nothing in it changed for so many seconds."),
    )
    watched_needs_marker: bool = Field(
        default=False, description=_("Only batches with the marker `.done` are taken from the watched folder.")
    )
    watched_taken: Literal["move", "leave"] = Field(
        default="move",
        description=_("What was taken is moved to the folder `taken` of the watched folder, or left where it is."),
    )
    free_bytes: int = Field(
        default=512 << 20,
        ge=0,
        description=_("Intake stops cleanly when the disk would have less than this free, in bytes."),
    )
    verify_days: int = Field(
        default=90, ge=1, description=_("Days within which every object's fixity is verified once.")
    )
    verify_rate: int = Field(
        default=0, ge=0, description=_("Bytes a second scheduled verification reads at most; 0: no limit.")
    )
    api_rate: int = Field(default=600, ge=1, description=_("Requests a minute that one token may make of the API."))
    api_public_rate: int = Field(
        default=120, ge=1, description=_("Requests a minute that one address without a token may make of the API.")
    )
    api_paths: list[Path] = Field(
        default=[],
        description=_("Folders of this machine from which the API may take batches by their path; empty: none."),
    )
    webhook_hosts: list[str] = Field(
        default=[], description=_("Host names that webhooks may be sent to; empty: no webhooks.")
    )
    webhook_private: bool = Field(
        default=False,
        description=_("Webhooks may go to private addresses (10.x, 192.168.x, localhost) among the named hosts."),
    )
    session_hours: int = Field(default=10, ge=1, le=72, description=_("Hours after which a sign-in ends."))
    session_idle_minutes: int = Field(
        default=30, ge=1, le=4320, description=_("Minutes after which a sign-in that nobody uses ends.")
    )
    password_length: int = Field(default=10, ge=8, le=64, description=_("Fewest signs of a password."))
    password_kinds: int = Field(
        default=3,
        ge=1,
        le=4,
        description=_("Of small letters, capitals, digits and other signs, so many kinds must be in a password."),
    )
    password_history: int = Field(
        default=5, ge=0, le=24, description=_("So many of the last passwords can't be chosen again; 0: any can.")
    )
    password_days: int = Field(
        default=90, ge=0, le=3650, description=_("Days after which a password must be changed; 0: never.")
    )
    sign_in_failures: int = Field(
        default=5, ge=1, le=100, description=_("Failures to sign in after which a name is closed for a while.")
    )
    sign_in_address_failures: int = Field(
        default=20, ge=1, le=10_000, description=_("Failures to sign in after which an address is closed for a while.")
    )
    sign_in_lock_minutes: int = Field(
        default=30, ge=1, le=1440, description=_("Minutes for which a name or an address is closed after failures.")
    )
    second_factor_roles: list[RoleName] = Field(
        default=[],
        description=_(
            "Roles whose holders must sign in with a second factor, such as system_administrator; empty: none."
        ),
    )
    trusted_proxies: list[str] = Field(
        default=[],
        description=_("Addresses or networks of proxies whose word is taken for where a request comes from."),
    )
    oidc_issuer: str = Field(
        default="", description=_("Address of the sign-in provider (OpenID Connect issuer); empty: there is none.")
    )
    oidc_client_id: str = Field(default="", description=_("Name of this archive at the sign-in provider (client ID)."))
    oidc_client_secret: str = Field(
        default="", repr=False, description=_("Secret of this archive at the sign-in provider; empty: a public client.")
    )
    oidc_name: str = Field(
        default="", description=_("What people call the sign-in provider, shown on the sign-in page.")
    )
    oidc_scopes: str = Field(
        default="openid profile", description=_("Scopes asked of the sign-in provider, with spaces between.")
    )
    oidc_create: bool = Field(
        default=False,
        description=_("Whoever the sign-in provider knows gets an account here, without any role until one is given."),
    )
    oidc_second_factor: bool = Field(
        default=False,
        description=_("The sign-in provider asks for a second factor itself, so the archive does not ask again."),
    )
    ldap_address: str = Field(
        default="",
        description=_(
            "Address of the directory (LDAP) that people sign in by, such as ldaps://dc.example; empty: none."
        ),
    )
    ldap_login: str = Field(
        default="{name}",
        description=_("As whom somebody signs in to the directory: uid={name},ou=people,dc=example or {name}@example."),
    )
    ldap_base: str = Field(default="", description=_("Where in the directory the entries of people lie."))
    ldap_filter: str = Field(
        default="(uid={name})", description=_("How somebody's own entry is found in the directory.")
    )
    ldap_subject: str = Field(
        default="entryUUID",
        description=_("Attribute that is never given to another: entryUUID, or objectGUID in Active Directory."),
    )
    ldap_ca_file: str = Field(
        default="", description=_("File with the certificates the directory is trusted by; empty: the system's.")
    )
    ldap_name: str = Field(default="", description=_("What people call the directory."))
    ldap_create: bool = Field(
        default=False,
        description=_("Whoever the directory knows gets an account here, without any role until one is given."),
    )
    token_days: int = Field(default=365, ge=1, le=3650, description=_("Longest time a token is good for, in days."))
    token_warning_days: int = Field(
        default=14, ge=0, le=365, description=_("Days before its end from which a token is said to end soon.")
    )
    emergency_hours: int = Field(
        default=8, ge=1, le=72, description=_("Most hours for which emergency powers can be asked for.")
    )
    debug: bool = Field(
        default=False, description=_("Show details of errors on pages. Never on a machine that others reach.")
    )

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("deed_numbers", "certificate_numbers", "letter_numbers", mode="after")
    @classmethod
    def _numbers_once(cls, template: str) -> str:
        if "{year}" not in template or "{number}" not in template:
            raise ValueError("a template of numbers holds {year} and {number}")
        return template

    @field_validator("oidc_issuer", mode="after")
    @classmethod
    def _asked_by_https(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        on_this_machine = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if issuer and not (parts.hostname and (parts.scheme == "https" or on_this_machine)):
            raise ValueError("the provider must be reached by https://")
        return issuer

    @field_validator("ldap_address", mode="after")
    @classmethod
    def _is_a_directory(cls, address: str) -> str:
        parts = urlsplit(address)
        if address and not (parts.scheme in ("ldap", "ldaps") and parts.hostname):
            raise ValueError("the directory is reached by ldaps:// or ldap://")
        return address

    @field_validator("trusted_proxies", mode="after")
    @classmethod
    def _networks(cls, proxies: list[str]) -> list[str]:
        for one in proxies:
            ip_network(one, strict=False)
        return proxies

    @property
    def settings_path(self) -> Path:
        """The settings file."""
        return self.home / "shicheng.toml"

    @property
    def database_path(self) -> Path:
        """The SQLite file, used when `database` is empty."""
        return self.home / "db" / "shicheng.sqlite3"

    @property
    def store_path(self) -> Path:
        """The local store, used when `store` is empty or a folder."""
        return Path(self.store).expanduser().absolute() if self.store else self.home / "store"

    @property
    def staging_path(self) -> Path:
        """Where transfers lie until they are stored or returned."""
        return self.home / "staging"

    @property
    def index_path(self) -> Path:
        """The search index."""
        return self.home / "index"

    @property
    def cache_path(self) -> Path:
        """Renditions that can be made again."""
        return self.home / "cache"

    @property
    def keys_path(self) -> Path:
        """Secret key of the web and signing key of the audit log."""
        return self.home / "keys"
