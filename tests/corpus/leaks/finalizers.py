# SPDX-License-Identifier: GPL-2.0-or-later
"""weakref.finalize of objects that live as long as the program; each keeps its arguments."""
import sys
import weakref


class Pool:
    def __init__(self, name):
        self.name = name


def report(statistics):
    return len(statistics)


MAIN_POOL = Pool("main")


def lease(number):
    statistics = ["lease %d, line %d" % (number, n) for n in range(30)]
    weakref.finalize(MAIN_POOL, report, statistics)  # holder: finalize


for n in range(1500):
    lease(n)
print("ready", flush=True)
sys.stdin.readline()
