# Sourced after env.sh: puts cargo-deny and cargo-nextest on the PATH, unless they are there.
# shellcheck shell=bash
use_tools() {
    if have cargo-deny && have cargo-nextest; then return; fi
    local tools
    tools=$("$ROOT/.make/python.sh" "$ROOT/.make/tools.txt") || return 1
    export PATH=$PATH:$tools/bin
}
