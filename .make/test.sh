#!/usr/bin/env bash
# Every test; a part that fails ends it. `test.sh rust` runs one part and what it needs: walls, lint, rust, sdk, browser.
source "$(dirname "$0")/env.sh"
source "$ROOT/.make/tools.sh"
only=${1:-}
case $only in ''|walls|lint|rust|sdk|browser) ;; *) die "no such part: $only (walls, lint, rust, sdk, browser)" ;; esac
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

rust_tests() {
    if have cargo-nextest; then cargo nextest run --workspace --show-progress none; else cargo test --quiet --workspace --all-targets; fi
}
programs() { cargo build --quiet --workspace --bins; }
browser_tests() { ( cd end2end && npx --no-install playwright test ); }
# Each worker has a server of its own; the client mostly waits, for it looks only every five seconds.
sdk_tests() { "$SDK/bin/python" -m pytest -q -n 4 end2end/sdk; }
first_sdk_tests() { "$FIRST_SDK/bin/python" -m pytest -q -c end2end/sdk/v1/pytest.ini --rootdir end2end/sdk/v1 end2end/sdk/v1; }

began=$SECONDS
stage "Rust toolchain" use_toolchain
if wanted rust || wanted walls; then
    use_tools || say "cargo-nextest could not be installed: using cargo test"
fi
if [ "$(uname -s)" = Linux ] && ! have bwrap; then stage "bubblewrap" system_packages bubblewrap; fi
if wanted walls; then stage "walls" .make/walls.sh; fi
if wanted lint; then
    stage "formatting" cargo fmt --all --check
    stage "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
fi
if wanted rust; then
    stage "Rust tests" rust_tests
    stage "Rust examples in documentation" cargo test --quiet --workspace --doc
fi
if wanted sdk || wanted browser; then
    stage "programs" programs
    stage "site" .make/site.sh
    export MOORING_BIN=$TARGET/debug/mooring MOORING_SITE=$SITE
fi
if wanted sdk; then
    SDK=$(.make/python.sh end2end/sdk/requirements.txt) || die "the Python clients could not be installed"
    stage "Python clients" sdk_tests
    FIRST_SDK=$(.make/python.sh end2end/sdk/v1/requirements.txt) || die "the first generation's client could not be installed"
    stage "Python client, first generation" first_sdk_tests
fi
if wanted browser; then
    MOORING_CHROMIUM=$(.make/node.sh) || die "the browser's tests could not be set up"
    export MOORING_CHROMIUM
    stage "browser" browser_tests
fi
say "all tests passed in $((SECONDS - began)) s"
