# SPDX-License-Identifier: GPL-2.0-or-later
"""Two closures share a list: one adds to it, and the other one is running while the program is looked at."""
import sys

ROUTES = ["/v1/items/%d" % n for n in range(2000)]


def make_tracker():
    samples = []

    def record(route, latency):
        samples.append((route, latency, "trace-%016x" % latency))  # holder: samples

    def report():
        print("ready", flush=True)
        sys.stdin.readline()
        return len(samples)

    return record, report


def main():
    record, report = make_tracker()
    for n in range(12000):
        record(ROUTES[n % len(ROUTES)], n * 7919 % 10007)
    report()


main()
