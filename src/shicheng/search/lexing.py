"""Cutting a query into tokens. Whatever is no sign of the language is part of a word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from shicheng.search.fields import STANDARD, Field, Names

LONGEST_QUERY: Final = 4000
DEEPEST: Final = 40  # parentheses within parentheses; deeper ones are text

_OPEN: Final = "(（"
_CLOSE: Final = ")）"
_QUOTES: Final = {'"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂"}
_COMPARISONS: Final = (">=", "<=", "≥", "≤", ">", "<", "=")
_OPERATORS: Final = {
    "AND": "and",
    "与": "and",
    "&&": "and",
    "OR": "or",
    "或": "or",
    "||": "or",
    "NOT": "not",
    "非": "not",
}


class Sign(Enum):
    """What a token is."""

    WORD = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A sign or a word; an opening parenthesis may have a field for all within."""

    sign: Sign
    text: str
    field: Field | None = None
    quoted: bool = False


def cut(query: str, names: Names = STANDARD) -> list[Token]:
    """Cut a query into tokens; parentheses always come in pairs."""
    query = query[:LONGEST_QUERY]
    groups = _find_groups(query, names)
    closes = set(groups.values())
    tokens: list[Token] = []
    place = 0
    while place < len(query):
        character = query[place]
        if character.isspace():
            place += 1
        elif place in groups:
            tokens.append(Token(Sign.OPEN, character))
            place += 1
        elif place in closes:
            tokens.append(Token(Sign.CLOSE, character))
            place += 1
        elif _is_minus(query, place):
            tokens.append(Token(Sign.NOT, character))
            place += 1
        else:
            token, place = _read_term(query, place, groups, closes, names)
            tokens.append(token)
    return tokens


def _is_minus(query: str, place: int) -> bool:
    """Tell whether a minus at the beginning of a token means NOT: something must stand right after it."""
    after = query[place + 1 : place + 2]
    return query[place] == "-" and bool(after) and not after.isspace() and after not in "-)）"


def _read_term(query: str, place: int, groups: dict[int, int], closes: set[int], names: Names) -> tuple[Token, int]:
    """Read a word, a quoted phrase or either with a field before it; returns the token and the place after it."""
    field, after = _read_field(query, place, names)
    if field is not None:
        if after in groups:
            return Token(Sign.OPEN, query[after], field), after + 1
        quoted = _read_quoted(query, after)
        if quoted is not None:
            return Token(Sign.WORD, quoted[0], field, quoted=True), quoted[1]
        end = _range_end(query, after) or _word_end(query, after, closes)
        if end > after:
            return Token(Sign.WORD, query[after:end], field), end
    quoted = _read_quoted(query, place)
    if quoted is not None:
        return Token(Sign.WORD, quoted[0], quoted=True), quoted[1]
    end = _word_end(query, place, closes)
    text = query[place:end]
    operator = _OPERATORS.get(text)
    return Token(Sign[operator.upper()] if operator else Sign.WORD, text), end


def _read_field(query: str, place: int, names: Names) -> tuple[Field | None, int]:
    """Read `name:` or `name>=` and return the field and the place of its value; a comparison stays in the value."""
    for end in range(place + 1, min(len(query), place + names.longest + 1)):
        character = query[end]
        if character in ":：":
            field = names.find(query[place:end])
            value = end + 1
            while field is not None and value < len(query) and query[value].isspace():
                value += 1
            return field, value
        if character in "<>=≥≤":
            return names.find(query[place:end]), end
        if character.isspace():
            break
    return None, place


def _read_quoted(query: str, place: int) -> tuple[str, int] | None:
    """Read a phrase in quotes; curly quotes must enclose the whole word, as titles have them within."""
    if place >= len(query) or query[place] not in _QUOTES:
        return None
    close = _QUOTES[query[place]]
    end = query.find(close, place + 1)
    if end < 0:
        return None
    if close != '"' and end + 1 < len(query) and not query[end + 1].isspace() and query[end + 1] not in _CLOSE:
        return None
    return query[place + 1 : end], end + 1


def _range_end(query: str, place: int) -> int | None:
    """Return the end of `[a TO b]`, None if no such range begins here."""
    if query[place : place + 1] not in ("[", "{") or not query[place : place + 1]:
        return None
    end = place + 1
    while end < len(query) and query[end] not in "]}[{":
        end += 1
    if end < len(query) and query[end] in "]}" and " TO " in query[place:end].upper():
        return end + 1
    return None


def _word_end(query: str, place: int, closes: set[int]) -> int:
    end = place
    while end < len(query) and not query[end].isspace() and end not in closes:
        end += 1
    # `年度:>= 2015`: a comparison takes the number after the space.
    if query[place:end] in _COMPARISONS:
        after = end
        while after < len(query) and query[after].isspace():
            after += 1
        if after < len(query) and query[after].isdigit():
            return _word_end(query, after, closes)
    return end


def _find_groups(query: str, names: Names) -> dict[int, int]:
    """Find the parentheses that group: the place of each opening one with that of its closing one.

    Titles are full of parentheses, so a pair groups only if it stands free (spaces, ends or other groups
    around it) and holds a space, or stands beside an operator.
    """
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    place = 0
    while place < len(query):
        quoted = _read_quoted(query, place) if _begins_token(query, place) else None
        if quoted is not None:
            place = quoted[1]
            continue
        if query[place] in _OPEN:
            waiting.append(place)
        elif query[place] in _CLOSE and waiting:
            pairs[waiting.pop()] = place
        place += 1
    groups: dict[int, int] = {}
    ends: list[int] = []  # of the groups the place is in
    for start in sorted(pairs):
        while ends and ends[-1] < start:
            ends.pop()
        end = pairs[start]
        if len(ends) < DEEPEST and _groups(query, start, end, groups, ends, names):
            groups[start] = end
            ends.append(end)
    return groups


def _begins_token(query: str, place: int) -> bool:
    return place == 0 or query[place - 1].isspace() or query[place - 1] in "(（-:：="


def _groups(query: str, start: int, end: int, groups: dict[int, int], ends: list[int], names: Names) -> bool:
    before = query[start - 1] if start else " "
    after = query[end + 1] if end + 1 < len(query) else " "
    inside = query[start + 1 : end]
    if not inside.strip():
        return False
    named = before in ":：" and _field_before(query, start, names)
    free = before.isspace() or named or (start - 1) in groups or (before == "-" and _begins_token(query, start - 1))
    # The pair around this one is taken for a group by now; its closing parenthesis may follow at once.
    closed = after.isspace() or (bool(ends) and end + 1 == ends[-1])
    if not free or not closed:
        return False
    if named or before == "-" or any(character.isspace() for character in inside):
        return True
    if (start - 1) in groups or (ends and end + 1 == ends[-1]):
        return True
    previous = query[:start].split()[-1:]
    following = query[end + 1 :].split()[:1]
    return any(word in _OPERATORS for word in (*previous, *following))


def _field_before(query: str, start: int, names: Names) -> bool:
    words = query[: start - 1].split()
    name = words[-1] if words else ""
    return names.find(name.lstrip("(（-")) is not None and not query[start - 2 : start - 1].isspace()
