# SPDX-License-Identifier: GPL-2.0-or-later
"""Serves positions of places out of tables that another module made at import."""
import sys

import places


def serve(count):
    found = 0
    for number in range(count):
        if places.find("Place %d" % number):
            found += 1
    return found


if __name__ == "__main__":
    serve(40000)
    print("ready", flush=True)
    sys.stdin.readline()
