# SPDX-License-Identifier: GPL-2.0-or-later
"""An asyncio service whose main coroutine collects responses in a local."""
import asyncio
import sys


async def fetch(number):
    await asyncio.sleep(0)
    return b"response %d " % number * 100


async def serve(count):
    responses = {}
    last = None
    for number in range(count):
        last = await fetch(number)
        responses[number] = last  # holder: responses
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    return len(responses), last


async def main():
    await asyncio.gather(serve(3000), asyncio.sleep(0))


asyncio.run(main())
