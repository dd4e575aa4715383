#!/usr/bin/env bash
# Builds what changed and starts the server; options go to `mooring serve`.
source "$(dirname "$0")/env.sh"
if [ "$(uname -s)" = Linux ] && ! have bwrap; then
    ( system_packages bubblewrap ) || say "without bubblewrap no pipeline step can run on this machine; the rest works"
fi
.make/build.sh release
export MOORING_SITE=${MOORING_SITE:-$SITE}
exec "$TARGET/release/mooring" serve "$@"
