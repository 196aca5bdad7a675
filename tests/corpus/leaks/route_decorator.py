# SPDX-License-Identifier: GPL-2.0-or-later
"""A route decorator is used inside a function that runs for each tenant's request."""
import sys

ROUTES = {}


def route(path):
    def register(function):
        ROUTES.setdefault(path, []).append(function)  # holder: ROUTES
        return function
    return register


@route("/health")
def health():
    return "ok"


class Tenant:
    def __init__(self, number):
        self.number = number
        self.settings = {"setting %d" % n: n * number for n in range(40)}


def serve(tenant):
    @route("/tenant")
    def page():
        return tenant.settings

    return page()


for n in range(3000):
    serve(Tenant(n))
print("ready", flush=True)
sys.stdin.readline()
