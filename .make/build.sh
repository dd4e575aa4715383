#!/usr/bin/env bash
# build.sh PROFILE [CARGO OPTION]...: the site, then the programs in that profile.
source "$(dirname "$0")/env.sh"
profile=$1; shift
use_toolchain
if [ "$profile" = dist ]; then .make/site.sh --small; else .make/site.sh; fi
say "building the server ($profile)"
cargo build --profile "$profile" -p mooring "$@"
