"""`python tools/demo TARGET [--mended] [--seed N]`: write the demo office's transfer folders."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.batches import SEED, write_batches  # after its folder is on the path


def main() -> None:
    """Write the folders and name them."""
    parser = argparse.ArgumentParser(description="Write the transfer folders of an invented office.")
    parser.add_argument("target", type=Path)
    parser.add_argument("--mended", action="store_true", help="leave the four planted faults out")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    for folder in write_batches(given.target, seed=given.seed, mended=given.mended):
        print(folder)


main()
