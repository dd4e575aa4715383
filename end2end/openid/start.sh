#!/usr/bin/env bash
# Starts the tests' OpenID provider; installs it into the cache first, where that is possible.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${MOORING_CACHE:-$HOME/.cache/mooring}/oidc-provider
if [ ! -d "$home/node_modules/oidc-provider" ]; then
    mkdir -p "$home"
    npm install --no-audit --no-fund --silent --prefix "$home" oidc-provider@8 >&2
fi
export PROVIDER_HOME=$home
exec node "$here/provider.mjs"
