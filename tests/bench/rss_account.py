# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a process' memory a snapshot explains, on each interpreter: all of it, and what a growing service adds.

What malloc has free, only malloc knows. Importing leaves some, most on 3.14 (2 MB), and growth that fills it is in the account and not
in the resident pages; so it is given back to the kernel before each snapshot.

    rss_account.py [--objects N] [--inline]      see tests/support/pythons.py for which interpreters
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import pythons  # noqa: E402

PROGRAM = """
import ctypes, gc, sys
trim = ctypes.CDLL(None).malloc_trim
sys.path[:0] = sys.argv[1:3]
import whoholds, service
whoholds.install(mode=sys.argv[4])
gc.collect()
trim(0)
whoholds.dump("before.whs")
getattr(service, sys.argv[5])(int(sys.argv[3]))
gc.collect()
trim(0)
whoholds.dump("after.whs")
"""


def info(path):
    done = subprocess.run([pythons.whoholds_program(), "info", "--json", path], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measure(interpreter, objects, mode, how="grow"):
    """(info before, info after) of a service that has grown by about that many objects; or by as many bytes in `grow_buffers`"""
    with tempfile.TemporaryDirectory() as directory:
        arguments = [pythons.package_directory(), os.path.join(HERE, "..", "support"), str(objects), mode, how]
        subprocess.run([interpreter.path, "-c", PROGRAM, *arguments], cwd=directory, check=True, timeout=600)
        return tuple(info(os.path.join(directory, name)) for name in ("before.whs", "after.whs"))


def explained(before, after):
    """(share of all resident memory after, share of its growth)"""
    return after["accounted"] / after["rss"], (after["accounted"] - before["accounted"]) / (after["rss"] - before["rss"])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--objects", type=int, default=1000000)
    options.add_argument("--inline", action="store_true")
    arguments = options.parse_args()
    print("%-10s %9s %12s %9s %9s" % ("Python", "objects", "RSS", "of it", "of growth"))
    for interpreter in pythons.supported_interpreters():
        before, after = measure(interpreter, arguments.objects, "inline" if arguments.inline else "fork")
        print("%-10s %9d %8.1f MiB %8.1f%% %8.1f%%" % (
            interpreter.version, after["objects"], after["rss"] / 2**20, *(100 * share for share in explained(before, after))), flush=True)


if __name__ == "__main__":
    main()
