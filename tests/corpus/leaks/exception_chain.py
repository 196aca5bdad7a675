# SPDX-License-Identifier: GPL-2.0-or-later
"""A reconnect loop raises each error from the last one: a chain through __cause__ that only grows."""
import sys


class Link:
    def __init__(self):
        self.last_error = None
        self.attempts = 0

    def connect(self, payload):
        self.attempts += 1
        raise ConnectionError("attempt %d with %d bytes" % (self.attempts, len(payload))) from self.last_error

    def keep_trying(self, rounds):
        for _ in range(rounds):
            payload = b"hello %d" % self.attempts * 2000
            try:
                self.connect(payload)
            except ConnectionError as error:
                self.last_error = error.with_traceback(None)  # holder: last_error
                error.payload = payload


link = Link()
link.keep_trying(400)
print("ready", flush=True)
sys.stdin.readline()
