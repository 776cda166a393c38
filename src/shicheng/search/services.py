"""Finding records."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import tantivy
from tantivy import Occur, Query

from shicheng.base.db import chunked
from shicheng.holdings import selectors as holdings
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor, Place
from shicheng.search.compiling import Compiler, has_score, unscored
from shicheng.search.errors import IndexUnusable
from shicheng.search.expressions import And, Expression
from shicheng.search.facets import count_facets
from shicheng.search.folding import fold
from shicheng.search.highlighting import Highlights, extract, mark, unpack
from shicheng.search.language import Reading, read_query
from shicheng.search.naming import names_for
from shicheng.search.paging import Ids, Page, all_ids, read_page
from shicheng.search.reading import Opened, is_panic, searcher_of
from shicheng.search.schema import fold_code
from shicheng.search.scope import VisibleScope
from shicheng.search.types import FACETS, SORTS, FacetValue, Hit, Narrowing, Results, Suggestion
from shicheng.search.variants import with_variants

T = TypeVar("T")
NO_NARROWING: Final = Narrowing()
_COLUMNS: Final = (
    "pk", "reference_code", "title", "author", "date_text", "year", "fonds__code", "openness", "secrecy", "category",
    "retention", "department", "document_number",
)  # fmt: skip


def find(
    actor: Actor,
    query: str,
    *,
    index_path: Path,
    limit: int = 20,
    offset: int = 0,
    sort: str = "relevance",
    narrowing: Narrowing = NO_NARROWING,
    facets: bool = False,
    highlight: bool = True,
) -> Results:
    """Find the records the actor may see that match a query.

    The total is exact and there is no cap: any page may be asked for. Never raises for what a person can
    type; what could not be understood stands in `notes`, as does an index that can't be read just now.
    """
    started = time.perf_counter()
    reading = _read(actor, query, narrowing)
    notes = list(reading.notes)
    if sort not in SORTS:
        notes.append(
            _(
                "There is no order %(sort)s; the best hits come first. Use one of: %(known)s.",
                sort=sort,
                known=", ".join(SORTS),
            )
        )
        sort = "relevance"
    limit, offset = max(0, limit), max(0, offset)

    def search(opened: Opened) -> tuple[Page, dict[str, list[FacetValue]]]:
        searcher = opened.searcher
        compiled = _compile(searcher, reading.expression, actor, narrowing)
        page = read_page(
            searcher, compiled, sort=sort, limit=limit, offset=offset, scored=has_score(reading.expression)
        )
        if not facets:
            return page, {}
        key = (opened.state, reading.expression, VisibleScope.of(actor), repr(narrowing))
        return page, count_facets(searcher, compiled, narrowing, key)

    nothing: tuple[Page, dict[str, list[FacetValue]]] = Page(0, []), {}
    page, counted = _search(index_path, search, nothing, notes)
    hits = _read_hits(actor, page, reading.expression, highlight=highlight)
    return Results(
        total=page.total, seconds=time.perf_counter() - started, hits=hits, facets=counted, notes=notes, query=query,
        sort=sort, limit=limit, offset=offset,
    )  # fmt: skip


def find_ids(actor: Actor, query: str, *, index_path: Path, narrowing: Narrowing = NO_NARROWING) -> Ids:
    """The ids of all records that match, in the order of their codes; raises `IndexUnusable` if it can't be told."""
    reading = _read(actor, query, narrowing)
    notes: list[Message] = []

    def search(opened: Opened) -> Ids:
        return all_ids(opened.searcher, _compile(opened.searcher, reading.expression, actor, narrowing))

    found = _search(index_path, search, None, notes)
    if found is None:
        raise IndexUnusable(notes[0])
    return found


def suggest(actor: Actor, prefix: str, index_path: Path, limit: int = 8) -> list[Suggestion]:
    """Records whose title or reference code begins with what was typed, codes first; nothing for nothing."""
    title, code = fold(prefix), fold_code(prefix)
    if not title:
        return []

    def search(opened: Opened) -> tuple[list[UUID], list[UUID]]:
        searcher = opened.searcher
        compiler = Compiler(searcher)
        found = []
        for query in (compiler.code_starts(code) if code else Query.empty_query(), compiler.title_starts(title)):
            clauses = [(Occur.Must, query)]
            if (scope := VisibleScope.of(actor).query()) is not None:
                clauses.append((Occur.Must, scope))
            page = read_page(
                searcher, Query.boolean_query(clauses), sort="code", limit=limit * 3, offset=0, scored=False
            )
            found.append([one for one, _score in page.hits])
        return found[0], found[1]

    none: tuple[list[UUID], list[UUID]] = [], []
    codes, titles = _search(index_path, search, none, [])
    rows = _rows(actor, [*codes, *titles])
    suggestions: dict[str, Suggestion] = {}
    for one in codes:
        if row := rows.get(one):
            suggestions.setdefault(
                row["reference_code"], Suggestion(one, row["reference_code"], "code", row["reference_code"])
            )
    for one in titles:
        if row := rows.get(one):  # many records of one title are one suggestion
            suggestions.setdefault(row["title"], Suggestion(one, row["title"], "title", row["reference_code"]))
    return list(suggestions.values())[:limit]


