#!/usr/bin/env bash
# python.sh REQUIREMENTS : prints the folder of a virtual environment that holds just these packages. It is made when
# there is none for exactly this text and this Python, and kept.
source "$(dirname "$0")/env.sh"
requirements=$1

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do
        if have "$name" && usable "$name"; then PYTHON=$(command -v "$name"); return 0; fi
    done
    return 1
}
if ! find_python; then
    system_packages python3 python3-venv
    find_python || die "please install Python 3.10 to 3.13 with its venv module (Debian: sudo apt-get install python3-venv)"
fi

version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
key=$(cat "$requirements" - <<<"$version" | sha256sum | cut -c 1-16)
place=$CACHE/python/$(basename "$(dirname "$requirements")" | tr -d .)-$key
if [ ! -e "$place/complete" ]; then
    say "installing the Python packages of ${requirements#"$ROOT"/} (Python $version)"
    rm -rf "$place"
    "$PYTHON" -m venv "$place" >&2 || die "python -m venv failed (Debian: sudo apt-get install python3-venv)"
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2 \
        || die "pip could not install ${requirements#"$ROOT"/}"
    touch "$place/complete"
fi
echo "$place"
