"""Takes one file over the loopback and writes it to the disk, durable at the end: the least an upload has to do.

`python -m bench.bare_receiver PATH` prints its port, then the bytes it took.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Take one connection's bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        line, _peer = server.accept()
        taken = 0
        buffer = bytearray(1 << 20)
        with line, path.open("wb", buffering=0) as target:
            while read := line.recv_into(buffer):
                target.write(memoryview(buffer)[:read])
                taken += read
            os.fsync(target.fileno())
            line.sendall(b"done")
    print(taken)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
