# SPDX-License-Identifier: GPL-2.0-or-later
"""Timers that are far from due, kept in a list."""
import sys
import threading

timers = []


def expire(data):
    data.clear()


def start(n):
    data = [str(i) for i in range(5000)]
    timer = threading.Timer(3600, expire, (data,))
    timer.daemon = True
    timers.append(timer)  # holder: timers


def main():
    for n in range(40):
        start(n)
    print("ready", flush=True)
    sys.stdin.readline()


main()
