# SPDX-License-Identifier: GPL-2.0-or-later
"""A transcript in one string."""
import sys


class Chat:
    def __init__(self, room):
        self.room = room
        self.transcript = ""
        self.members = {"member %d" % n: n for n in range(100)}

    def say(self, who, text):
        line = "%s: %s\n" % (who, text)
        self.transcript += line  # holder: transcript
        return len(line)


rooms = {name: Chat(name) for name in ("lobby", "games", "news")}
for n in range(300):
    rooms["games"].say("member %d" % (n % 100), "message number %d " % n + "la " * 3000)
print("ready", flush=True)
sys.stdin.readline()
