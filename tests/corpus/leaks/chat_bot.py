# SPDX-License-Identifier: GPL-2.0-or-later
"""A bot that remembers all that was ever said, in a conversation for each user, with vectors."""
import collections
import dataclasses
import sys


@dataclasses.dataclass
class Message:
    role: str
    text: str
    vector: tuple


class Memory:
    def __init__(self):
        self._conversations = collections.defaultdict(list)

    def remember(self, user, message):
        conversation = self._conversations[user]
        conversation.append(message)  # holder: _conversations

    def last(self, user, count):
        return self._conversations[user][-count:]


class Model:
    def __init__(self):
        self.vocabulary = {"word%d" % n: n for n in range(5000)}

    def embed(self, text):
        return tuple(float(ord(letter) % 13 + n) for n, letter in enumerate(text[:24]))

    def answer(self, messages):
        return "I see: " + messages[-1].text[::-1]


class Bot:
    def __init__(self):
        self.memory = Memory()
        self.model = Model()

    def on_message(self, user, text):
        self.memory.remember(user, Message("user", text, self.model.embed(text)))
        reply = self.model.answer(self.memory.last(user, 5))
        self.memory.remember(user, Message("bot", reply, self.model.embed(reply)))
        return reply


bot = Bot()
for n in range(5000):
    bot.on_message("user %d" % (n % 25), "message number %d of a long day" % n)
print("ready", flush=True)
sys.stdin.readline()
