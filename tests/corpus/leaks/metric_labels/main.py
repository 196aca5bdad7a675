# SPDX-License-Identifier: GPL-2.0-or-later
"""The user's id as a label of a metric: one time series each."""
import sys

from metrics import registry
from handlers import purchase


def main():
    for number in range(20000):
        purchase("user-%d" % number, number % 90)


main()
print(len(registry.collect()), file=sys.stderr)
print("ready", flush=True)
sys.stdin.readline()
