"""Getting ready to work on an archive from the command line."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.kernel.processes import collect_seldom
from shicheng.settings import Settings, load, use
from shicheng.settings.presence import be_present

if TYPE_CHECKING:
    from shicheng.people.types import Actor


class NoArchive(ShichengError):
    """There is no archive in the folder."""

    code = "cli.archive.missing"
    exit_code = 2


class OldArchive(ShichengError):
    """The archive's database was made by an older version."""

    code = "cli.archive.old"
    exit_code = 2


def language_of_the_terminal() -> str | None:
    """`en` or `zh-hans` when the environment says so, else None."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value.startswith("en"):
            return "en"
        if value.startswith("zh"):
            return "zh-hans"
    return None


def prepare(home: Path | None, **overrides: Any) -> Settings:
    """Read the settings and set Django up; needs no archive in the folder."""
    if "SHICHENG_LANGUAGE" not in os.environ and (language := language_of_the_terminal()):
        os.environ["SHICHENG_LANGUAGE"] = language
    settings = load(home, **overrides)
    use(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
    import django

    django.setup()
    from django.utils import translation

    translation.activate(settings.language)
    return settings


def open_archive(home: Path | None) -> Settings:
    """Get ready to work on the archive in a folder; raises `NoArchive` or `OldArchive`."""
    folder = load(home)
    if not folder.settings_path.exists():
        prepare(home)
        raise NoArchive(
            _("There is no archive in %(home)s.", home=folder.home),
            hint=_("Make one with: shicheng init --home %(home)s", home=folder.home),
        )
    settings = prepare(home)
    be_present(settings.home)
    if not settings.database and not settings.database_path.exists():
        raise OldArchive(
            _(
                "The database of %(home)s is gone: there is no %(path)s.",
                home=settings.home,
                path=settings.database_path,
            ),
            hint=_(
                "Restore a backup; or make the database anew from the store: shicheng init --home %(home)s, "
                "then shicheng rebuild --home %(home)s",
                home=settings.home,
            ),
        )
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise OldArchive(
            _("The database of %(home)s was made by another version.", home=settings.home),
            hint=_("Make a backup, then bring it up to date with: shicheng init --home %(home)s", home=settings.home),
        )
    collect_seldom()
    from shicheng.storage.begun_move import is_begun

    if is_begun(settings):
        from shicheng.storage.moving import finish_if_switched

        finish_if_switched(operator(), settings)
    return settings


def operator() -> Actor:
    """The person at the keyboard."""
    from shicheng.people.services import operator as make

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return make(name)
