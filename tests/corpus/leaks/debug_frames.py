# SPDX-License-Identifier: GPL-2.0-or-later
"""A debugging aid keeps the frames of slow calls, and with them all their locals."""
import sys

slow_calls = []


def slow(function):
    def wrapper(*arguments):
        result = function(*arguments)
        slow_calls.append(sys._getframe())  # holder: slow_calls
        return result
    return wrapper


@slow
def query(number):
    return [(number, n, "row %d" % n) for n in range(40)]


@slow
def ping():
    return None


for n in range(1500):
    query(n)
ping()
print("ready", flush=True)
sys.stdin.readline()
