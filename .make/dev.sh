#!/usr/bin/env bash
# Rebuilds and reloads on every change with cargo-leptos; without it, builds once in the dev profile and serves.
source "$(dirname "$0")/env.sh"
use_toolchain
if have cargo-leptos; then exec cargo leptos watch --split -- serve "$@"; fi
say "cargo-leptos is not installed (cargo install --locked cargo-leptos): serving without reloading"
.make/build.sh dev
export MOORING_SITE=${MOORING_SITE:-$SITE}
exec "$TARGET/debug/mooring" serve "$@"
