# SPDX-License-Identifier: GPL-2.0-or-later
"""Each widget registers itself with its class."""
import sys


class Widget:
    instances = []

    def __init__(self, parent, name):
        self.parent = parent
        self.name = name
        self.style = {"color": "red", "name": name}
        Widget.instances.append(self)  # holder: instances


class Button(Widget):
    def __init__(self, parent, name):
        super().__init__(parent, name)
        self.pressed = False


class Window(Widget):
    def __init__(self, number):
        super().__init__(None, "window %d" % number)
        self.buttons = [Button(self, "button %d" % n) for n in range(8)]


def dialog(number):
    return len(Window(number).buttons)


for n in range(2000):
    dialog(n)
print("ready", flush=True)
sys.stdin.readline()
