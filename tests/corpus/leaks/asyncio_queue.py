# SPDX-License-Identifier: GPL-2.0-or-later
"""An asyncio.Queue without a size, and a slow consumer."""
import asyncio
import sys


class Ingest:
    def __init__(self):
        self.queue = asyncio.Queue()
        self.stored = 0

    async def receive(self, number):
        record = {"number": number, "tags": ["t%d" % n for n in range(5)], "value": number * 0.1}
        await self.queue.put(record)  # holder: queue

    async def store(self):
        while True:
            await self.queue.get()
            self.stored += 1
            await asyncio.sleep(0.05)


async def main():
    ingest = Ingest()
    consumer = asyncio.get_running_loop().create_task(ingest.store())
    for number in range(12000):
        await ingest.receive(number)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    consumer.cancel()


asyncio.run(main())
