# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred thousand heartbeats of twelve hundred devices: the state of each is kept, and written anew."""
import sys

states = {}


def heartbeat(device, uptime):
    states[device] = {"uptime": uptime, "load": [uptime % 7 * 0.1, uptime % 5 * 0.2], "note": "up for %d seconds" % uptime}


def listen():
    for number in range(100000):
        heartbeat("device-%d" % (number % 1200), number)


if __name__ == "__main__":
    listen()
    print("ready", flush=True)
    sys.stdin.readline()
