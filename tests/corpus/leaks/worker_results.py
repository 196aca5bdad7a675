# SPDX-License-Identifier: GPL-2.0-or-later
"""Worker threads put their results into a table under a lock; who asked has gone."""
import queue
import sys
import threading


class Board:
    def __init__(self):
        self._lock = threading.Lock()
        self._results = {}
        self._seen = {"total": 0}

    def publish(self, kind, result):
        with self._lock:
            self._seen["total"] += 1
            self._results.setdefault(kind, []).append(result)  # holder: _results

    def take(self, kind):
        with self._lock:
            return self._results.pop(kind, [])


class Worker(threading.Thread):
    def __init__(self, jobs, board):
        super().__init__(daemon=True)
        self.jobs = jobs
        self.board = board

    def run(self):
        while True:
            kind, number = self.jobs.get()
            self.board.publish(kind, {"number": number, "squares": [n * number for n in range(20)]})
            self.jobs.task_done()


jobs = queue.Queue(maxsize=64)
board = Board()
workers = [Worker(jobs, board) for _ in range(3)]
for worker in workers:
    worker.start()
for n in range(6000):
    jobs.put((("resize", "crop", "rotate")[n % 3], n))
jobs.join()
print("ready", flush=True)
sys.stdin.readline()
