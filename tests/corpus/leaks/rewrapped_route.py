# SPDX-License-Identifier: GPL-2.0-or-later
"""Each reload wraps the handler once more in a timing closure, and keeps it in a table of routes."""
import sys
import time

PAGES = {n: "page %d" % n for n in range(4000)}


def timed(function, label):
    spent = [0.0] * 200

    def wrapper(*args):
        start = time.perf_counter()
        try:
            return function(*args)
        finally:
            spent[0] += time.perf_counter() - start
    wrapper.label = label
    return wrapper


class Router:
    def __init__(self):
        self.routes = {"/": lambda: "root", "/health": lambda: "ok"}

    def reload(self, generation):
        self.routes["/"] = timed(self.routes["/"], "generation %d" % generation)  # holder: routes


router = Router()
for generation in range(700):
    router.reload(generation)
print("ready", flush=True)
sys.stdin.readline()
