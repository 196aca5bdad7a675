# SPDX-License-Identifier: GPL-2.0-or-later
"""A warning whose text is always another one: the module's registry of warnings keeps each."""
import sys
import warnings


def old_api(number):
    warnings.warn("old_api(%d) is deprecated, use new_api(%d) instead of it" % (number, number))  # holder: __warningregistry__
    return number


class Silent:
    def write(self, text):
        return len(text)

    def flush(self):
        pass


sys.stderr, shown = Silent(), sys.stderr
for n in range(8000):
    old_api(n)
sys.stderr = shown
print("ready", flush=True)
sys.stdin.readline()
