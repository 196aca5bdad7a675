# SPDX-License-Identifier: GPL-2.0-or-later
"""loop.call_later for a timeout in a day; a request that is answered does not cancel it."""
import asyncio
import sys


class Client:
    def __init__(self, loop):
        self.loop = loop
        self.timeouts = 0

    def request(self, number):
        body = ["part %d of request %d" % (n, number) for n in range(25)]
        self.loop.call_later(86400, self.on_timeout, body)  # holder: _scheduled
        return len(body)

    def on_timeout(self, body):
        self.timeouts += 1


async def main():
    client = Client(asyncio.get_running_loop())
    for number in range(3000):
        client.request(number)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


asyncio.run(main())
