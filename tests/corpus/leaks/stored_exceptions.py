# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures are kept for the status page, with their tracebacks, and so with the frames' locals."""
import sys


class Runner:
    def __init__(self):
        self.failures = []
        self.done = 0

    def run(self, job, argument):
        try:
            job(argument)
            self.done += 1
        except ValueError as error:
            self.failures.append(error)  # holder: failures


def decode(number):
    frame = bytearray(30000)
    header = frame[:20]
    if number % 3:
        raise ValueError("bad frame %d (%d)" % (number, len(header)))


runner = Runner()


def main():
    for number in range(600):
        runner.run(decode, number)


if __name__ == "__main__":
    main()
    print("ready", flush=True)
    sys.stdin.readline()
