# SPDX-License-Identifier: GPL-2.0-or-later
"""All futures that a pool ever returned are in a list, with their results."""
import concurrent.futures
import sys


def thumbnail(number):
    return b"%08d" % number * 2500


class Batch:
    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=2)
        self.futures = []

    def submit(self, number):
        future = self.pool.submit(thumbnail, number)
        self.futures.append(future)  # holder: futures
        return future


def main():
    batch = Batch()
    for number in range(600):
        batch.submit(number).result()
    print("ready", flush=True)
    sys.stdin.readline()


main()
