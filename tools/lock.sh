#!/usr/bin/env bash
# Pins every package with its hashes from pyproject.toml. No file may name a registry.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
    --python-version 3.11 --universal --custom-compile-command "make lock" "$@"
}
compile pyproject.toml -o requirements/base.txt
compile pyproject.toml --extra postgres -o requirements/postgres.txt -c requirements/base.txt
compile pyproject.toml --extra s3 -o requirements/s3.txt -c requirements/base.txt
compile pyproject.toml --extra ocr -o requirements/ocr.txt -c requirements/base.txt
compile pyproject.toml --extra cluster -o requirements/cluster.txt -c requirements/base.txt
compile pyproject.toml --extra ldap -o requirements/ldap.txt -c requirements/base.txt
compile pyproject.toml --extra postgres --extra s3 --group dev -o requirements/dev.txt -c requirements/base.txt
compile --group setup -o requirements/setup.txt -c requirements/dev.txt
