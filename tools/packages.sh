#!/usr/bin/env bash
# Installs the Debian packages that a purpose needs and that are missing, saying which; as root or with sudo.
set -euo pipefail
purpose=${1:?purpose: venv, run or test}
case "$purpose" in
  venv) wanted="python3-venv" ;;
  run) wanted="fonts-noto-cjk" ;;
  test) wanted="fonts-noto-cjk gettext chromium clamav-daemon postgresql" ;;
  *) echo "unknown purpose $purpose" >&2; exit 2 ;;
esac
missing=""
for name in $wanted; do
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $name"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "These packages are missing and this is no Debian or Ubuntu:$missing. Install what corresponds to them." >&2
  [ "$purpose" = run ] && exit 0 || exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null; then
    as_root="sudo"
  else
    echo "These Debian packages are missing:$missing. Install them as root: apt-get install$missing" >&2
    [ "$purpose" = run ] && { echo "Going on without them; forms and scans will lack Chinese type." >&2; exit 0; } || exit 1
  fi
fi
echo "Installing Debian packages:$missing"
$as_root apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
