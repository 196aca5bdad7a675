# SPDX-License-Identifier: GPL-2.0-or-later
"""A shop that forgets nothing, with names that nobody wants in a page: three snapshots into a directory, as it grows.

    whoholds run -- python shop.py DIRECTORY
"""

import functools
import gc
import sys
import threading

import whoholds

STEPS = 3
VISITS = 3000

history = []


class Session:
    def __init__(self, user):
        self.user = user
        self.data = {"token": "token-%d" % user, "basket": [], "agent": "Mozilla/5.0 (X11; Linux x86_64)"}


class Store:
    def __init__(self):
        self.sessions = {}
        self.trail = history

    def open(self, user):
        self.sessions[user] = Session(user)


class Plugins:
    registry = {"audit": [history]}


class Ring:
    pass


def audit(message, log=history):
    log.append({"message": message})


@functools.lru_cache(maxsize=None)
def price(article):
    return "price of %d " % article * 30


HOSTILE = [
    "</script><script>window.hit = 1</script>",
    "<!--<script>",
    "half \ud800 pair",
    "user\u202etxt.exe\u2066 \u200f",
    "line\u2028end\x00\x1b[31m",
    "L" * 1000000,
]
evil = type("</script><img src=x onerror=alert(1)>", (), {})()
for name in HOSTILE:
    setattr(evil, name, [name, bytearray(30000)])
CITIES = {number: ("city-%d" % number, number / 2) for number in range(4000)}
store = Store()


def visit(user):
    store.open(user)
    if user % 3 == 0:
        audit("user %d came in" % user)
    price(user % 1000)


def waste():
    """Cycles that wait for the collector."""
    for _ in range(50):
        one, other = Ring(), Ring()
        one.other, other.other = other, one
        one.payload = bytearray(500)


def main(directory):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="poller")
    thread.start()
    gc.disable()
    for step in range(STEPS):
        for user in range(step * VISITS, (step + 1) * VISITS):
            visit(user)
        waste()
        whoholds.dump("%s/shop-%d.whs" % (directory, step + 1))
    stop.set()
    thread.join()


main(sys.argv[1])
