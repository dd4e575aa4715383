#!/usr/bin/env bash
# One self-contained executable, target/dist/mooring: the site is inside.
source "$(dirname "$0")/env.sh"
.make/build.sh dist --features embed-site
mkdir -p "$ROOT/target/dist"
[ "$TARGET/dist/mooring" -ef "$ROOT/target/dist/mooring" ] || cp -f "$TARGET/dist/mooring" "$ROOT/target/dist/mooring"
say "target/dist/mooring is ready ($(($(stat -c %s "$ROOT/target/dist/mooring") / 1048576)) MB)"
