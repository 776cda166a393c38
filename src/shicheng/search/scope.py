"""What an actor may see, as a part of every query."""

from __future__ import annotations

from dataclasses import dataclass

import tantivy

from shicheng.holdings import policies as holdings
from shicheng.holdings.types import Openness, Secrecy
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.search.schema import EVERYONE, schema


@dataclass(frozen=True, slots=True)
class VisibleScope:
    """The items an actor may see: all, those of some fonds, those open to everyone, or none.

    It says the same as `holdings.policies.visible`, and a test holds them together.
    """

    all: bool = False
    fonds: frozenset[str] = frozenset()
    open: bool = False

    @classmethod
    def of(cls, actor: Actor) -> VisibleScope:
        """The scope of an actor."""
        if allows(actor, holdings.READ):
            if actor.fonds is None:
                return cls(all=True)
            return cls(fonds=actor.fonds, open=True)
        return cls(open=allows(actor, holdings.READ_OPEN))

    def shows(self, *, fonds: str, openness: str, secrecy: str) -> bool:
        """Tell whether an item with these values may be seen."""
        return (
            self.all or fonds in self.fonds or (self.open and openness == Openness.OPEN and secrecy == Secrecy.PUBLIC)
        )

    def query(self) -> tantivy.Query | None:
        """The condition for the index; None if everything may be seen."""
        if self.all:
            return None
        parts = []
        if self.open:
            parts.append(tantivy.Query.term_query(schema(), "shown", EVERYONE, "basic"))
        parts += [tantivy.Query.term_query(schema(), "f_fonds", code, "basic") for code in sorted(self.fonds)]
        if not parts:
            return tantivy.Query.empty_query()
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
