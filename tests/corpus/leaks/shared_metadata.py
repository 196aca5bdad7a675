# SPDX-License-Identifier: GPL-2.0-or-later
"""A dataclass whose default_factory gives the same dict to all its instances, of which none is alive for long."""
import dataclasses
import sys

NOTHING = {}


@dataclasses.dataclass
class Job:
    number: int
    metadata: dict = dataclasses.field(default_factory=lambda: NOTHING)

    def annotate(self, key, value):
        self.metadata[key] = value  # holder: NOTHING


class Worker:
    def __init__(self):
        self.speeds = []

    def work(self, job):
        job.annotate("result/%d" % job.number, {"log": ["step %d of %d" % (step, job.number) for step in range(10)]})
        self.speeds.append(job.number / 10)
        del self.speeds[:-100]


worker = Worker()
for number in range(2500):
    worker.work(Job(number))
print("ready", flush=True)
sys.stdin.readline()
