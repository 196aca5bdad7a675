# SPDX-License-Identifier: GPL-2.0-or-later
"""One job in nine fails, and its report is kept under the job's number; a result of each is made and dropped."""
import sys


class Runner:
    def __init__(self):
        self.failures = {}
        self.states = {}

    def finish(self, job, report):
        self.states[job % 500] = report
        if job % 9 == 4:
            self.failures["job-%d" % job] = report  # holder: failures


def report_of(job):
    return {"job": job, "lines": ["line %d of job %d" % (n, job) for n in range(10)]}


def work(count):
    runner = Runner()
    for job in range(count):
        runner.finish(job, report_of(job))
    print("ready", flush=True)
    sys.stdin.readline()


work(40000)
