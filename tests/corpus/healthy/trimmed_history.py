# SPDX-License-Identifier: GPL-2.0-or-later
"""A bot that keeps the last forty messages of each of fifty users."""
# sign: makes-room
import collections
import sys


class Memory:
    KEEP = 40

    def __init__(self):
        self.conversations = collections.defaultdict(list)

    def remember(self, user, message):
        conversation = self.conversations[user]
        conversation.append(message)
        del conversation[:-self.KEEP]


memory = Memory()


def on_message(user, text):
    memory.remember(user, {"text": text, "vector": [float(ord(letter)) for letter in text]})
    return len(memory.conversations[user])


for n in range(15000):
    on_message("user %d" % (n % 50), "message number %d of a long day" % n)
print("ready", flush=True)
sys.stdin.readline()
