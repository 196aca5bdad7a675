# SPDX-License-Identifier: GPL-2.0-or-later
"""Screens subscribe with bound methods and are never unsubscribed when they close."""
import collections
import sys


class EventBus:
    def __init__(self):
        self._listeners = collections.defaultdict(list)
        self._recent = collections.deque(maxlen=100)

    def subscribe(self, topic, callback):
        self._listeners[topic].append(callback)  # holder: _listeners

    def publish(self, topic, payload):
        self._recent.append((topic, payload))
        for callback in self._listeners[topic]:
            callback(payload)


class Screen:
    def __init__(self, bus, number):
        self.number = number
        self.pixels = bytearray(20000)
        self.widgets = ["widget %d" % n for n in range(10)]
        bus.subscribe("resize", self.on_resize)

    def on_resize(self, size):
        self.pixels[0] = size % 256

    def close(self):
        self.widgets.clear()


bus = EventBus()


def open_and_close(number):
    screen = Screen(bus, number)
    screen.close()


if __name__ == "__main__":
    for n in range(400):
        open_and_close(n)
        if n % 50 == 0:
            bus.publish("resize", n)
    print("ready", flush=True)
    sys.stdin.readline()
