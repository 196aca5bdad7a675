# SPDX-License-Identifier: GPL-2.0-or-later
"""A door keeps who came: it tests whether it is busy, and says so, around each visit. That is no guard that fills a list once."""
import sys


class Door:
    def __init__(self):
        self.busy = False
        self.visits = []

    def let_in(self, people):
        if self.busy:
            return
        self.busy = True
        for person in people:
            self.visits.append({"person": person, "number": len(self.visits)})  # holder: visits
        self.busy = False


door = Door()
for day in range(2500):
    door.let_in(["visitor %d of day %d" % (number, day) for number in range(8)])
print("ready", flush=True)
sys.stdin.readline()
