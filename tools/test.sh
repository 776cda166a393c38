#!/usr/bin/env bash
# `make test`: sets up what the tests need, runs them all, stops what it started.
#
# Everything runs on private loopback ports and in a temporary folder; nothing of this machine is used or changed but
# the Debian packages that are missing and the folder .venv.
set -uo pipefail
cd "$(dirname "$0")/.."

unset PYTHONDONTWRITEBYTECODE # else each of the thousand commands the tests start would compile everything anew
work=$(mktemp -d -t shicheng-suite-XXXXXX)
chmod 711 "$work" # the database's user has to reach its folder
failed=()
pg_bin=""
as_postgres=()

stop_all() {
  [ -z "${lint:-}" ] || kill "$lint" 2>/dev/null
  if [ -n "$pg_bin" ] && [ -f "$work/postgresql/postmaster.pid" ]; then
    "${as_postgres[@]}" "$pg_bin/pg_ctl" -D "$work/postgresql" -m immediate -w stop >/dev/null 2>&1
  fi
  rm -rf "$work"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# step TEXT COMMAND…: say what is done and how long it took; go on after a failure, to report all of them.
step() {
  local text=$1 begun=$SECONDS
  shift
  printf '\n▶ %s\n' "$text"
  if "$@"; then
    printf '✓ %s: %d s\n' "$text" $((SECONDS - begun))
  else
    printf '✗ %s: failed after %d s\n' "$text" $((SECONDS - begun))
    failed+=("$text")
    return 1
  fi
}

# need …: a step without which the rest makes no sense.
need() { step "$@" || exit 1; }

start_postgresql() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  if [ -z "$found" ]; then
    command -v initdb >/dev/null && found=$(dirname "$(readlink -f "$(command -v initdb)")")
  fi
  [ -n "$found" ] || { echo "No PostgreSQL server was found." >&2; return 1; }
  pg_bin=$found
  install -d -m 700 "$work/postgresql"
  openssl rand -hex 16 >"$work/password" 2>/dev/null || .venv/bin/python -c 'import secrets; print(secrets.token_hex(16))' >"$work/password"
  if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    as_postgres=(runuser -u postgres --)
    chown postgres "$work/postgresql" "$work/password"
  fi
  local port
  port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  (cd "$work" && "${as_postgres[@]}" "$pg_bin/initdb" -D "$work/postgresql" -U shicheng --pwfile="$work/password" \
    --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8 >/dev/null) || return 1
  # These data are thrown away: nothing has to survive a power cut.
  (cd "$work" && "${as_postgres[@]}" "$pg_bin/pg_ctl" -D "$work/postgresql" -w -l "$work/postgresql/server.log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=100" \
    start >/dev/null) || { tail -5 "$work/postgresql/server.log" >&2; return 1; }
  postgresql="postgresql://shicheng:$(cat "$work/password")@127.0.0.1:$port/postgres"
  echo "$("$pg_bin/postgres" --version) listens on 127.0.0.1:$port until the end of the tests"
}

javascript_tests() {
  local files
  mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.test.js' '*.test.mjs' 2>/dev/null)
  [ ${#files[@]} -gt 0 ] || { echo "there are none"; return 0; }
  command -v node >/dev/null || { echo "node is missing: install nodejs" >&2; return 1; }
  node --test "${files[@]}"
}

# Looks at the code while the tests run: its programs take one core each, and the tests wait a lot.
start_lint() {
  bash tools/lint.sh >"$work/lint" 2>&1 &
  lint=$!
}

end_lint() {
  local result=0
  wait "$lint" || result=$?
  lint=""
  cat "$work/lint"
  return "$result"
}

pytest_on() {
  local database=$1
  shift
  # A file stays in one process, so that servers its tests start are started once. One process more than the two cores
  # asked for, since tests wait for servers and children.
  SHICHENG_TEST_DATABASE=$database SHICHENG_TEST_POSTGRESQL=${postgresql:-} \
    .venv/bin/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --durations=10 "$@"
}

begun=$SECONDS
need "Debian packages" bash tools/packages.sh test
need "Python packages" bash tools/setup.sh dev
need "PostgreSQL" start_postgresql
start_lint
step "JavaScript tests" javascript_tests
step "The whole suite on SQLite" pytest_on sqlite
# Buckets and browsers know nothing of the database behind.
step "What uses a database, on PostgreSQL" pytest_on postgresql -m "django_db and not browser and not s3"
step "Lint, types, import rules, messages and reference" end_lint

echo
if [ ${#failed[@]} -gt 0 ]; then
  printf 'Failed after %d s:\n' $((SECONDS - begun))
  printf '  ✗ %s\n' "${failed[@]}"
  exit 1
fi
printf 'All tests passed in %d s.\n' $((SECONDS - begun))
