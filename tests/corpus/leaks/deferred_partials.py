# SPDX-License-Identifier: GPL-2.0-or-later
"""Work put off until "later" as partials; later never comes."""
import functools
import sys


class Deferred:
    def __init__(self):
        self._later = []
        self._run = 0

    def defer(self, function, *arguments):
        self._later.append(functools.partial(function, *arguments))  # holder: _later

    def run(self):
        while self._later:
            self._later.pop()()


deferred = Deferred()


def send_mail(address, text):
    return address, text


def register(number):
    deferred.defer(send_mail, "user%d@example.org" % number, ["line %d" % n for n in range(20)])


for n in range(5000):
    register(n)
print("ready", flush=True)
sys.stdin.readline()
