#!/usr/bin/env bash
# Installs the Debian packages that a purpose needs and that are missing, saying which; as root or with sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?purpose: venv, run or test}
case "$purpose" in
  venv) wanted="python3-venv" ;;
  run) wanted="fonts-noto-cjk" ;;
  test) wanted="fonts-noto-cjk chromium clamav-daemon postgresql" ;;
  *) echo "unknown purpose $purpose" >&2; exit 2 ;;
esac
if [ "$purpose" = test ] && git ls-files '*.test.js' '*.test.mjs' 2>/dev/null | grep -q . && ! command -v node >/dev/null; then
  wanted="$wanted nodejs"
fi
present() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed' && return 0
  case "$1" in # the same thing from elsewhere will do
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    clamav-daemon) command -v clamd || [ -x /usr/sbin/clamd ] ;;
    postgresql) ls /usr/lib/postgresql/*/bin/initdb ;;
    fonts-noto-cjk) ls /usr/share/fonts/*/noto*/NotoSerifCJK* /usr/share/fonts/noto-cjk/NotoSerifCJK* ;;
    *) false ;;
  esac >/dev/null 2>&1
}
missing=""
for name in $wanted; do
  present "$name" || missing="$missing $name"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "These packages are missing and this is no Debian or Ubuntu:$missing. Install what corresponds to them." >&2
  [ "$purpose" = run ] && exit 0 || exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root="sudo"
  else
    echo "These Debian packages are missing:$missing. Install them as root: apt-get install$missing" >&2
    [ "$purpose" = run ] && { echo "Going on without them; forms and scans will lack Chinese type." >&2; exit 0; } || exit 1
  fi
fi
echo "Installing Debian packages:$missing"
$as_root apt-get update -qq || true
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
  [ "$purpose" = run ] || exit 1
  echo "They could not be installed. Going on without them; forms and scans will lack Chinese type." >&2
fi
