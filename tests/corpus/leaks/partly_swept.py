# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions that log out are taken out; those that just go away stay. Four in five go away."""
import sys


class Sessions:
    def __init__(self):
        self.by_token = {}

    def start(self, token, now):
        self.by_token[token] = {"seen": now, "user": "user of %s" % token, "basket": [now, now + 1]}  # holder: by_token

    def log_out(self, token):
        self.by_token.pop(token, None)


def main():
    sessions = Sessions()
    for now in range(25000):
        token = "token-%x" % (now * 2654435761 % 4294967296)
        sessions.start(token, now)
        if now % 5 == 0:
            sessions.log_out(token)
    print("ready", flush=True)
    sys.stdin.readline()


main()
