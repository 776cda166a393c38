"""Turning what a query means into a query of the index."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import tantivy
from tantivy import Occur, Query

from shicheng.holdings.types import OPENNESS_WORDS, SECRECY_WORDS
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.search.expressions import And, Days, Everything, Expression, Not, Nothing, Or, Word, Years
from shicheng.search.fields import ADDED_FIELD, Field, Kind
from shicheng.search.folding import START, cover, fold
from shicheng.search.schema import added_mark, day_number, fold_code, longest_start, schema

_ANYWHERE: Final = (("title", 3.0), ("number", 2.0), ("text", 1.0), ("rest", 1.0))
_SINGLES: Final = {"title", "text", "rest", ADDED_FIELD}
_CODE_BOOST: Final = 4.0
_CODE_LIKE: Final = re.compile(r"[A-Z0-9][A-Z0-9一-鿿]*(?:-[A-Z0-9一-鿿]+)+")
_STARS: Final = "*＊"
_CATEGORY_WORDS: Final = {
    "文书": "WS", "科技": "KJ", "人事": "RS", "会计": "KU", "专业": "ZY", "照片": "ZP", "录音": "LY", "录像": "LX",
    "业务数据": "SJ", "公务电子邮件": "YJ", "电子邮件": "YJ", "网页": "WY", "网页信息": "WY",
    "社交媒体": "MT", "实物": "SW",
}  # fmt: skip


def has_score(expression: Expression) -> bool:
    """Tell whether some hits can be better than others.

    Where a word stands in a title or text says something; for short values such as an author nearly all hits
    are equally good, and the order of codes is the better one.
    """
    if isinstance(expression, And | Or):
        return any(has_score(part) for part in expression.parts)
    return isinstance(expression, Word) and (expression.field is None or expression.field.name in ("title", "text"))


def code_meant(word: str) -> str | None:
    """The folded beginning of a reference code, if a bare word looks like one."""
    folded = fold_code(word.strip(_STARS))
    looks = _CODE_LIKE.fullmatch(folded.upper()) and any(character.isdigit() for character in folded)
    return folded if looks and len(folded) >= 5 else None


def exact_values(field: Field, text: str) -> list[str]:
    """The values a word for an exact field may mean, as the index has them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if field.name == "openness":
        return [OPENNESS_WORDS.get(plain.lower(), plain.lower())]
    if field.name == "secrecy":
        return [SECRECY_WORDS.get(plain.lower(), plain.lower())]
    if field.name == "retention":
        try:
            return [parse_retention(plain).code]
        except RetentionError:
            return [plain]
    if field.name == "format":
        return [plain.lower().lstrip(".")]
    values = [plain, text.strip(), plain.upper()]
    if field.name == "category":
        values.append(_CATEGORY_WORDS.get(plain.removesuffix("档案"), plain))
        values += [code for code, label in CATEGORIES.items() if str(label).lower() == plain.lower()]
    return list(dict.fromkeys(values))


