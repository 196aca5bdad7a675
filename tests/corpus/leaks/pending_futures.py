# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of a message bus: replies that never come leave their futures in the table."""
import asyncio
import sys


class BusClient:
    def __init__(self, loop):
        self._loop = loop
        self._pending = {}
        self._next = 0

    def call(self, method, body):
        self._next += 1
        future = self._loop.create_future()
        self._pending[self._next] = (future, {"method": method, "body": body})  # holder: _pending
        return future

    def on_reply(self, number, value):
        future, _ = self._pending.pop(number)
        future.set_result(value)


async def ask(client, number):
    body = ["argument %d of call %d" % (n, number) for n in range(20)]
    future = client.call("lookup", body)
    if number % 10 == 0:
        client.on_reply(client._next, "fine")
    try:
        return await asyncio.wait_for(asyncio.shield(future), 0.0001) if number % 10 == 0 else None
    except asyncio.TimeoutError:
        return None


async def main():
    client = BusClient(asyncio.get_running_loop())
    for number in range(4000):
        await ask(client, number)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


asyncio.run(main())
