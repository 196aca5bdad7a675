# SPDX-License-Identifier: GPL-2.0-or-later
"""Events grouped by day and user with setdefault; the groups are only ever added to."""
import sys

EVENTS = {}
DAYS = ["2024-01-%02d" % day for day in range(1, 29)]


class Event:
    def __init__(self, kind, detail):
        self.kind = kind
        self.detail = detail


def add(day, user, event):
    EVENTS.setdefault(day, {}).setdefault(user, []).append(event)  # holder: EVENTS


def receive(number):
    add(DAYS[number % len(DAYS)], "user %d" % (number % 11), Event("click", {"x": number, "y": -number}))


if __name__ == "__main__":
    for n in range(15000):
        receive(n)
    print("ready", flush=True)
    sys.stdin.readline()
