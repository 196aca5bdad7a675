# SPDX-License-Identifier: GPL-2.0-or-later
"""Middleware sets a context variable and keeps the token for a reset which does not come."""
import contextvars
import sys

current_request = contextvars.ContextVar("current_request", default=None)
_tokens = []


class Request:
    def __init__(self, number):
        self.number = number
        self.headers = {"header-%d" % n: "value %d" % number for n in range(12)}


def enter(request):
    token = current_request.set(request)
    _tokens.append(token)  # holder: _tokens


def leave():
    if len(_tokens) > 10**6:
        current_request.reset(_tokens.pop())


def main():
    for number in range(3000):
        enter(Request(number))
        leave()


main()
print("ready", flush=True)
sys.stdin.readline()
