# SPDX-License-Identifier: GPL-2.0-or-later
"""One Pickler for a long stream: its memo keeps each object that it has written."""
import os
import pickle
import sys


class Journal:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.pickler = pickle.Pickler(self.file)
        self.count = 0

    def write(self, record):
        self.pickler.dump(record)  # holder: pickler
        self.count += 1


journal = Journal(os.devnull)
for n in range(10000):
    journal.write({"number": n, "text": "record %d" % n, "values": [n, n + 1, n + 2]})
print("ready", flush=True)
sys.stdin.readline()
