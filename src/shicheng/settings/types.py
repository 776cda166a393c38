"""Every setting there is. `docs/reference/settings.md` is made from the descriptions below."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _(text: str) -> str:
    """Mark a description as a text for people, to be translated where it is shown."""
    return text


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
    debug: bool = Field(
        default=False, description=_("Show details of errors on pages. Never on a machine that others reach.")
    )

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

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
