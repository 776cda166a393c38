"""Which formats are accepted for filing, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shicheng.checks.catalogue import read_table
from shicheng.formats.types import Identification


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The formats one category takes."""

    families: frozenset[str]
    puids: frozenset[str]
    extensions: frozenset[str]
    refused_families: frozenset[str]
    refused_extensions: frozenset[str]

    def refuses_name(self, extension: str) -> bool:
        """Tell whether a file of this extension is refused whatever it holds."""
        return extension.lower() in self.refused_extensions

    def accepts(self, found: Identification) -> bool:
        """Tell whether a file of this format comes in.

        What the bytes say counts; the extension only where nothing knows the bytes.
        """
        extension = found.extension.lower()
        if extension in self.refused_extensions or found.family in self.refused_families:
            return False
        if found.family in self.families or found.puid in self.puids:
            return True
        return not found.family and not found.puid and extension in self.extensions

    @property
    def shown(self) -> str:
        """The usual extensions of what is accepted, for people."""
        from shicheng.formats.families import FAMILIES

        names = {
            FAMILIES[name].extensions[0] for name in self.families if name in FAMILIES and FAMILIES[name].extensions
        }
        return ", ".join(sorted(names | (self.extensions - {"gw"})))


@cache
def _table() -> Mapping[str, Any]:
    return read_table("formats.toml")


def acceptance(category: str, edits: Mapping[str, Mapping[str, list[str]]] | None = None) -> Acceptance:
    """Return what a category accepts; `edits` are rows of the archive that replace lists of a category."""
    table = {name: dict(rows) for name, rows in _table().items()}
    for name, rows in (edits or {}).items():
        table.setdefault(name, {}).update(rows)

    def joined(column: str) -> frozenset[str]:
        return frozenset(table["*"].get(column, [])) | frozenset(table.get(category, {}).get(column, []))

    own = frozenset(table.get(category, {}).get("extensions", []))
    return Acceptance(
        families=joined("families"),
        puids=joined("puids"),
        extensions=joined("extensions"),
        refused_families=joined("refused_families"),
        refused_extensions=joined("refused_extensions") - own,
    )
