# SPDX-License-Identifier: GPL-2.0-or-later
"""A handler made for tests, which captures records, was left installed."""
import logging
import sys


class Capture(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)  # holder: records


def configure():
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    root.addHandler(Capture())


def work(number):
    logging.getLogger("app.work").debug("item %d is done: %s", number, "x" * 300 + str(number))


configure()
for n in range(6000):
    work(n)
print("ready", flush=True)
sys.stdin.readline()
