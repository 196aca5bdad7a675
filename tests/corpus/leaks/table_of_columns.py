# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of columns in pure Python that only gets longer."""
import array
import sys


class Table:
    def __init__(self, names):
        self.columns = {name: [] for name in names}
        self.times = array.array("d")
        self.index = {}

    def append(self, time, **values):
        self.times.append(time)
        for name, value in values.items():
            self.columns[name].append(value)  # holder: columns
        self.index["last"] = time


class Recorder:
    def __init__(self):
        self.table = Table(["host", "load", "free", "message"])

    def sample(self, number):
        self.table.append(number * 0.5, host="host %d" % number, load=number * 0.3, free=number + 10**6, message="all is well %d" % number)


recorder = Recorder()
for n in range(15000):
    recorder.sample(n)
print("ready", flush=True)
sys.stdin.readline()
