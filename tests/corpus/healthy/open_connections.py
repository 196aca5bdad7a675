# SPDX-License-Identifier: GPL-2.0-or-later
"""An asyncio server with twelve hundred clients that stay: their tasks wait, and leave the set when they end."""
# sign: taken-out
import asyncio
import sys


class Server:
    def __init__(self):
        self.clients = set()
        self.served = 0

    async def client(self, number):
        buffer = bytearray(1500)
        if number % 4:
            return len(buffer)
        await asyncio.Event().wait()

    def connect(self, number):
        task = asyncio.get_running_loop().create_task(self.client(number))
        self.clients.add(task)
        task.add_done_callback(self.clients.discard)


async def main():
    server = Server()
    for number in range(4800):
        server.connect(number)
        if number % 100 == 0:
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


asyncio.run(main())
