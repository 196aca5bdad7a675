#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A CPython of another Debian release, with headers and numpy, in a folder of its own: it runs in place, on its own C library, and nothing
# is installed.
#
#     tools/debian_python.bash SUITE VERSION FOLDER        such as: forky 3.14 build/pythons/3.14
#
# Prints the interpreter's path. A folder that is there and works is left as it is. Needs apt-get, dpkg-deb, patchelf; not root.
set -u

fail()
{
    printf '%s\n' "$1" >&2
    exit 1
}

[ $# = 3 ] || fail "usage: ${0##*/} SUITE VERSION FOLDER"
suite=$1
version=$2
folder=$(realpath -m "$3")
python=$folder/usr/bin/python$version
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

works()
{
    "$python" -I -c 'import ssl, ctypes, numpy' 2>/dev/null
}

if works; then
    echo "$python"
    exit
fi
for tool in apt-get dpkg-deb patchelf; do
    command -v "$tool" >/dev/null || fail "$tool is missing"
done
[ -r "$keyring" ] || fail "$keyring is missing, with which Debian's packages are verified"

# The archive that this machine has its own packages from.
mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian Debian //p' | sort -u | head -n 1)
[ -n "$mirror" ] || fail "apt-get knows no archive of Debian; has 'apt-get update' been run?"

rm -rf "$folder"
mkdir -p "$folder/apt/state/lists/partial" "$folder/apt/cache/archives/partial" || fail "no folder could be made at $folder"
: > "$folder/apt/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$folder/apt/sources.list"

apt()
{
    apt-get -qq -o Dir::State="$folder/apt/state" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache" \
        -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::Languages=none "$@" </dev/null >&2
}

apt update || fail "the list of Debian $suite's packages could not be fetched"
apt install --yes --no-install-recommends --download-only "python$version" "libpython$version-dev" python3-numpy ||
    fail "CPython $version could not be fetched from Debian $suite"
for package in "$folder"/apt/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$folder" || fail "${package##*/} could not be unpacked"
done
rm -rf "$folder/apt" "$folder/usr/share/doc" "$folder/usr/share/locale" "$folder/usr/share/man"

# Its pyconfig.h includes one of its own architecture, which /usr/include has.
libraries=$folder/usr/lib/$(dpkg --print-architecture | sed 's/^amd64$/x86_64/; s/^arm64$/aarch64/')-linux-gnu
architecture=${libraries##*/}
ln -sfn "../$architecture" "$folder/usr/include/python$version/$architecture"

# By its path the loader of its own release starts it, and by an rpath (a runpath is not for what libraries need) all it loads is from there.
loader=$(patchelf --print-interpreter "$python") || fail "$python has no loader"
patchelf --set-interpreter "$libraries/${loader##*/}" --force-rpath --set-rpath "$libraries:$libraries/blas:$libraries/lapack" "$python" ||
    fail "$python could not be made to run from $folder"
works || fail "$python does not run"
echo "$python"
