#!/usr/bin/env bash
# Makes .venv with exactly the pinned packages: `base` to run, `dev` to test and measure as well.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-base}

python=""
for name in python3.11 python3.12 python3.13 python3; do
  if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "Shicheng needs Python 3.11 or later and found none. Install it (Debian: apt-get install python3) and start again." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  bash tools/packages.sh venv
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
  echo "Making .venv with $("$python" --version) …"
  rm -rf .venv
  "$python" -m venv .venv
fi
stamp=$(cat requirements/setup.txt "requirements/$kind.txt" pyproject.toml tools/setup.sh | sha256sum | cut -c1-16)
if [ "$(cat ".venv/.$kind" 2>/dev/null)" != "$stamp" ]; then
  echo "Installing the pinned packages ($kind) …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$kind.txt"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
  echo "$stamp" > ".venv/.$kind"
fi
.venv/bin/python tools/messages.py compile
touch .venv/.ready
