#!/usr/bin/env bash
# Installs the npm packages of end2end/ (once per lock file) and finds a Chromium; prints the browser's path.
source "$(dirname "$0")/env.sh"
have npm || system_packages nodejs npm
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || die "please install Node 20 or newer"

key=$(sha256sum end2end/package-lock.json | cut -c 1-16)
modules=$CACHE/node/$key
if [ ! -e "$modules/complete" ]; then
    say "installing the npm packages of end2end/"
    rm -rf "$modules"; mkdir -p "$modules"
    cp end2end/package.json end2end/package-lock.json "$modules/"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund --prefix "$modules" >&2 || die "npm could not install end2end/package.json"
    touch "$modules/complete"
fi
if [ "$(readlink end2end/node_modules || true)" != "$modules/node_modules" ]; then
    rm -rf end2end/node_modules
    ln -s "$modules/node_modules" end2end/node_modules
fi

find_chromium() {
    local name
    for name in "${MOORING_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        if [ -n "$name" ] && type -P "$name"; then return 0; fi
    done
    return 1
}
find_chromium || { system_packages chromium >&2; find_chromium || die "please install Chromium, or name one in MOORING_CHROMIUM"; }
