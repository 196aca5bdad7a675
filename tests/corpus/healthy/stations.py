# SPDX-License-Identifier: GPL-2.0-or-later
"""Stations are made when one is asked for first: a flag of the class says whether they are there."""
# sign: guarded
import time


class Station:
    by_code = {}
    known = False

    def __init__(self, code, number):
        self.code = code
        self.title = "station %s, number %d" % (code, number)
        self.position = (number * 0.013, number * 0.017)

    @classmethod
    def read_all(cls):
        if cls.known:
            return
        for number in range(9000):
            code = "%04X" % (number * 7)
            cls.by_code[code] = cls(code, number)
        cls.known = True

    @classmethod
    def find(cls, code):
        cls.read_all()
        return cls.by_code.get(code)


asked = 0
while True:
    Station.find("%04X" % (asked % 60000))
    asked += 1
    if asked == 4000:
        print("ready", flush=True)
    if asked >= 4000:
        time.sleep(0.05)
