# SPDX-License-Identifier: GPL-2.0-or-later
"""An audit trail of namedtuples in a list of a class."""
import collections
import sys

Entry = collections.namedtuple("Entry", "number actor action detail")


class Audit:
    entries = []
    last = None

    @classmethod
    def write(cls, number, actor, action):
        entry = Entry(number, actor, action, "%s by %s at %d" % (action, actor, number))
        cls.entries.append(entry)  # holder: entries
        cls.last = entry


def act(number):
    Audit.write(number, "actor %d" % (number % 30), "save")


for n in range(30000):
    act(n)
print("ready", flush=True)
sys.stdin.readline()
