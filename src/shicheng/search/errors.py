"""What can go wrong with the search index."""

from shicheng.kernel.errors import ShichengError


class IndexBusy(ShichengError):
    """Another process makes the index anew already."""

    code = "search.index.busy"
    http_status = 409


class IndexUnusable(ShichengError):
    """The index is missing, damaged, or of another version; the follower makes it anew by itself."""

    code = "search.index.unusable"
    http_status = 503


class BadSavedSearch(ShichengError):
    """A search that can't be kept as asked."""

    code = "search.saved.bad"
    http_status = 422


class SavedSearchMissing(ShichengError):
    """There is no such search among those the actor keeps."""

    code = "search.saved.unknown"
    http_status = 404
