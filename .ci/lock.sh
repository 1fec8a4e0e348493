#!/bin/sh
# Remakes requirements.lock from pyproject.toml: one lock for all extras, every hash, no index address.
# UPGRADE=1 takes the newest of everything; otherwise what is locked stays, as far as it still fits.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || true)
scratch=
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    "${PYTHON:-python3}" -m venv "$scratch/venv"
    "$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
    uv=$scratch/venv/bin/uv
fi

made=requirements.lock.new
[ "${UPGRADE:-}" ] || ! [ -f requirements.lock ] || cp requirements.lock "$made"
# One version of each for all Pythons: what is tested on one of them is what runs on the others.
"$uv" pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
    --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet \
    --output-file "$made" >/dev/null
{
    echo "# Made by \`make lock\` from pyproject.toml, for Python 3.11 to 3.14. Not edited by hand."
    echo "# Install with: pip install --require-hashes -r requirements.lock"
    grep -v '^# Made by\|^# Install with' "$made"
} >"$made.head"
rm -f "$made"
mv "$made.head" requirements.lock
