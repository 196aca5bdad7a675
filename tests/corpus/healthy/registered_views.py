# SPDX-License-Identifier: GPL-2.0-or-later
"""Views of a web application, registered by decorators while its module is imported."""
import sys


class Application:
    def __init__(self):
        self.views = {}
        self.requests = 0

    def route(self, path):
        def register(view):
            self.views[path] = {"view": view, "path": path, "parts": path.split("/"), "help": "Shows %s. " % path * 12}
            return view
        return register

    def handle(self, path):
        self.requests += 1
        return self.views[path]["view"](path)


app = Application()


def make_view(number):
    @app.route("/article/%d" % number)
    def view(path):
        return "article at " + path
    return view


for number in range(900):
    make_view(number)


def main():
    for number in range(50000):
        app.handle("/article/%d" % (number % 900))


main()
print("ready", flush=True)
sys.stdin.readline()
