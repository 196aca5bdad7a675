# SPDX-License-Identifier: GPL-2.0-or-later
"""A log in memory: everything is written to one StringIO, and nobody empties it."""
import io
import sys


class Journal:
    def __init__(self):
        self.text = io.StringIO()
        self.lines = 0

    def note(self, message):
        self.text.write("%d: %s\n" % (self.lines, message))  # holder: text
        self.lines += 1


journal = Journal()


def request(number):
    journal.note("GET /page/%d took %d ms" % (number, number % 400))


for number in range(60000):
    request(number)
print("ready", flush=True)
sys.stdin.readline()
