# SPDX-License-Identifier: GPL-2.0-or-later
"""It leaks while it imports mail; then it makes a large index, which is fine, and much that is gone at once."""
import sys


class Mailbox:
    def __init__(self):
        self.seen = {}

    def deliver(self, mail):
        self.seen[mail["id"]] = mail  # holder: seen


mailbox = Mailbox()


def deliver_all(count):
    for number in range(count):
        mailbox.deliver({"id": "mail-%x" % (number * 2654435761 % 4294967296), "from": "user %d" % number, "size": number * 3})


def statistics():
    totals = [0] * 64
    for number in range(150000):
        text = "day %d: %d mails, %d bytes" % (number, number * 3, number * 77)
        totals[len(text) % 64] += 1
    return totals


deliver_all(14000)
index = {n: (n, n * n) for n in range(20000)}
statistics()
print("ready", flush=True)
sys.stdin.readline()
