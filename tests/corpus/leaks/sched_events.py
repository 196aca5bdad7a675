# SPDX-License-Identifier: GPL-2.0-or-later
"""Reminders in a year, in a sched.scheduler; their payloads wait as long."""
import sched
import sys
import time

scheduler = sched.scheduler(time.monotonic, time.sleep)


def remind(payload):
    return payload


def on_order(number):
    payload = {"order": number, "mail": "Dear customer %d, " % number * 10}
    scheduler.enter(3.0e7, 1, remind, argument=(payload,))  # holder: scheduler


def main():
    for number in range(8000):
        on_order(number)
        if number % 1000 == 0:
            scheduler.run(blocking=False)


main()
print("ready", flush=True)
sys.stdin.readline()
