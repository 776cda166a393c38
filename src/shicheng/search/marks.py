"""The words of a query as an address carries them to a record, to be marked there."""

from __future__ import annotations

from urllib.parse import urlencode

from shicheng.search.expressions import words_shown
from shicheng.search.language import read_query
from shicheng.search.naming import names_for

MOST = 12


def marks_of(asked: str) -> str:
    """Return the end of a record's address that has the words of a query marked in its files, "" without words."""
    words = [
        word.text if word.quoted else word.text.strip("*＊")
        for word in words_shown(read_query(asked, names_for([asked])).expression)
        if word.field is None or word.field.name == "text"
    ]
    chosen = list(dict.fromkeys(filter(None, words)))[:MOST]
    return f"?{urlencode([('mark', word) for word in chosen])}#hit" if chosen else ""
