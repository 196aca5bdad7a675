# SPDX-License-Identifier: GPL-2.0-or-later
"""threading.Timer for a reminder in an hour: one thread each."""
import sys
import threading


def remind(payload):
    return len(payload)


class Reminders:
    def __init__(self):
        self.count = 0

    def later(self, payload):
        self.count += 1
        timer = threading.Timer(3600, remind, args=[payload])
        timer.daemon = True
        timer.start()  # holder: _active


reminders = Reminders()
for n in range(30):
    reminders.later(["payload %d/%d" % (n, m) for m in range(2000)])
print("ready", flush=True)
sys.stdin.readline()