class Compiler:
    """Compiles for one state of the index: parts that occur nowhere in it are left out, which saves time."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self.schema = schema()

    def compile(self, expression: Expression) -> Query:
        """Compile a whole expression."""
        match expression:
            case Everything():
                return unscored(Query.all_query())
            case Nothing():
                return Query.empty_query()
            case Word():
                return self._word(expression)
            case Years(first, last):
                return unscored(self._between("year", first, last))
            case Days(first, last):
                return unscored(self._days(expression))
            case Not():
                return Query.boolean_query(
                    [(Occur.Must, unscored(Query.all_query())), (Occur.MustNot, self.compile(expression.part))]
                )
            case Or(parts):
                return Query.boolean_query([(Occur.Should, self.compile(part)) for part in parts])
            case And(parts):
                return self._all_of(parts)

    def _all_of(self, parts: tuple[Expression, ...]) -> Query:
        clauses = [
            (Occur.MustNot, self.compile(part.part)) if isinstance(part, Not) else (Occur.Must, self.compile(part))
            for part in parts
        ]
        if all(occur is Occur.MustNot for occur, _query in clauses):
            clauses.insert(0, (Occur.Must, unscored(Query.all_query())))
        return Query.boolean_query(clauses)

    def _word(self, word: Word) -> Query:
        if word.field is None:
            return self._anywhere(word)
        if word.field.kind is Kind.EXACT:
            return unscored(self._exact(word.field, word))
        if word.field.kind is Kind.CODE:
            return self._code(word.field, word)
        if word.field.labels:
            return unscored(self._added(word.field.labels, fold(_bare(word))))
        found = self._part(word.field.name, fold(_bare(word))) or Query.empty_query()
        return found if has_score(word) else unscored(found)

    def _anywhere(self, word: Word) -> Query:
        folded = fold(_bare(word))
        parts = [
            (Occur.Should, Query.boost_query(query, boost))
            for name, boost in _ANYWHERE
            if (query := self._part(name, folded)) is not None
        ]
        code = code_meant(word.text)
        if code is not None:
            starts = self._starts("code", code)
            parts.append((Occur.Should, Query.boost_query(Query.const_score_query(starts, 1.0), _CODE_BOOST)))
        return Query.boolean_query(parts) if parts else Query.empty_query()

    def _added(self, labels: tuple[str, ...], folded: str) -> Query:
        parts = [self._part(ADDED_FIELD, folded, mark=added_mark(label)) for label in labels]
        return Query.boolean_query([(Occur.Should, part) for part in parts if part is not None])

    def _part(self, name: str, folded: str, *, mark: str = "") -> Query | None:
        """Values of a field that hold this text anywhere; None if none does. `mark` begins each word of the field."""
        if not folded:
            return None
        if len(folded) == 1:
            if name in _SINGLES:
                return self._term(f"{name}1", mark + folded, "basic")
            sign = _escape(folded)
            return Query.regex_query(self.schema, name, f"{sign}|{sign}.|.{sign}")
        if len(folded) == 2:
            return self._term(name, mark + folded, "position")
        pairs = [(place, mark + pair) for place, pair in cover(folded)] if mark else cover(folded)
        if any(self.searcher.doc_freq(name, pair) == 0 for pair in {pair for _place, pair in pairs}):
            return None
        words: list[str | tuple[int, str]] = list(pairs)
        return Query.phrase_query(self.schema, name, words)

    def _term(self, name: str, term: str, option: str) -> Query | None:
        if self.searcher.doc_freq(name, term) == 0:
            return None
        return Query.term_query(self.schema, name, term, option)

    def _code(self, field: Field, word: Word) -> Query:
        fold_value = fold_code if field.name == "code" else fold
        if word.quoted or not any(star in word.text for star in _STARS):
            return unscored(self._within_code(field.name, fold_value(word.text)))
        pieces = [fold_value(piece) for piece in re.split(f"[{_STARS}]", word.text)]
        if pieces[0] and not any(pieces[1:]):
            return self._starts(field.name, pieces[0])
        pattern = ".*".join(map(_escape, pieces))
        return unscored(Query.regex_query(self.schema, f"{field.name}_whole", pattern))

    def _within_code(self, name: str, folded: str) -> Query:
        found = self._part(name, folded) or Query.empty_query()
        if name != "code":
            return found
        # Of a made code there are no parts, but its beginnings.
        return Query.boolean_query([(Occur.Should, found), (Occur.Should, self._starts(name, folded))])

    def _starts(self, name: str, folded: str) -> Query:
        if name == "number":
            return unscored(self._part(name, START + folded) or Query.empty_query())
        if len(folded) > longest_start(folded):
            return unscored(Query.regex_query(self.schema, f"{name}_whole", _escape(folded) + ".*"))
        return unscored(Query.term_query(self.schema, f"{name}_start", folded, "basic"))

    def _exact(self, field: Field, word: Word) -> Query:
        name = f"f_{field.name}"
        if not word.quoted and any(star in word.text for star in _STARS):
            plain = unicodedata.normalize("NFKC", word.text)
            patterns = {".*".join(map(_escape, text.split("*"))) for text in (plain, plain.upper())}
            return Query.regex_query(self.schema, name, "|".join(sorted(patterns)))
        terms = [Query.term_query(self.schema, name, value, "basic") for value in exact_values(field, word.text)]
        return Query.boolean_query([(Occur.Should, term) for term in terms])

    def _days(self, days: Days) -> Query:
        clauses: list[tuple[Occur, Query]] = []
        # Dates may be known to the month or year only: a hit is whatever may fall between.
        if days.last is not None:
            clauses.append((Occur.Must, self._between("date_from", None, day_number(days.last))))
        if days.first is not None:
            clauses.append((Occur.Must, self._between("date_to", day_number(days.first), None)))
        return Query.boolean_query(clauses)

    def _between(self, name: str, first: int | None, last: int | None) -> Query:
        return Query.range_query(self.schema, name, tantivy.FieldType.Integer, first, last)

    def title_starts(self, folded: str) -> Query:
        """Titles that begin with a folded text."""
        return self._part("title", START + folded) or Query.empty_query()

    def code_starts(self, folded: str) -> Query:
        """Reference codes that begin with a folded text."""
        return self._starts("code", folded)

    def value(self, facet: str, value: str) -> Query:
        """Items with exactly this value of a facet."""
        if facet == "year":
            year = int(value) if value.isdecimal() and len(value) <= 4 else -1
            return unscored(self._between("year", year, year))
        return unscored(Query.term_query(self.schema, f"f_{facet}", value, "basic"))

    def years(self, first: int | None, last: int | None) -> Query:
        """Items of these filing years."""
        return unscored(self._between("year", first, last))


def unscored(query: Query) -> Query:
    """A condition that makes no hit better than another."""
    return Query.const_score_query(query, 0.0)


def _bare(word: Word) -> str:
    """A word without the stars at its ends: any part is found anyway."""
    return word.text if word.quoted else word.text.strip(_STARS)


def _escape(text: str) -> str:
    return "".join(one if one.isalnum() or ord(one) > 127 else "\\" + one for one in text)
