#!/usr/bin/env python3
"""Measure what suggestions from documents are worth: recall and precision of each element, written into the docs.

    tools/extraction/measure.py FOLDER            # the half that may be looked at, with its faults (--faults)
    tools/extraction/measure.py FOLDER --write    # the other half too, and both into docs/ in both languages

FOLDER holds `corpora/laws.jsonl.gz` and `corpora/gov-records.tsv.gz` (records with and without texts, see
`documents.py`) and `transfers/*` (batches with files and a list). None of it is part of this project. The records
are parted by the digest of their titles: one half was looked at while the rules were written, the other never.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from documents import Document, folded, laws, register, transfers  # noqa: E402
from pages import write_pages  # noqa: E402

from shicheng.describing.extraction import suggest  # noqa: E402

ELEMENTS = ("title", "document_number", "author", "date", "genre", "addressee")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="measure both halves and write the pages of docs/")
    parser.add_argument("--faults", type=int, default=0, help="print so many faults of each element")
    parser.add_argument("--only", default="", help="one kind of documents")
    asked = parser.parse_args()
    measured: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for half in ("seen", "unseen") if asked.write else ("seen",):
        measured[half] = {}
        for kind, documents in (
            ("transfers", transfers(asked.folder / "transfers", half)),
            ("laws", laws(asked.folder / "corpora", half)),
            ("register", register(asked.folder / "corpora", half)),
        ):
            if not asked.only or asked.only == kind:
                measured[half][kind] = measure(documents, asked.faults if half == "seen" else 0)
        print(json.dumps(measured[half], indent=1, ensure_ascii=False))
    if asked.write:
        write_pages(ROOT, measured)


def measure(documents: list[Document], faults: int) -> dict[str, dict[str, float]]:
    """Counts for each element: documents that give it, suggestions, and right ones."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sure: dict[str, Counter[str]] = defaultdict(Counter)
    shown: Counter[str] = Counter()
    started = time.perf_counter()
    for one in documents:
        found = {each.element: each for each in suggest(one.text)}
        for element in ELEMENTS:
            if element not in one.truth:
                continue
            wanted = one.truth[element]
            said = found.get(element)
            count = counts[element]
            count["given"] += bool(wanted)
            count["suggested"] += said is not None
            right = said is not None and bool(wanted) and folded(said.value) in {folded(each) for each in wanted}
            count["right"] += right
            if said is not None:
                sure[f"{said.confidence:.2f}"]["suggested"] += 1
                sure[f"{said.confidence:.2f}"]["right"] += right
            if not right and (wanted or said) and shown[element] < faults:
                shown[element] += 1
                print(element, "| wanted", wanted, "| said", said and said.value, "|", repr(one.text[:160]))
    figures: dict[str, dict[str, float]] = {
        element: {
            "given": count["given"],
            "suggested": count["suggested"],
            "right": count["right"],
            "recall": round(count["right"] / count["given"], 3) if count["given"] else 0,
            "precision": round(count["right"] / count["suggested"], 3) if count["suggested"] else 0,
        }
        for element, count in counts.items()
    }
    figures["all"] = {"documents": len(documents), "seconds": round(time.perf_counter() - started, 2)}
    figures["by confidence"] = {
        key: round(count["right"] / count["suggested"], 3)
        for key, count in sorted(sure.items())
        if count["suggested"] > 9
    }
    return figures


if __name__ == "__main__":
    main()
