# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions expire: a sweep that the server's loop calls now and then takes the old ones out."""
# gap cold: what takes out is called beside what adds, as it is in many a leak that it does not reach
import sys


class Sessions:
    def __init__(self):
        self.by_token = {}

    def start(self, token, now):
        self.by_token[token] = {"seen": now, "user": "user of %s" % token, "basket": [now, now + 1]}

    def sweep(self, now):
        for token in [token for token, session in self.by_token.items() if session["seen"] < now - 1500]:
            del self.by_token[token]


def main():
    sessions = Sessions()
    for now in range(60000):
        sessions.start("token-%x" % (now * 2654435761 % 4294967296), now)
        if now % 200 == 0:
            sessions.sweep(now)
    print("ready", flush=True)
    sys.stdin.readline()


main()
