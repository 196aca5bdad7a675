# SPDX-License-Identifier: GPL-2.0-or-later
"""The last 500 requests, in a deque with maxlen."""
# sign: bounded
import collections
import sys

last_requests = collections.deque(maxlen=500)


def handle(number):
    last_requests.append({"number": number, "body": ["line %d" % n for n in range(50)]})


for n in range(3000):
    handle(n)
print("ready", flush=True)
sys.stdin.readline()
