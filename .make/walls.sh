#!/usr/bin/env bash
# The walls between the crates, licences, sources and known vulnerabilities, as deny.toml says. The database of advisories
# comes from the network: without it (and without a copy that is not too old) they are not checked, and this says so.
source "$(dirname "$0")/env.sh"
source "$ROOT/.make/tools.sh"
use_toolchain
use_tools || die "cargo-deny is missing and could not be installed (cargo install --locked cargo-deny)"
deny() { cargo deny --workspace --all-features --log-level error "$@"; }
deny check --hide-inclusion-graph bans licenses sources
if deny fetch db >/dev/null 2>&1; then
    deny check --hide-inclusion-graph advisories
elif compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-db*/advisory-db*" >/dev/null; then
    deny --offline check --hide-inclusion-graph advisories
else
    say "NOT RUN: advisories, for their database cannot be fetched from here"
fi
