"""What a document says of itself: suggestions for its description, each with the spot in the text and the reason."""

from shicheng.describing.extraction.reading import suggest
from shicheng.describing.extraction.types import Source, Suggestion

__all__ = ["Source", "Suggestion", "suggest"]
