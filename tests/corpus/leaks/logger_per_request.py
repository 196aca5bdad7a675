# SPDX-License-Identifier: GPL-2.0-or-later
"""A logger with the request's number in its name: loggers are never freed."""
import logging
import sys


class Request:
    def __init__(self, number):
        self.number = number
        self.log = logging.getLogger("app.request.%d" % number)  # holder: loggerDict

    def handle(self):
        self.log.debug("handling %d", self.number)


def serve(count):
    for number in range(count):
        Request(number).handle()


serve(8000)
print("ready", flush=True)
sys.stdin.readline()
