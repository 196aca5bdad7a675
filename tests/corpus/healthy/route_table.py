# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes are registered by decorators and a loop when the application starts; the log of requests is bounded."""
import collections
import sys


class Router:
    def __init__(self):
        self.routes = {}
        self.log = collections.deque(maxlen=300)

    def add(self, path, view, documentation):
        self.routes[path] = {"view": view, "documentation": documentation, "parts": path.split("/")}

    def dispatch(self, path):
        self.log.append((path, "GET", 200))
        return self.routes[path]["view"](path)


def page(path):
    return "<html>%s</html>" % path


router = Router()
for number in range(1500):
    router.add("/section/%d/page" % number, page, "Shows page %d. " % number * 20)


def main():
    for number in range(30000):
        router.dispatch("/section/%d/page" % (number % 1500))


main()
print("ready", flush=True)
sys.stdin.readline()
