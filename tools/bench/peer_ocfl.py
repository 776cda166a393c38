"""Program: ocfl-py writes one object for each folder of a source. Prints JSON; its own start is not counted."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"


def main(source: Path, root: Path, *, add: bool) -> None:
    """Make each object in place in a flat root or, with `add`, make it aside and add it to a root with a layout.

    The first costs ocfl-py least; the second is its own way to a root in which objects are found by identifier.
    """
    import ocfl

    kept = ocfl.StorageRoot(root=str(root), layout_name=LAYOUT if add else None)
    kept.initialize(spec_version="1.1")
    folders = sorted(source.iterdir())
    aside = root.with_name(f"{root.name}-aside")
    seconds = 0.0
    for folder in folders:
        began = time.perf_counter()
        made = ocfl.Object(identifier=f"urn:bench:{folder.name}", digest_algorithm="sha512", spec_version="1.1")
        about = ocfl.VersionMetadata(message="bench", name="bench", address="mailto:bench@example.org")
        made.create(srcdir=str(folder), metadata=about, objdir=str(aside if add else root / folder.name))
        if add:
            kept.add(str(aside))
        seconds += time.perf_counter() - began
        if add:
            shutil.rmtree(aside)
    print(json.dumps({"objects": len(folders), "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), add=sys.argv[3:] == ["add"])
