# SPDX-License-Identifier: GPL-2.0-or-later
"""A parser that waits for an end marker which the peer never sends."""
import sys


class Parser:
    END = b"\r\n\r\n"

    def __init__(self):
        self.buffer = bytearray()
        self.messages = []

    def feed(self, data):
        self.buffer += data  # holder: buffer
        end = self.buffer.find(self.END, len(self.buffer) - len(data))
        if end >= 0:
            self.messages.append(bytes(self.buffer[:end]))
            del self.buffer[:end + 4]


class Peer:
    def __init__(self):
        self.parser = Parser()

    def chunks(self, count):
        for number in range(count):
            yield b"%08d" % number * 128


peer = Peer()
for chunk in peer.chunks(6000):
    peer.parser.feed(chunk)
print("ready", flush=True)
sys.stdin.readline()
