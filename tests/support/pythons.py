# SPDX-License-Identifier: MIT
"""The interpreters that tests run against, and the build under test.

WHOHOLDS_PYTHONS  a list (';' or ':' between) of interpreters; else ~/.pyenv/versions/*/bin/python3.*, what tools/debian_python.bash has put
                  into build/pythons, and the system's python3
WHOHOLDS_BUILD    the build directory; else build/release of this source tree
"""

import glob
import os
import re
import subprocess

_SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_QUESTION = "import sys; print('%s %08x %s' % (sys.implementation.name, sys.hexversion, sys.abiflags or '-'))"


class Interpreter:
    def __init__(self, path, implementation, hexversion, abiflags):
        self.path = path
        self.implementation = implementation
        self.hexversion = hexversion
        self.tag = "%s-%08x%s" % (implementation, hexversion, abiflags)
        self.version = "%d.%d.%d%s" % (hexversion >> 24, hexversion >> 16 & 255, hexversion >> 8 & 255, abiflags)

    @property
    def supported(self):
        return self.implementation == "cpython" and 0x03080000 <= self.hexversion < 0x030F0000 and "t" not in self.tag.split("-")[1][8:]


def _ask(path):
    try:
        answer = subprocess.run([path, "-c", _QUESTION], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True)
        implementation, hexversion, abiflags = answer.stdout.decode().split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Interpreter(path, implementation, int(hexversion, 16), abiflags.strip("-"))


def _candidates():
    listed = os.environ.get("WHOHOLDS_PYTHONS")
    if listed:
        return re.split("[;:]", listed)
    installed = glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3.*"))
    installed += glob.glob(os.path.join(_SOURCE, "build", "pythons", "*", "usr", "bin", "python3.*"))
    return [path for path in sorted(installed) if re.search(r"/python3\.\d+$", path)] + ["/usr/bin/python3"]


def all_interpreters():
    """One of each version, oldest first, supported or not."""
    found = {}
    for path in _candidates():
        interpreter = _ask(path)
        if interpreter:
            found.setdefault(interpreter.tag, interpreter)
    return sorted(found.values(), key=lambda interpreter: interpreter.hexversion)


def supported_interpreters():
    """Those that a dumper can be built for; a list given by WHOHOLDS_PYTHONS that names none of them is a mistake."""
    found = [interpreter for interpreter in all_interpreters() if interpreter.supported]
    if not found:
        raise RuntimeError("no CPython 3.8 to 3.14 was found")
    return found


def unsupported_interpreters():
    found = []
    for path in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3.*"))):
        interpreter = _ask(path) if re.search(r"/python3\.\d+$", path) else None
        if interpreter and not interpreter.supported:
            found.append(interpreter)
    return found


def build_directory():
    return os.path.abspath(os.environ.get("WHOHOLDS_BUILD", os.path.join(_SOURCE, "build", "release")))


def whoholds_program():
    return os.path.join(build_directory(), "bin", "whoholds")


def package_directory():
    """What has to be in sys.path for `import whoholds`."""
    return os.path.join(build_directory(), "lib", "whoholds", "python")
