# SPDX-License-Identifier: GPL-2.0-or-later
"""A binding takes a reference too many for each buffer that goes through it."""
# native
import ctypes
import sys

_incref = ctypes.pythonapi.Py_IncRef
_incref.argtypes = [ctypes.py_object]


class Frame:
    def __init__(self, number):
        self.number = number
        self.pixels = bytearray(10000)


def submit(frame):
    _incref(frame)  # holder


class Encoder:
    def __init__(self):
        self.last = None

    def encode(self, number):
        frame = Frame(number)
        submit(frame)
        self.last = frame


encoder = Encoder()
for n in range(700):
    encoder.encode(n)
print("ready", flush=True)
sys.stdin.readline()
