# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache in a threading.local; the worker thread lives as long as the process."""
import queue
import sys
import threading

_local = threading.local()
_jobs = queue.Queue(maxsize=20)


def cached_parse(text):
    if not hasattr(_local, "parsed"):
        _local.parsed = {}
        _local.hits = 0
    if text not in _local.parsed:
        words = text.split()
        _local.parsed[text] = words  # holder: parsed
    return _local.parsed[text]


def worker():
    while True:
        text = _jobs.get()
        cached_parse(text)
        _jobs.task_done()


threading.Thread(target=worker, name="parser", daemon=True).start()
for n in range(9000):
    _jobs.put("set key %d to value %d and wait" % (n, n * 3))
_jobs.join()
print("ready", flush=True)
sys.stdin.readline()
