# SPDX-License-Identifier: GPL-2.0-or-later
"""A cron with five jobs: each keeps the output of all its runs; one runs a thousand times as often as the others."""
import sys


class Result:
    def __init__(self, code, output):
        self.code = code
        self.output = output


class Job:
    def __init__(self, name, every, function):
        self.name = name
        self.every = every
        self.function = function
        self.history = []

    def run(self, tick):
        result = Result(0, self.function(tick))
        self.history.append(result)  # holder: history
        return result


class Cron:
    def __init__(self):
        self.jobs = {}

    def add(self, name, every, function):
        self.jobs[name] = Job(name, every, function)

    def tick(self, number):
        for job in self.jobs.values():
            if number % job.every == 0:
                job.run(number)


def check(tick):
    return "tick %d: all is well\n" % tick * 20


def build_cron():
    cron = Cron()
    for name in ("backup", "rotate", "report", "vacuum"):
        cron.add(name, 1000, check)
    cron.add("health", 1, check)
    return cron


def main():
    cron = build_cron()
    for number in range(6000):
        cron.tick(number)
    print("ready", flush=True)
    sys.stdin.readline()


main()
