"""Program: bagit-python makes a bag of a folder in place, then validates it. Prints JSON."""

from __future__ import annotations

import json
import logging
import sys
import time


def main(folder: str) -> None:
    """Time both with two processes."""
    import bagit

    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    bagit.make_bag(folder, checksums=["sha512"], processes=2)
    made = time.perf_counter()
    bagit.Bag(folder).validate(processes=2)
    print(json.dumps({"make": made - began, "validate": time.perf_counter() - made}))


if __name__ == "__main__":
    main(sys.argv[1])
