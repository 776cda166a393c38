#!/usr/bin/env bash
# Everything that judges the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports
SHICHENG_HOME=$(mktemp -d) .venv/bin/mypy
.venv/bin/python tools/messages.py check
.venv/bin/python tools/reference.py check
