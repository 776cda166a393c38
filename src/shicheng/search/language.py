"""The query language: words, "phrases", AND OR NOT, parentheses, fields, ranges. It takes any text.

    query   = either (OR either)*        OR 或 ||
    either  = single ((AND)? single)*    AND 与 &&; nothing between two words means AND
    single  = NOT single | ( query ) | field:( query ) | word | "phrase" | field:value

An operator that has nothing to work on is a word.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.search.expressions import And, Everything, Expression, Not, Nothing, Or, Word
from shicheng.search.fields import STANDARD, Field, Kind, Names
from shicheng.search.folding import fold
from shicheng.search.lexing import LONGEST_QUERY, Sign, Token, cut
from shicheng.search.ranges import read_days, read_years

MOST_WORDS = 200


@dataclass(slots=True)
class Reading:
    """A query that was read, and what is to be said about it."""

    expression: Expression
    notes: list[Message] = field(default_factory=list)


def read_query(query: str, names: Names = STANDARD) -> Reading:
    """Read a query. Never raises: what makes no sense is taken for words, or noted and finds nothing."""
    notes: list[Message] = []
    if len(query) > LONGEST_QUERY:
        notes.append(_("The query is too long; only its first %(count)s characters were used.", count=LONGEST_QUERY))
    parser = _Parser(cut(query, names), notes)
    expression = parser.read_all()
    if expression is None:
        return Reading(Nothing(), [*notes, _("There is nothing to search for; write a word, or * for everything.")])
    return Reading(expression, notes)


class _Parser:
    def __init__(self, tokens: list[Token], notes: list[Message]) -> None:
        self.tokens = tokens
        self.notes = notes
        self.place = 0
        self.words = 0

    def read_all(self) -> Expression | None:
        return self._read_either(None)

    def _peek(self, ahead: int = 0) -> Sign | None:
        place = self.place + ahead
        return self.tokens[place].sign if place < len(self.tokens) else None

    def _has_operand(self) -> bool:
        return self._peek(1) not in (None, Sign.CLOSE)

    def _read_either(self, inside: Field | None) -> Expression | None:
        parts = [self._read_all_of(inside)]
        while self._peek() is Sign.OR:
            self.place += 1
            parts.append(self._read_all_of(inside))
        return _join(Or, [part for part in parts if part is not None])

    def _read_all_of(self, inside: Field | None) -> Expression | None:
        parts: list[Expression | None] = []
        while True:
            sign = self._peek()
            if sign is None or sign is Sign.CLOSE:
                break
            if parts and sign is Sign.OR and self._has_operand():
                break
            if parts and sign is Sign.AND and self._has_operand():
                self.place += 1
            parts.append(self._read_single(inside))
        return _join(And, [part for part in parts if part is not None])

    def _read_single(self, inside: Field | None) -> Expression | None:
        negations = 0
        while self._peek() is Sign.NOT and self._has_operand():
            negations += 1
            self.place += 1
        token = self.tokens[self.place]
        self.place += 1
        found: Expression | None
        if token.sign is Sign.OPEN:
            found = self._read_either(token.field or inside)
            self.place += 1  # its closing parenthesis: they come in pairs
        else:
            found = self._read_word(token, inside)
        if found is None or negations % 2 == 0:
            return found
        return Not(found)

    def _read_word(self, token: Token, inside: Field | None) -> Expression | None:
        self.words += 1
        if self.words > MOST_WORDS:
            if self.words == MOST_WORDS + 1:
                self.notes.append(_("Only the first %(count)s words of the query were used.", count=MOST_WORDS))
            return None
        named = token.field or inside
        if not token.quoted and token.text.strip("*＊") == "":
            return Everything()
        if named is not None and named.kind is Kind.YEAR:
            return read_years(token.text, self.notes)
        if named is not None and named.kind is Kind.DATE:
            return read_days(token.text, self.notes)
        if not fold(token.text if token.quoted else token.text.strip("*＊")):
            return None  # nothing but spaces and signs that don't count
        return Word(token.text, named, token.quoted)


def _join(kind: type[And] | type[Or], parts: list[Expression]) -> Expression | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return kind(tuple(parts))
