# SPDX-License-Identifier: GPL-2.0-or-later
"""Background tasks are kept in a set, as the manual says; the done callback that discards them was forgotten."""
import asyncio
import sys


class Server:
    def __init__(self):
        self._tasks = set()
        self.handled = 0

    async def handle(self, number):
        payload = ("request %d " % number) * 200
        await asyncio.sleep(0)
        self.handled += 1
        return payload.upper()

    def spawn(self, number):
        task = asyncio.get_running_loop().create_task(self.handle(number))
        self._tasks.add(task)  # holder: _tasks
        return task


async def main():
    server = Server()
    for number in range(2000):
        server.spawn(number)
        if number % 100 == 0:
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


asyncio.run(main())
