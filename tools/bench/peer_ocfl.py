"""Program: ocfl-py writes one object for each folder of a source. Prints JSON; its own start is not counted."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(source: Path, root: Path) -> None:
    """Write the objects into a flat root, the layout that costs ocfl-py least."""
    import ocfl

    ocfl.StorageRoot(root=str(root)).initialize(spec_version="1.1")
    folders = sorted(source.iterdir())
    began = time.perf_counter()
    for folder in folders:
        made = ocfl.Object(identifier=f"urn:bench:{folder.name}", digest_algorithm="sha512", spec_version="1.1")
        about = ocfl.VersionMetadata(message="bench", name="bench", address="mailto:bench@example.org")
        made.create(srcdir=str(folder), metadata=about, objdir=str(root / folder.name))
    print(json.dumps({"objects": len(folders), "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
