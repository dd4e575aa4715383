#!/usr/bin/env bash
# Finds or sets up a Rust toolchain that compiles for wasm32-unknown-unknown, and prints its rustup name (an empty line
# when there is no rustup and the plain compiler can do it). Three ways, the first that works:
#   1. the active toolchain has the target already;
#   2. `rustup target add` fetches it;
#   3. with MOORING_WASM_FROM_DEBIAN=1, for machines that reach package archives but not the toolchain server: Debian's
#      own compiler and the sources of its standard library, which is then built for the target once.
# Progress goes to standard error. Running it again changes nothing.
set -euo pipefail

WASM=wasm32-unknown-unknown
DEBIAN=debian-web

say() { echo "wasm target: $*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# compiles [TOOLCHAIN]: whether a program that allocates compiles and links. A listing of targets would not notice a
# standard library that a compiler upgrade left behind.
compiles() (
    if [ $# -gt 0 ]; then export RUSTUP_TOOLCHAIN=$1; fi
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    echo '#[unsafe(no_mangle)] pub extern "C" fn length(n: usize) -> usize { vec![1u8; n].len() }' >"$folder/probe.rs"
    rustc --edition 2024 --crate-type cdylib --target "$WASM" -o "$folder/probe.wasm" "$folder/probe.rs" >/dev/null 2>&1
)

# The name of the toolchain in force here.
active() {
    have rustup || { echo; return; }
    echo "${RUSTUP_TOOLCHAIN:-$(rustup show active-toolchain 2>/dev/null | cut -d ' ' -f 1)}"
}

debian_packages() {
    local sudo=()
    have apt-get || die "MOORING_WASM_FROM_DEBIAN=1 needs apt-get"
    have rustup || die "MOORING_WASM_FROM_DEBIAN=1 needs rustup to give Debian's compiler a name"
    if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
    AS_ROOT=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive)
    APT=("${AS_ROOT[@]}" apt-get -qq -o DPkg::Lock::Timeout=300)
    local packages=(rustc-web cargo-web rust-web-src rustfmt-web rust-web-clippy)
    if ! dpkg-query -W "${packages[@]}" >/dev/null 2>&1; then
        say "installing ${packages[*]} (about half a minute)"
        "${APT[@]}" update >&2
        "${APT[@]}" install -y --no-install-recommends "${packages[@]}" >&2 || die "apt-get could not install ${packages[*]}"
    fi
}

# Debian leaves out rust-lld, the linker for WebAssembly. rustup's works, called where it lies because it finds its
# libraries from there; otherwise Debian's lld does.
debian_linker() {
    local host place linker
    host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
    place=$SYSROOT/lib/rustlib/$host/bin/rust-lld
    if "$place" -flavor wasm --version >/dev/null 2>&1; then return; fi
    linker=$(find "${RUSTUP_HOME:-$HOME/.rustup}/toolchains" -path "*/rustlib/$host/bin/rust-lld" -not -path "*/$DEBIAN/*" 2>/dev/null \
        | head -n 1)
    if [ -z "$linker" ]; then
        say "installing lld-22 (the linker for WebAssembly)"
        "${APT[@]}" install -y --no-install-recommends lld-22 >&2 || die "apt-get could not install lld-22"
        linker=/usr/bin/lld-22
    fi
    "${AS_ROOT[@]}" mkdir -p "$(dirname "$place")"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$linker" | "${AS_ROOT[@]}" tee "$place" >/dev/null
    "${AS_ROOT[@]}" chmod 755 "$place"
}

# Builds the standard library for the target and puts it where the compiler looks. Bitcode is embedded because link-time
# optimisation of the release could not see into the library otherwise.
debian_library() (
    say "building the standard library for $WASM from Debian's sources (one to two minutes)"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/src"
    touch "$work/src/lib.rs"
    printf '[package]\nname = "library"\nedition = "2024"\n' >"$work/Cargo.toml"
    cd "$work"
    env -u CARGO_TARGET_DIR -u CARGO_BUILD_TARGET -u CARGO_ENCODED_RUSTFLAGS RUSTUP_TOOLCHAIN=$DEBIAN \
        RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
        cargo build --quiet --release --target "$WASM" --target-dir built -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test >&2
    rm -f "built/$WASM/release/deps/"liblibrary-*
    place=$SYSROOT/lib/rustlib/$WASM/lib
    "${AS_ROOT[@]}" rm -rf "$place"
    "${AS_ROOT[@]}" mkdir -p "$place"
    "${AS_ROOT[@]}" cp "built/$WASM/release/deps/"lib*.rlib "built/$WASM/release/deps/"lib*.rmeta "$place/"
)

from_debian() {
    debian_packages
    SYSROOT=$(/usr/bin/rustc --print sysroot)
    debian_linker
    rustup toolchain link $DEBIAN /usr >&2
    if ! compiles $DEBIAN; then debian_library; fi
    compiles $DEBIAN || die "the standard library was built, but a small program still does not compile for $WASM"
}

have rustc || have rustup || die "please install Rust: https://rustup.rs"
if compiles; then active; exit; fi
if have rustup && rustup toolchain list 2>/dev/null | grep -q "^$DEBIAN" && compiles $DEBIAN; then echo $DEBIAN; exit; fi
if have rustup; then
    say "rustup target add $WASM"
    if refusal=$(RUST_BACKTRACE=0 timeout 120 rustup target add "$WASM" 2>&1) && compiles; then active; exit; fi
    say "$(grep -m 1 '^error' <<<"$refusal" || echo "rustup did not answer within two minutes")"
fi
if [ "${MOORING_WASM_FROM_DEBIAN:-}" = 1 ]; then from_debian; echo $DEBIAN; exit; fi
if have rustup; then
    die "rustup could not fetch $WASM. On Debian, MOORING_WASM_FROM_DEBIAN=1 builds it from Debian's packages instead."
fi
die "this Rust has no $WASM. Please install Rust with rustup (https://rustup.rs), or the package with that target."
