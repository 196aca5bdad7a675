# SPDX-License-Identifier: GPL-2.0-or-later
"""A Counter of full URLs, query strings included."""
import collections
import sys

hits = collections.Counter()
statuses = collections.Counter()


class Middleware:
    def __init__(self, application):
        self.application = application

    def __call__(self, url):
        status = self.application(url)
        statuses[status] += 1
        hits[url] += 1  # holder: hits
        return status


def application(url):
    return 404 if url.endswith("7") else 200


middleware = Middleware(application)
for n in range(40000):
    middleware("/search?q=thing&session=%08d" % n)
print("ready", flush=True)
sys.stdin.readline()
