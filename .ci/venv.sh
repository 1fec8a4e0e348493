#!/bin/sh
# Makes .venv, or finds that it is as it should be. Every target of the Makefile that needs it comes here first.
#
# It is right when two stamps say so: `.stamp-lock` (digest of requirements.lock, and where the checkout stands) and
# `.stamp-project` (digest of pyproject.toml). Each is written last: a half-made .venv has none and is made anew.
# PYTHON=... names the interpreter; without it an existing .venv keeps the one it has.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() {
    echo "vardskiftet: $*" >&2
}

fail() {
    say "$*"
    exit 2
}

digest() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# A name on the path is not enough: version managers leave names there that only say what is not installed.
runs() {
    "$1" -c 'import sys, ssl, sqlite3, venv, zlib; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ "${PYTHON:-}" ]; then
        runs "$PYTHON" || fail "PYTHON=$PYTHON does not run, or is older than 3.11."
        echo "$PYTHON"
        return
    fi
    for name in python3.13 python3.12 python3.11 python3.14 python3; do
        if runs "$name"; then
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and none was found. On Debian: apt install python3 python3-venv"
}

# Ways to an environment, the best first: Python's own; the machine's pip working on an empty one; virtualenv.
make_environment() {
    "$1" -c 'import ensurepip' >/dev/null 2>&1 && "$1" -m venv --clear .venv >/dev/null 2>&1 && return
    rm -rf .venv
    "$1" -m pip --version >/dev/null 2>&1 && "$1" -m venv --without-pip .venv >/dev/null 2>&1 && has_pip "$1" && return
    rm -rf .venv
    "$1" -m virtualenv --quiet .venv >/dev/null 2>&1 && return
    rm -rf .venv
    fail "this Python has neither ensurepip nor pip to fill an environment with. On Debian: apt install python3-venv"
}

has_pip() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$1" -m pip --python .venv/bin/python --version >/dev/null 2>&1
}

install() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip install --quiet "$@" >&2
    else
        "$(cat .venv/.stamp-python)" -m pip --python .venv/bin/python install --quiet "$@" >&2
    fi || fail "the installation failed; the lines above say why. The same command tries again."
}

holds() {
    [ -f ".venv/$1" ] && [ "$(cat ".venv/$1")" = "$2" ]
}

# Two makes at once: the second waits, and finds the work done. The lock is taken on this very file and leaves nothing behind.
exec 9<.ci/venv.sh
if command -v flock >/dev/null 2>&1; then flock 9; fi

lock="$(digest requirements.lock) $(pwd -P)"
project="$(digest pyproject.toml)"

if ! holds .stamp-lock "$lock" || ! .venv/bin/python -c '' 2>/dev/null || { [ "${PYTHON:-}" ] && ! holds .stamp-python "$PYTHON"; }; then
    python=$(find_python)
    rm -rf .venv
    make_environment "$python"
    say "filling .venv for $("$python" --version 2>&1), once; this takes a minute or two"
    echo "$python" >.venv/.stamp-python
    install --require-hashes -r requirements.lock
    echo "$lock" >.venv/.stamp-lock
fi

if ! holds .stamp-project "$project"; then
    install --no-deps --no-build-isolation --editable .
    echo "$project" >.venv/.stamp-project
fi
