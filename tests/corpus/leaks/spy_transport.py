# SPDX-License-Identifier: GPL-2.0-or-later
"""A recording transport from the tests went into production: a list that can be called."""
import sys


class Spy(list):
    def __call__(self, *arguments, **keywords):
        self.append((arguments, keywords))  # holder: spy
        return len(arguments)


class Client:
    def __init__(self, transport):
        self.transport = transport
        self.retries = 3

    def post(self, path, body):
        return self.transport("POST", path, body=body, headers={"Length": str(len(body)), "Retries": self.retries})


spy = Spy()
client = Client(spy)


def main():
    for number in range(5000):
        client.post("/events/%d" % (number % 9), "event %d " % number * 25)


main()
print("ready", flush=True)
sys.stdin.readline()
