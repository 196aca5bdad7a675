# SPDX-License-Identifier: GPL-2.0-or-later
"""A crawler that keeps each page that it has fetched, although only the links are needed."""
import asyncio
import sys


class Page:
    def __init__(self, url, body):
        self.url = url
        self.body = body
        self.links = ["%s/%d" % (url[:24], n) for n in range(3)]


class Crawler:
    def __init__(self, limit):
        self.limit = limit
        self.semaphore = asyncio.Semaphore(8)
        self.frontier = asyncio.Queue(maxsize=500)
        self.pages = {}
        self.fetched = 0

    async def fetch(self, url):
        async with self.semaphore:
            await asyncio.sleep(0)
            return Page(url, "<html>%s</html>" % url * 60)

    async def worker(self):
        while self.fetched < self.limit:
            url = await self.frontier.get()
            self.fetched += 1
            page = await self.fetch(url)
            self.pages[page.url] = page  # holder: pages
            for number, link in enumerate(page.links):
                if not self.frontier.full():
                    self.frontier.put_nowait("%s?%d" % (link, self.fetched * 3 + number))


async def main():
    crawler = Crawler(2500)
    for number in range(20):
        crawler.frontier.put_nowait("https://example.org/start/%d" % number)
    await asyncio.gather(*[crawler.worker() for _ in range(4)])
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
