"""Queries as readers ask them, cut from the titles of an archive by seed, each with what it means."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.invented import SEED

EACH = 40
_HAN = re.compile(r"[一-鿿]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a scan looks at: one item with everything of it that is searched."""

    title: str
    author: str
    year: int
    person: str
    everything: str  # values with a sign between that no query holds


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the same question to one entry."""

    kind: str
    query: str
    word: str  # the longest plain part, for programs that know only parts
    meant: Callable[[Entry], bool]


def _has(word: str) -> Callable[[Entry], bool]:
    return lambda entry: word in entry.everything


def make_queries(entries: Sequence[Entry], each: int = EACH) -> list[Asked]:
    """The mix: words, phrases, AND, OR, NOT, fields, names."""
    choice = random.Random(f"{SEED}/queries")

    def part(length: int) -> str:
        while True:
            runs = [run for run in _HAN.findall(choice.choice(entries).title) if len(run) >= length]
            if runs:
                run = choice.choice(runs)
                start = choice.randrange(len(run) - length + 1)
                return str(run[start : start + length])

    def pair() -> tuple[str, str]:
        title = ""
        while len(title) < 12:
            title = max(_HAN.findall(choice.choice(entries).title), key=len)
        cut = choice.randrange(4, len(title) - 4)
        return title[cut - 4 : cut - 2], title[cut + 1 : cut + 3]

    made: list[Asked] = []
    for _ in range(each):
        two, four = part(2), part(4)
        made.append(Asked("word of 2 characters", two, two, _has(two)))
        made.append(Asked("word of 4 characters", four, four, _has(four)))
        phrase = part(choice.randint(6, 10))
        made.append(Asked("phrase of 6 to 10", f'"{phrase}"', phrase, _has(phrase)))
        one, other = pair()
        made.append(Asked("two words, AND", f"{one} {other}", one, _both(one, other)))
        one, other = part(2), part(2)
        made.append(Asked("two words, NOT", f"{one} NOT {other}", one, _without(one, other)))
        one, other = part(4), part(4)
        made.append(Asked("two words, OR", f"{one} OR {other}", one, _either(one, other)))
        word, year = part(3), choice.choice(entries).year
        made.append(Asked("fields 题名 and 年度", f"题名:{word} 年度:{year}..{year + 5}", word, _in_fields(word, year)))
        name = choice.choice(entries).person
        made.append(Asked("name of a person", name, name, _has(name)))
    choice.shuffle(made)
    return made


def _both(one: str, other: str) -> Callable[[Entry], bool]:
    return lambda entry: one in entry.everything and other in entry.everything


def _either(one: str, other: str) -> Callable[[Entry], bool]:
    return lambda entry: one in entry.everything or other in entry.everything


def _without(one: str, other: str) -> Callable[[Entry], bool]:
    return lambda entry: one in entry.everything and other not in entry.everything


def _in_fields(word: str, year: int) -> Callable[[Entry], bool]:
    return lambda entry: word in entry.title and year <= entry.year <= year + 5
