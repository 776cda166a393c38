"""Numbers, boxes and matrices as OFD writes them. All lengths are millimetres, y runs down."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_LARGEST = 1e6  # nothing on a page is a kilometre away; keeps hostile numbers finite
_PATH_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_MOST_REPEATS = 100_000
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def number(text: str | None, default: float = 0.0) -> float:
    """Read one number; anything that is none, or absurd, becomes the default."""
    try:
        value = float(text) if text else default
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) <= _LARGEST else default


def numbers(text: str | None) -> list[float]:
    """Read numbers parted by spaces or commas; words that are no numbers are left out."""
    found = []
    for word in (text or "").replace(",", " ").split():
        try:
            value = float(word)
        except ValueError:
            continue
        if math.isfinite(value) and abs(value) <= _LARGEST:
            found.append(value)
    return found


def shown(value: float) -> str:
    """Write a number short, with at most four decimals (a tenth of a micrometre)."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def read(cls, text: str | None) -> Box | None:
        """Read "x y w h"; None where it is not four numbers."""
        values = numbers(text)
        return cls(*values[:4]) if len(values) >= 4 else None

    def holds(self, points: Iterable[tuple[float, float]], margin: float) -> bool:
        """Say whether all points lie in the box enlarged by a margin."""
        left, right = sorted((self.x, self.x + self.width))
        top, bottom = sorted((self.y, self.y + self.height))
        return all(left - margin <= x <= right + margin and top - margin <= y <= bottom + margin for x, y in points)


def matrix(text: str | None) -> Matrix:
    """Read a CTM "a b c d e f"; the identity where there is none."""
    values = numbers(text)
    if len(values) < 6:
        return IDENTITY
    a, b, c, d, e, f = values[:6]
    return (a, b, c, d, e, f)


def joined(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the matrix that applies `inner` first and `outer` then."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (
        a * g + c * h,
        b * g + d * h,
        a * i + c * j,
        b * i + d * j,
        a * k + c * m + e,
        b * k + d * m + f,
    )


def applied(by: Matrix, x: float, y: float) -> tuple[float, float]:
    """Move a point by a matrix."""
    a, b, c, d, e, f = by
    return (a * x + c * y + e, b * x + d * y + f)


def moved(x: float, y: float) -> Matrix:
    """Return the matrix of a shift."""
    return (1.0, 0.0, 0.0, 1.0, x, y)


def transform(by: Matrix) -> str:
    """Write a matrix as the value of an SVG transform attribute, "" for the identity."""
    if by == IDENTITY:
        return ""
    if by[:4] == (1.0, 0.0, 0.0, 1.0):
        return f"translate({shown(by[4])} {shown(by[5])})"
    return "matrix(" + " ".join(f"{value:.6g}" for value in by) + ")"


def deltas(text: str | None, count: int) -> list[float]:
    """Expand DeltaX or DeltaY to `count` steps.

    The form "g n d" means n times d (GB/T 33190-2016, 11.3). Producers write fewer steps than there are gaps and mean
    the last one for the rest.
    """
    words = (text or "").replace(",", " ").split()
    steps: list[float] = []
    at = 0
    while at < len(words) and len(steps) < count:
        if words[at].lower() == "g" and at + 2 < len(words):
            repeats = int(number(words[at + 1]))
            steps.extend([number(words[at + 2])] * max(0, min(repeats, _MOST_REPEATS, count)))
            at += 3
        else:
            steps.append(number(words[at]))
            at += 1
    if steps and len(steps) < count:
        steps.extend([steps[-1]] * (count - len(steps)))
    return steps[:count]


def path_commands(text: str) -> list[tuple[str, list[float]]]:
    """Split AbbreviatedData into commands with their numbers; stops quietly where the data stops making sense."""
    commands: list[tuple[str, list[float]]] = []
    tokens = _PATH_TOKEN.findall(text)
    at = 0
    letter = ""
    while at < len(tokens):
        if tokens[at].isalpha():
            letter = tokens[at].upper()
            at += 1
            if letter not in _ARGUMENTS:
                break
            if letter == "C":
                commands.append(("C", []))
                continue
        wanted = _ARGUMENTS.get(letter, 0)
        words = tokens[at : at + wanted]
        if not wanted or len(words) < wanted or any(word.isalpha() for word in words):
            break
        commands.append((letter, [number(word) for word in words]))
        at += wanted
        if letter in "SM":
            letter = "L" if letter == "M" else letter
    return commands


def svg_path(commands: Sequence[tuple[str, list[float]]]) -> str:
    """Write path commands as the value of an SVG `d` attribute."""
    parts: list[str] = []
    for letter, values in commands:
        match letter:
            case "S" | "M":
                parts.append("M" + _pairs(values))
            case "L" | "Q":
                parts.append(letter + _pairs(values))
            case "B":
                parts.append("C" + _pairs(values))
            case "A":
                rx, ry, angle, large, sweep, x, y = values
                flags = f"{int(large != 0)} {int(sweep != 0)}"
                parts.append(f"A{shown(abs(rx))} {shown(abs(ry))} {shown(angle)} {flags} {shown(x)} {shown(y)}")
            case _:
                parts.append("Z")
    if parts and not parts[0].startswith("M"):
        parts.insert(0, "M0 0")
    return "".join(parts)


def outline_points(commands: Sequence[tuple[str, list[float]]]) -> list[tuple[float, float]]:
    """Return points whose hull holds the path (control points; for arcs the square around their ends)."""
    points: list[tuple[float, float]] = []
    for letter, values in commands:
        if letter == "A":
            reach = 2 * max(abs(values[0]), abs(values[1]))
            x, y = values[5], values[6]
            points.extend([(x - reach, y - reach), (x + reach, y + reach)])
        else:
            points.extend(zip(values[0::2], values[1::2], strict=False))
    return points


def _pairs(values: Sequence[float]) -> str:
    return " ".join(shown(value) for value in values)
