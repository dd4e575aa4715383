#!/usr/bin/env bash
# Builds the site (target/site): what a browser loads, small, hashed and compressed. Does nothing when nothing changed.
# site.sh [--small]: also runs wasm-opt, when it is on the PATH or npm can fetch it.
source "$(dirname "$0")/env.sh"
use_toolchain

# npm's binaryen is wasm-opt for every system. It saves a sixth of the module before compression and nothing after.
wasm_opt() {
    if have wasm-opt; then command -v wasm-opt; return; fi
    local tools=$CACHE/binaryen-132
    if [ ! -x "$tools/node_modules/.bin/wasm-opt" ] && have npm; then
        say "fetching wasm-opt"
        npm install --silent --no-audit --no-fund --prefix "$tools" binaryen@132.0.0 >&2 || return 0
    fi
    if [ -x "$tools/node_modules/.bin/wasm-opt" ]; then echo "$tools/node_modules/.bin/wasm-opt"; fi
}

options=()
if [ "${1:-}" = --small ]; then
    program=$(wasm_opt)
    if [ -n "$program" ]; then options+=(--wasm-opt "$program"); fi
fi

say "building the site"
cargo build -p mooring-app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate --profile wasm-release
cargo build -p mooring-site
"$TARGET/debug/mooring-site" --wasm "$TARGET/wasm32-unknown-unknown/wasm-release/app.wasm" --out "$SITE" "${options[@]}"