def _read(actor: Actor, query: str, narrowing: Narrowing) -> Reading:
    """Read a query and those it is narrowed by; each is read for itself, so that none can undo another."""
    names = names_for((query, *narrowing.within))
    reading = read_query(query, names)
    for one in narrowing.within:
        further = read_query(one, names)
        reading = Reading(And((reading.expression, further.expression)), [*reading.notes, *further.notes])
    return with_variants(actor, reading)


def _search(index_path: Path, search: Callable[[Opened], T], nothing: T, notes: list[Message]) -> T:
    """Search the generation in use; an index that can't be read is noted and reported to the follower."""
    try:
        opened = searcher_of(index_path)
    except IndexUnusable as error:
        notes.append(_("%(reason)s %(hint)s", reason=error.message, hint=error.hint or ""))
        return nothing
    try:
        return search(opened)
    except BaseException as error:
        if not isinstance(error, ValueError | OSError) and not is_panic(error):
            raise
        opened.generation.mark_damaged()
        notes.append(_("The search index could not be read and is being made anew. Search again in a moment."))
        return nothing


def _compile(searcher: tantivy.Searcher, expression: Expression, actor: Actor, narrowing: Narrowing) -> Query:
    compiler = Compiler(searcher)
    clauses = [(Occur.Must, compiler.compile(expression))]
    if (scope := VisibleScope.of(actor).query()) is not None:
        clauses.append((Occur.Must, unscored(scope)))
    if narrowing.fonds:
        clauses.append((Occur.Must, compiler.value("fonds", narrowing.fonds)))
    if narrowing.year_from is not None or narrowing.year_to is not None:
        clauses.append((Occur.Must, compiler.years(narrowing.year_from, narrowing.year_to)))
    for name, value in narrowing.filters.items():
        if name in FACETS and value:
            clauses.append((Occur.Must, compiler.value(name, value)))
    return Query.boolean_query(clauses) if len(clauses) > 1 else clauses[0][1]


def _rows(actor: Actor, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Rows of items by id; looked at once more, so that an index that lags shows nothing it should not.

    Asked for by key alone: with the conditions of what is visible in the query, SQLite reads all open items.
    """
    scope = VisibleScope.of(actor)
    rows: dict[UUID, dict[str, Any]] = {}
    for part in chunked(list(dict.fromkeys(ids)), 500):
        found = holdings.items(SYSTEM).filter(pk__in=part).order_by().values(*_COLUMNS)
        for row in found:
            place = Place(row["fonds__code"], row["category"], row["year"], row["department"], row["secrecy"])
            if scope.shows(place, openness=row["openness"]):
                rows[row["pk"]] = row
    return rows


def _read_hits(actor: Actor, page: Page, expression: Expression, *, highlight: bool) -> list[Hit]:
    ids = [one for one, _score in page.hits]
    rows = _rows(actor, ids)
    words = Highlights.of(expression)
    snippets = _snippets(list(rows), words.text) if highlight else {}
    hits = []
    for one, score in page.hits:
        row = rows.get(one)
        if row is None:
            continue
        snippet = snippets.get(one, "")
        hits.append(
            Hit(
                item_id=one, ref=row["reference_code"], title=row["title"], creator=row["author"],
                date=row["date_text"], year=row["year"], fonds=row["fonds__code"], score=score,
                openness=row["openness"], category=row["category"], retention=row["retention"],
                department=row["department"], document_number=row["document_number"],
                title_html=mark(row["title"], words.title if highlight else ()),
                snippet=snippet, snippet_html=mark(snippet, words.text),
            )
        )  # fmt: skip
    return hits


def _snippets(ids: list[UUID], words: tuple[str, ...]) -> dict[UUID, str]:
    """An extract for each of these items, which the actor may see: from the first file with a word, or the first."""
    snippets: dict[UUID, str] = {}
    settled: set[UUID] = set()
    for part in chunked(ids, 200):
        texts = (
            holdings.items(SYSTEM)
            .filter(pk__in=part, files__text__isnull=False)
            .order_by("files__order")
            .values_list("pk", "files__text__zipped")
        )
        for one, zipped in texts.iterator(chunk_size=50):
            if one in settled:
                continue
            snippet, matched = extract(unpack(bytes(zipped)), words)
            if matched or one not in snippets:
                snippets[one] = snippet
            if matched or not words:
                settled.add(one)
    return snippets
