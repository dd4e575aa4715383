#!/usr/bin/env bash
# The figures of the README, measured on this machine with the optimised program: each row is a script in
# end2end/bench. Their numbers also go to target/bench/*.json; options go to every row.
source "$(dirname "$0")/env.sh"
if ! have bwrap; then system_packages bubblewrap; fi
.make/build.sh release
export MOORING_BIN=$TARGET/release/mooring MOORING_SITE=$SITE
mkdir -p target/bench

python=$(.make/python.sh end2end/sdk/requirements.txt)/bin/python || die "the Python clients could not be installed"
MOORING_CHROMIUM=$(.make/node.sh) || die "the browser could not be set up"
export MOORING_CHROMIUM

for row in end2end/bench/*.py; do
    stage "$(basename "$row" .py)" "$python" "$row" --json "target/bench/$(basename "$row" .py).json" "$@"
done
for row in end2end/bench/*.mjs; do
    stage "$(basename "$row" .mjs)" node "$row" --json "target/bench/$(basename "$row" .mjs).json" "$@"
done
