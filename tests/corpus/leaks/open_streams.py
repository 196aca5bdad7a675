# SPDX-License-Identifier: GPL-2.0-or-later
"""Each client gets a generator that writes its events; those of clients that went are kept with the others, and the latest are told what is new."""
import sys

HEADLINES = ["headline number %d" % number for number in range(3000)]


def events(client):
    sent = ["%s is welcome, event %d" % (client, number) for number in range(12)]
    while True:
        event = yield sent[-1]
        if event is not None:
            sent.append(event)
            del sent[:-12]


class Channel:
    def __init__(self):
        self.listeners = []

    def join(self, client):
        listener = events(client)
        next(listener)
        self.listeners.append(listener)  # holder: listeners

    def tell(self, event):
        for listener in self.listeners[-10:]:
            listener.send(event)


channel = Channel()
for number in range(6000):
    channel.join("client %d" % number)
for headline in HEADLINES:
    channel.tell(headline)
print("ready", flush=True)
sys.stdin.readline()
