#!/usr/bin/env bash
# Every test; a part that fails ends it. `test.sh rust` runs one part and what it needs: walls, rust, sdk, browser.
# Two parts run only by their name, because they were not yet seen green from end to end, and say so at every run:
# `live` (the browser's projects hydrated and inside-iframe) and `lint` (clippy on everything).
source "$(dirname "$0")/env.sh"
source "$ROOT/.make/tools.sh"
only=${1:-}
case $only in ''|walls|rust|sdk|browser|live|lint) ;; *) die "no such part: $only (walls, rust, sdk, browser, live, lint)" ;; esac
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

rust_tests() {
    if have cargo-nextest; then cargo nextest run --workspace --show-progress none; else cargo test --quiet --workspace --all-targets; fi
}
programs() { cargo build --quiet --workspace --bins; }
browser_tests() { ( cd end2end && npx --no-install playwright test "$@" ); }
sdk_tests() { "$SDK/bin/python" -m pytest -q end2end/sdk; }

began=$SECONDS
stage "Rust toolchain" use_toolchain
if wanted rust || wanted walls; then
    use_tools || say "cargo-nextest could not be installed: using cargo test"
fi
if [ "$(uname -s)" = Linux ] && ! have bwrap; then stage "bubblewrap" system_packages bubblewrap; fi
if wanted walls; then stage "walls" .make/walls.sh; fi
if wanted rust; then
    stage "Rust tests" rust_tests
    stage "Rust examples in documentation" cargo test --quiet --workspace --doc
fi
if wanted sdk || wanted browser || wanted live; then
    stage "programs" programs
    stage "site" .make/site.sh
    export MOORING_BIN=$TARGET/debug/mooring MOORING_SITE=$SITE
fi
if wanted sdk; then
    SDK=$(.make/python.sh end2end/sdk/requirements.txt) || die "the Python clients could not be installed"
    stage "Python clients" sdk_tests
fi
if wanted browser || wanted live; then
    MOORING_CHROMIUM=$(.make/node.sh) || die "the browser's tests could not be set up"
    export MOORING_CHROMIUM
fi
if wanted browser; then stage "browser without script" browser_tests --project without-script; fi
if [ "$only" = live ]; then stage "browser, live" browser_tests --project hydrated --project inside-iframe; fi
if wanted lint; then stage "formatting" cargo fmt --all --check; fi
if [ "$only" = lint ]; then
    stage "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
fi
if [ -z "$only" ]; then say "NOT RUN: the live browser projects (make test ONLY=live) and clippy (make test ONLY=lint)"; fi
say "all tests passed in $((SECONDS - began)) s"
