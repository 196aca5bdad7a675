# SPDX-License-Identifier: GPL-2.0-or-later
"""A pipeline stage written as a generator that removes duplicates: what it has seen is a local of its."""
import sys


def unique():
    seen = set()
    out = None
    while True:
        item = yield out
        out = item if item not in seen else None
        seen.add(item)  # holder: seen


def counter():
    total = 0
    while True:
        _ = yield total
        total += 1


class Pipeline:
    def __init__(self, *stages):
        self.stages = stages
        for stage in stages:
            next(stage)

    def push(self, item):
        for stage in self.stages:
            stage.send(item)


pipeline = Pipeline(counter(), unique())
for n in range(40000):
    pipeline.push("https://example.org/page/%d" % n)
print("ready", flush=True)
sys.stdin.readline()
