# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests are counted by shard and minute of the day: keys come round, and are taken modulo a number."""
# gap at times: the last growth is among few samples
import sys

SHARDS = 12
MINUTES = 1440
hits = {}


def note(user, second):
    slot = (user % SHARDS, second // 60 % MINUTES)
    entry = hits.get(slot)
    if entry is None:
        entry = hits[slot] = {"requests": 0, "bytes": 0}
    entry["requests"] += 1
    entry["bytes"] += user % 977


def main():
    for number in range(1200000):
        note(number * 7919, number * 23)


main()
print("ready", flush=True)
sys.stdin.readline()
