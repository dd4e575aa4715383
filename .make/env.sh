# Sourced by every script here, so that all commands build the same way and nothing is built twice.
# shellcheck shell=bash

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# Under CI the compiled dependencies, Python environments and npm packages outlive the checkout. Never needed, only used.
CACHE=$ROOT/target/cache
if [ "${CI:-}" = true ]; then
    CACHE=${HOME:?}/.cache/mooring
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
fi
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
SITE=$ROOT/target/site
mkdir -p "$CACHE" "$ROOT/target"

# mold links the server in a third of the time. The compiler driver looks for `ld` in COMPILER_PATH first; a
# setting of cargo's or rustc's would make machines with and without mold compile every crate anew.
for folder in /usr/libexec/mold /usr/lib/mold /usr/local/libexec/mold; do
    if [ -x "$folder/ld" ]; then export COMPILER_PATH=$folder${COMPILER_PATH:+:$COMPILER_PATH}; break; fi
done

say() { printf '\033[1m%s\033[0m\n' "mooring: $*" >&2; }
die() { printf '\033[1;31m%s\033[0m\n' "mooring: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs one stage with its name and its time. A failing stage ends the script.
stage() {
    local name=$1 began=$SECONDS; shift
    say "$name ..."
    "$@" || die "$name: failed after $((SECONDS - began)) s"
    say "$name: done in $((SECONDS - began)) s"
}

# system_packages NAME... : installs Debian packages when that is possible; says what to do when it is not.
system_packages() {
    local missing=() package sudo=()
    have dpkg-query || die "please install: $* (this script can only install packages on Debian and its relatives)"
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || die "please run: sudo apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing ${missing[*]}"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return 0
    "${apt[@]}" update >&2 && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 \
        || die "apt-get could not install: ${missing[*]}"
}

# The toolchain that has the WebAssembly target; everything is built with it, the server too.
use_toolchain() {
    have cc || have gcc || die "please install a C compiler (Debian: sudo apt-get install build-essential)"
    local toolchain
    toolchain=$("$ROOT/.make/wasm-target.sh") || exit 1
    if [ -n "$toolchain" ]; then export RUSTUP_TOOLCHAIN=$toolchain; fi
}
