# SPDX-License-Identifier: GPL-2.0-or-later
"""What fails is tried again and put back; what can never succeed stays, and more of it comes."""
import collections
import sys


class Hook:
    def __init__(self, endpoint, number):
        self.endpoint = endpoint
        self.body = "%d " % number * 40


class Sender:
    def __init__(self):
        self.retries = collections.deque()
        self.endpoints = {n: {"url": "https://hook%d.example/in" % n, "alive": n % 3 != 0} for n in range(1000)}

    def deliver(self, hook):
        return self.endpoints[hook.endpoint]["alive"]

    def send(self, hook):
        if not self.deliver(hook):
            self.retries.append(hook)  # holder: retries

    def retry_some(self, count):
        for _ in range(min(count, len(self.retries))):
            hook = self.retries.popleft()
            if not self.deliver(hook):
                self.retries.append(hook)  # holder: retries


sender = Sender()
for tick in range(900):
    for number in range(10):
        sender.send(Hook((tick * 7 + number) % 1000, number))
    sender.retry_some(3)
print("ready", flush=True)
sys.stdin.readline()
