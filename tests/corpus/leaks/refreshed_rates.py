# SPDX-License-Identifier: GPL-2.0-or-later
"""load() is called at each refresh, and appends to what is there."""
import sys

rates = []


def load(day):
    for number in range(300):
        rates.append({"day": day, "currency": "C%02d" % number, "rate": day + number * 0.01})  # holder: rates


def refresh(days):
    for day in range(days):
        load(day)


refresh(60)
print("ready", flush=True)
sys.stdin.readline()
