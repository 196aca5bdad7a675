# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by ./demo and ./check: the one list of what they need on Debian 12, and how it is installed.

# What the build needs. Node.js and npm may come from elsewhere than Debian, so they are asked for by command.
BUILD_PACKAGES=(build-essential ca-certificates cmake libigraph-dev libjansson-dev libmsgpack-dev libxxhash-dev libzstd-dev ninja-build pkg-config python3 python3-dev)
BUILD_COMMANDS=(node:nodejs npm:npm)

# What the tests need beyond that.
TEST_PACKAGES=(clang clang-tidy libcmocka-dev patchelf python3-jsonschema python3-msgpack python3-pytest
    python3-xxhash python3-zstandard)
TEST_COMMANDS=(chromium:chromium git:git)

fail()
{
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

say()
{
    printf '\n== %s\n' "$1"
}

is_installed()
{
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        fail "installing packages needs root or sudo; as root: $*"
    fi
}

# need PACKAGE-or-COMMAND:PACKAGE…: installs those that are missing; asks no mirror if there are none.
need()
{
    local word missing=()
    command -v dpkg-query apt-get >/dev/null || fail "this works on Debian 12; elsewhere install by hand what tools/setup.bash lists"
    for word in "$@"; do
        case $word in
            *:*) command -v "${word%%:*}" >/dev/null || missing+=("${word##*:}") ;;
            *) is_installed "$word" || missing+=("$word") ;;
        esac
    done
    [ ${#missing[@]} = 0 ] && return
    say "Installing ${missing[*]}"
    as_root apt-get -qq update </dev/null || fail "apt-get update failed; is the network there?"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}" </dev/null ||
        fail "apt-get could not install ${missing[*]}"
}

# build PRESET [CMAKE-OPTION…]
build()
{
    local preset=$1
    shift
    say "Building: $preset"
    cmake --preset "$preset" "$@" || fail "cmake could not configure the build '$preset'; its message stands above"
    cmake --build --preset "$preset" --parallel "$(nproc)" || fail "the build '$preset' failed; the compiler's message stands above"
}
