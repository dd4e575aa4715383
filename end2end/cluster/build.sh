#!/usr/bin/env bash
# Builds etcd and kube-apiserver as one program, from the Go module proxy, and prints its path. Takes about a quarter of
# an hour of one core, once; what was built is kept. Needs Go 1.24 or newer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kubernetes=v1.33.13
staging=v0.33.13
etcd=v3.5.21
cache=${MOORING_CACHE:-$HOME/.cache/mooring}/control-plane
program=$cache/control-plane-$kubernetes
if [ -x "$program" ]; then echo "$program"; exit 0; fi
command -v go >/dev/null || { echo "go is not installed" >&2; exit 1; }

export GOTOOLCHAIN=local GOFLAGS="-buildvcs=false -modcacherw" CGO_ENABLED=0
export GOMODCACHE=$cache/modules GOCACHE=$cache/build
mkdir -p "$cache/source"
cp "$here/control_plane/main.go" "$cache/source/"
cd "$cache/source"
theirs=$(go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/^\t"GoMod": "\(.*\)",*$/\1/p')
{
    printf 'module controlplane\n\ngo 1.24.0\n\nrequire (\n\tk8s.io/kubernetes %s\n\tgo.etcd.io/etcd/server/v3 %s\n)\n\nreplace (\n' "$kubernetes" "$etcd"
    # What lies in Kubernetes' own repository is required there as v0.0.0.
    sed -n 's/^\t\(k8s\.io\/[a-z-]*\) v0\.0\.0\( .*\)*$/\1/p' "$theirs" | sort -u | while read -r module; do
        printf '\t%s => %s %s\n' "$module" "$module" "$staging"
    done
    printf ')\n'
} > go.mod
unpacked=$(go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
cp "$unpacked/go.sum" go.sum
chmod u+w go.sum
go mod tidy -e >/dev/null
base=k8s.io/component-base/version
go build -mod=mod -trimpath -ldflags "-s -w -X $base.gitVersion=$kubernetes -X $base.gitMajor=1 -X $base.gitMinor=33 -X $base.gitTreeState=clean -X $base.buildDate=2026-01-01T00:00:00Z" -o "$program.new" .
mv "$program.new" "$program"
# The program is all that is used again.
rm -rf "$cache/build" "$cache/modules" "$cache/source"
echo "$program"
