"""How the index is."""

from __future__ import annotations

from pathlib import Path

from shicheng.audit import selectors as audit
from shicheng.kernel.messages import message as _
from shicheng.search.errors import IndexUnusable
from shicheng.search.generations import building_lock, current_generation
from shicheng.search.reading import searcher_of
from shicheng.search.types import IndexHealth


def health(index_path: Path) -> IndexHealth:
    """Tell how the index is and what happens about it; never raises for what is wrong with the index."""
    rebuilding = _is_rebuilding(index_path)
    generation = current_generation(index_path)
    if generation is None:
        return IndexHealth(
            "missing", _("There is no search index yet. A worker makes it by itself, or run `shicheng reindex`."),
            rebuilding=rebuilding,
        )  # fmt: skip
    if not generation.is_current_version:
        return IndexHealth(
            "outdated",
            _(
                "The search index was made by another version of Shicheng. "
                "A worker makes it anew by itself, or run `shicheng reindex`."
            ),
            rebuilding=rebuilding,
        )
    try:
        documents = searcher_of(index_path).searcher.num_docs
    except IndexUnusable:
        documents = -1
    if documents < 0 or generation.is_marked_damaged:
        return IndexHealth(
            "damaged", _("The search index is damaged. A worker makes it anew by itself, or run `shicheng reindex`."),
            rebuilding=rebuilding,
        )  # fmt: skip
    behind = max(0, audit.head_position() - generation.position().number)
    if behind:
        return IndexHealth(
            "behind",
            _("The search index has %(count)s audit entries still to read; a worker reads them.", count=behind),
            documents, behind, rebuilding,
        )  # fmt: skip
    return IndexHealth("ready", _("%(count)s items can be searched.", count=documents), documents, 0, rebuilding)


def _is_rebuilding(index_path: Path) -> bool:
    if not index_path.is_dir():
        return False
    lock = building_lock(index_path)
    if lock.try_take():
        lock.release()
        return False
    return True
