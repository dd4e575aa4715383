#!/usr/bin/env bash
# Formatting, clippy with warnings as errors, and the walls between the crates.
source "$(dirname "$0")/env.sh"
use_toolchain
stage "formatting" cargo fmt --all --check
stage "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
stage "walls" .make/walls.sh
