# SPDX-License-Identifier: GPL-2.0-or-later
"""Handlers are made for each request and are gone after it; each has the one audit list as an attribute."""
import sys

AUDIT = []
ROUTES = {"/page%d" % n: "handler %d" % n for n in range(5000)}


class Handler:
    def __init__(self, audit=None):
        self.audit = audit if audit is not None else AUDIT

    def handle(self, path, number):
        self.audit.append({"path": path, "number": number, "body": "body of %d " % number * 10})  # holder: AUDIT
        return ROUTES.get(path)


def serve(number):
    return Handler().handle("/page%d" % (number % 5000), number)


n = 0
while n < 6000:
    serve(n)
    n += 1
print("ready", flush=True)
sys.stdin.readline()
