#!/usr/bin/env bash
# The walls between the crates, licences and sources, as deny.toml says. Advisories need a database from the network:
# run `cargo deny check advisories` by hand.
source "$(dirname "$0")/env.sh"
source "$ROOT/.make/tools.sh"
use_toolchain
use_tools || die "cargo-deny is missing and could not be installed (cargo install --locked cargo-deny)"
exec cargo deny --workspace --all-features --log-level error check --hide-inclusion-graph bans licenses sources
