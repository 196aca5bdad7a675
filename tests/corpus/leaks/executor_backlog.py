# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks are submitted faster than the pool's one thread, which hangs, works them off."""
import concurrent.futures
import sys
import threading

never = threading.Event()


def deliver(message):
    never.wait()
    return len(message)


class Notifier:
    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        self.submitted = 0

    def notify(self, user, text):
        self.submitted += 1
        self.pool.submit(deliver, {"user": user, "text": text * 20})  # holder: _work_queue


notifier = Notifier()
for n in range(4000):
    notifier.notify("user %d" % n, "hello %d " % n)
print("ready", flush=True)
sys.stdin.readline()
never.set()
