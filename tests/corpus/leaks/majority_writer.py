# SPDX-License-Identifier: GPL-2.0-or-later
"""Two lines write to the same journal; one of them wrote nearly all of it, the other one last."""
import sys


class Journal:
    def __init__(self):
        self.entries = []
        self.dropped = 0


journal = Journal()


def on_request(number):
    journal.entries.append({"request": number, "path": "/page/%d" % number})  # holder: entries


def on_shutdown_warning(text):
    journal.entries.append({"warning": text})


def main():
    for number in range(20000):
        on_request(number)
    for number in range(5):
        on_shutdown_warning("disk is %d %% full" % (90 + number))


main()
print("ready", flush=True)
sys.stdin.readline()
