# SPDX-License-Identifier: GPL-2.0-or-later
"""A rate limiter made by a factory; its history is a closure variable."""
import sys


def make_limiter(limit):
    history = {}
    rejected = [0]

    def allow(client, now):
        stamps = history.setdefault(client, [])  # holder: history
        recent = [stamp for stamp in stamps if now - stamp < 60]
        if len(recent) >= limit:
            rejected[0] += 1
            return False
        stamps.append(now)  # holder: history
        return True

    return allow


allow = make_limiter(100)


def request(number):
    return allow("10.%d.%d.%d" % (number >> 16, number >> 8 & 255, number & 255), float(number))


for n in range(25000):
    request(n)
print("ready", flush=True)
sys.stdin.readline()
