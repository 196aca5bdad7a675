# SPDX-License-Identifier: GPL-2.0-or-later
"""One ExitStack for the whole process: its callbacks are run at the end only."""
import contextlib
import sys


class Resource:
    def __init__(self, number):
        self.number = number
        self.data = ["datum %d of %d" % (n, number) for n in range(40)]

    def close(self):
        self.data = None


class Job:
    def __init__(self, stack):
        self.stack = stack

    def acquire(self, number):
        resource = Resource(number)
        self.stack.callback(resource.close)  # holder: stack
        return resource


def main():
    with contextlib.ExitStack() as stack:
        job = Job(stack)
        for number in range(2000):
            job.acquire(number)
        print("ready", flush=True)
        sys.stdin.readline()


main()
