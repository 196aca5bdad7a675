# SPDX-License-Identifier: GPL-2.0-or-later
"""Workers with a bounded queue, which is full."""
# sign: bounded
import queue
import sys
import threading


class Workers:
    def __init__(self, count):
        self.jobs = queue.Queue(maxsize=100)
        self.done = 0
        self.slow = threading.Event()
        for _ in range(count):
            threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            job = self.jobs.get()
            self.done += len(job) > 0
            if self.done > 1500:
                self.slow.wait()

    def submit(self, job):
        try:
            self.jobs.put(job, timeout=0.02)
            return True
        except queue.Full:
            return False


workers = Workers(2)
for n in range(4000):
    if not workers.submit([b"%d" % n * 4000, n]):
        break
print("ready", flush=True)
sys.stdin.readline()
