#!/usr/bin/env bash
# Everything that judges the code without running it. All of it runs, so that one run shows all there is to mend.
set -uo pipefail
cd "$(dirname "$0")/.."
export SHICHENG_HOME
SHICHENG_HOME=$(mktemp -d -t shicheng-lint-XXXXXX) # Django's settings are read by mypy; they want a folder
trap 'rm -rf "$SHICHENG_HOME"' EXIT
wrong=0
judge() {
  "$@" || { wrong=1; echo "✗ $*" >&2; }
}
judge .venv/bin/ruff check --quiet --output-format concise .
judge .venv/bin/ruff format --check --quiet .
judge .venv/bin/lint-imports --no-logo
judge .venv/bin/mypy
judge .venv/bin/python tools/messages.py check
judge .venv/bin/python tools/reference.py check
exit $wrong
